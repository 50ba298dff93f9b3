package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/**
 * Integers of variable length as records have them: zig-zag (small negative numbers stay small), then seven bits to a
 * byte from the lowest, the highest bit saying that more follows. An int takes at most 5 bytes, a long at most 10.
 */
final class Varints {
    static final int MAX_INT_SIZE = 5;
    static final int MAX_LONG_SIZE = 10;

    private Varints() {}

    static int sizeOf(int value) {
        int zigZag = (value << 1) ^ (value >> 31);
        return (38 - Integer.numberOfLeadingZeros(zigZag | 1)) / 7;
    }

    static int sizeOf(long value) {
        long zigZag = (value << 1) ^ (value >> 63);
        return (70 - Long.numberOfLeadingZeros(zigZag | 1)) / 7;
    }

    static void write(ByteBuffer target, int value) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7f) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    static void write(ByteBuffer target, long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    static int unZigZag(int raw) {
        return (raw >>> 1) ^ -(raw & 1);
    }

    static long unZigZag(long raw) {
        return (raw >>> 1) ^ -(raw & 1);
    }
}
