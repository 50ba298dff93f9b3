package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/**
 * Compresses the records of batches, one batch at a time, always in the same way: holds the native state and the buffer
 * that this takes, so that they are made once.
 *
 * <p>Owned by one loop; any number of {@link RecordBatchBuilder}s may share it. {@link #close()} frees the native
 * memory.
 */
public final class Compressor implements AutoCloseable {
    private final CompressionSpec spec;
    private final Encoder encoder;
    private ByteBuffer scratch = ByteBuffer.allocate(0);

    public Compressor(CompressionSpec spec) {
        this.spec = spec;
        this.encoder = switch (spec.compression()) {
            case NONE -> new Encoder.Stored();
            case GZIP -> new GzipEncoder(spec.level());
            case SNAPPY -> new SnappyEncoder();
            case LZ4 -> new Lz4Encoder(spec.level());
            case ZSTD -> new ZstdEncoder(spec.level());
        };
    }

    public CompressionSpec spec() {
        return spec;
    }

    Compression compression() {
        return spec.compression();
    }

    /** The result is valid until the next call. */
    ByteBuffer compress(byte[] plain, int from, int size) {
        int bound = encoder.maxSize(size);
        if (scratch.capacity() < bound) {
            scratch = ByteBuffer.allocate(bound);
        }
        encoder.encode(plain, from, size, scratch.clear());
        return scratch.flip();
    }

    @Override
    public void close() {
        encoder.close();
    }
}
