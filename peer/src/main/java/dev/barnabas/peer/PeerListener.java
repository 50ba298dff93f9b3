package dev.barnabas.peer;

/** Who wants to know how a peer fares; called on its loop. */
public interface PeerListener {

    /** The versions are agreed on, requests are on their way. */
    void opened();

    /** The end, also of an attempt to connect. All calls have failed with the same fault. */
    void closed(PeerFault fault);
}
