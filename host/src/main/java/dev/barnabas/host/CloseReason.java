package dev.barnabas.host;

/** Why a connection is closed. */
public sealed interface CloseReason {

    /** This side closed it. */
    record Local() implements CloseReason {}

    /** The other side closed it in order. */
    record Remote() implements CloseReason {}

    /** The transport failed: reset, unreachable, timed out. */
    record Fault(String message) implements CloseReason {}

    /** The other side broke the framing: a negative or too large length. Worth one line in the log. */
    record Violation(String message) implements CloseReason {}
}
