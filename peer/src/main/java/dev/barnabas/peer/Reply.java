package dev.barnabas.peer;

import dev.barnabas.host.Frame;
import dev.barnabas.protocol.Response;

/**
 * What becomes of a call. Exactly one of the two is called, once, on the peer's loop, never from within {@code send}.
 */
public interface Reply<R extends Response> {

    void answered(Answer<R> answer);

    void failed(PeerFault fault);

    /**
     * Called instead of {@link #answered} for a call that is {@linkplain Call#readInPlace read in place}. Whoever
     * overrides it may keep the bytes of the answer longer than this call lasts, and has to release the frame.
     */
    default void answeredInPlace(Answer<R> answer, Frame frame) {
        answered(answer);
        frame.release();
    }
}
