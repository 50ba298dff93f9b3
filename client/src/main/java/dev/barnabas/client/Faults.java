package dev.barnabas.client;

import dev.barnabas.peer.PeerFault;

/** What the faults of a connection mean to the operations that use it. */
final class Faults {

    private Faults() {}

    /** Whether trying again is of no use. */
    static boolean isFinal(PeerFault fault) {
        return switch (fault) {
            case PeerFault.Unsupported _, PeerFault.Closed _ -> true;
            case PeerFault.Unreachable _,
                    PeerFault.Disconnected _,
                    PeerFault.TimedOut _,
                    PeerFault.Refused _,
                    PeerFault.Violation _ -> false;
        };
    }

    static ClientError error(PeerFault fault) {
        return switch (fault) {
            case PeerFault.Unsupported(String message) -> new ClientError.Unsupported(message);
            case PeerFault.Closed(String message) -> new ClientError.Closed(message);
            case PeerFault.Refused(var code, String message) -> new ClientError.Refused(code, message);
            case PeerFault.Unreachable(String message) -> new ClientError.TimedOut(message);
            case PeerFault.Disconnected(String message) -> new ClientError.TimedOut(message);
            case PeerFault.TimedOut(String message) -> new ClientError.TimedOut(message);
            case PeerFault.Violation(String message) -> new ClientError.TimedOut(message);
        };
    }
}
