package dev.barnabas.peer;

import dev.barnabas.protocol.ErrorCode;

/** Why a call has no answer. Whether the other side carried the request out is unknown, unless the case says so. */
public sealed interface PeerFault {

    /** For people; names the other side. */
    String message();

    /** There was no connection; nothing was sent. */
    record Unreachable(String message) implements PeerFault {}

    /** The connection ended before the answer came. */
    record Disconnected(String message) implements PeerFault {}

    /** The answer did not come in time. */
    record TimedOut(String message) implements PeerFault {}

    /**
     * The two sides have no version of the API in common, or none that can say what was to be said. Nothing was sent.
     */
    record Unsupported(String message) implements PeerFault {}

    /** The other side does not want to talk to us at all. Nothing was sent. */
    record Refused(ErrorCode code, String message) implements PeerFault {}

    /** The other side sent what the protocol does not allow; the connection is closed. Worth one line in the log. */
    record Violation(String message) implements PeerFault {}

    /** The peer was closed on this side. */
    record Closed(String message) implements PeerFault {}
}
