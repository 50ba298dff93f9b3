package dev.barnabas.host;

import java.nio.ByteBuffer;

/**
 * A received frame, without its length prefix. Whoever gets it owns it and must {@link #release} it once, on any
 * thread; afterwards its bytes, and every slice of them, belong to somebody else (the simulator overwrites them to
 * prove that nobody looks).
 */
public interface Frame {

    /**
     * The content; position 0 to limit. It may be written to (a broker stamps offsets into record batches in place).
     */
    ByteBuffer bytes();

    void release();
}
