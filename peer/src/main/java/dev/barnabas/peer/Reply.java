package dev.barnabas.peer;

import dev.barnabas.protocol.Response;

/**
 * What becomes of a call. Exactly one of the two is called, once, on the peer's loop, never from within {@code send}.
 */
public interface Reply<R extends Response> {

    void answered(Answer<R> answer);

    void failed(PeerFault fault);
}
