package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/** Turns plain bytes into compressed ones, all at once. */
abstract class Encoder {
    /** An upper bound of what {@code plainSize} bytes may become. */
    abstract int maxSize(int plainSize);

    /** Compresses {@code size} bytes; writes from the position of {@code target}, which has an array. */
    abstract void encode(byte[] plain, int from, int size, ByteBuffer target);

    /** Frees native memory. */
    void close() {}

    /** No compression at all. */
    static final class Stored extends Encoder {
        @Override
        int maxSize(int plainSize) {
            return plainSize;
        }

        @Override
        void encode(byte[] plain, int from, int size, ByteBuffer target) {
            target.put(plain, from, size);
        }
    }
}
