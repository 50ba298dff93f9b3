package dev.barnabas.groups;

import java.nio.ByteBuffer;

/** Bytes out of frames, to be kept. */
final class Bytes {
    private Bytes() {}

    static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
