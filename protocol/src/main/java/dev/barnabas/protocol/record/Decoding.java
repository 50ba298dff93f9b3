package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/** One run of a decoder: counts what it yields, and ends when it is too much or when a later run has begun. */
final class Decoding {
    private final Decompressor owner;
    private final Decoder decoder;
    private long decoded;

    Decoding(Decompressor owner, Decoder decoder) {
        this.owner = owner;
        this.decoder = decoder;
    }

    void requireCurrent() {
        owner.requireCurrent(this);
    }

    /** How many bytes there were until now. */
    long decoded() {
        return decoded;
    }

    /** How much room the next step needs; 0 at the end. */
    int room() {
        requireCurrent();
        return decoder.room();
    }

    /** Writes from the target's position on; returns how much, which may be nothing although more will come. */
    int decode(ByteBuffer target) {
        requireCurrent();
        int before = target.position();
        decoder.decode(target);
        int size = target.position() - before;
        decoded += size;
        if (decoded > owner.maxBytes()) {
            throw new CorruptRecordException(
                    BatchRefusal.DECOMPRESSED_TOO_LARGE,
                    "The records of a batch take more than " + owner.maxBytes() + " bytes when decompressed");
        }
        return size;
    }

    /** A buffer on the heap that all runs share, with at least this capacity; growing keeps what is in it. */
    ByteBuffer scratch(long capacity) {
        return owner.scratch(capacity);
    }
}
