package dev.barnabas.client;

import dev.barnabas.protocol.ErrorCode;

/**
 * Why an operation did not succeed. These are values, not exceptions: the operation was understood and carried out as
 * far as it went, and the caller decides what to do. Every case carries a message for people.
 */
public sealed interface ClientError {

    /** What went wrong, for people. Names the thing it is about (topic, group, broker, setting). */
    String message();

    /** A broker said no, finally: its error code, and its message or the code's own. */
    record Refused(ErrorCode code, String message) implements ClientError {}

    /**
     * The operation's time was up. The message carries the last obstacle. What was asked for may still have happened.
     */
    record TimedOut(String message) implements ClientError {}

    /** The broker is too old (or too new) for what was asked. */
    record Unsupported(String message) implements ClientError {}

    /** The request makes no sense and was not sent. */
    record Invalid(String message) implements ClientError {}

    /** The producer's memory is full; nothing was taken. Wait until there is room. */
    record BufferFull(String message) implements ClientError {}

    /** No position is known for a partition and no reset policy is set. */
    record NoOffset(String message) implements ClientError {}

    /** The client, or the thing of it that was asked, is closed. */
    record Closed(String message) implements ClientError {}
}
