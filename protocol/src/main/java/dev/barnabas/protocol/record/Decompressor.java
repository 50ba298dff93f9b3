package dev.barnabas.protocol.record;

import com.github.luben.zstd.ZstdDecompressCtx;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses the records of batches, one batch at a time: holds the native state and the buffer that this takes, so
 * that they are made once, and the limit that protects against batches which explode.
 *
 * <p>Owned by one loop. {@link #close()} frees the native memory.
 */
public final class Decompressor implements AutoCloseable {
    /**
     * What {@link #Decompressor()} allows: plenty for honest batches. Some codecs can make 30,000 times more out of
     * what they are given, and the loop would be busy with it for seconds.
     */
    public static final long DEFAULT_MAX_BYTES = 256L * 1024 * 1024;

    /** What had to grow beyond this for a batch is given back before the next one: buffer, and window of zstd. */
    private static final int MAX_KEPT_BYTES = 4 * 1024 * 1024;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final long maxBytes;
    private ByteBuffer scratch = ByteBuffer.allocate(0);
    private @Nullable Decoding current;
    private @Nullable Inflater inflater;
    private @Nullable ZstdDecompressCtx zstd;

    public Decompressor() {
        this(DEFAULT_MAX_BYTES);
    }

    /**
     * @param maxBytes how many bytes the records of one batch may take when decompressed; a batch with more is refused
     *     as {@link BatchRefusal#DECOMPRESSED_TOO_LARGE}
     */
    public Decompressor(long maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("a negative limit: " + maxBytes);
        }
        this.maxBytes = maxBytes;
    }

    public long maxBytes() {
        return maxBytes;
    }

    /**
     * All records of the batch, decompressed, without the header of the batch: for a batch that is not compressed a
     * slice of it, else a buffer of its own.
     *
     * @throws CorruptRecordException if the batch is broken or too large
     */
    public ByteBuffer decompress(RecordBatch batch) {
        return batch.isCompressed() ? all(open(batch)) : payload(batch);
    }

    /**
     * Bytes that are no records, compressed as records are.
     *
     * @throws CorruptRecordException if they are broken or too large
     */
    public ByteBuffer decompress(Compression compression, ByteBuffer bytes) {
        return compression == Compression.NONE ? bytes.slice() : all(open(compression, bytes.slice()));
    }

    private static ByteBuffer all(Decoding decoding) {
        byte[] all = new byte[0];
        int size = 0;
        while (decoding.room() > 0) {
            ByteBuffer step = decoding.scratch(decoding.room()).clear();
            int decoded = decoding.decode(step);
            if (decoded > all.length - size) {
                all = Arrays.copyOf(all, (int) Math.clamp(2L * size, (long) size + decoded, LARGEST_ARRAY));
            }
            step.get(0, all, size, decoded);
            size += decoded;
        }
        return ByteBuffer.wrap(all, 0, size).slice();
    }

    Decoding open(RecordBatch batch) {
        return open(batch.compression(), payload(batch));
    }

    private Decoding open(Compression compression, ByteBuffer payload) {
        if (scratch.capacity() > MAX_KEPT_BYTES) {
            scratch = ByteBuffer.allocate(0);
        }
        if (current != null && current.decoded() > MAX_KEPT_BYTES) {
            closeZstd();
        }
        ByteBuffer input = payload.isDirect() || payload.hasArray() ? payload : copy(payload);
        Decoder decoder = switch (compression) {
            case NONE -> throw new IllegalArgumentException("the batch is not compressed");
            case GZIP -> new GzipDecoder(input, inflater());
            case SNAPPY -> new SnappyDecoder(input);
            case LZ4 -> new Lz4Decoder(input);
            case ZSTD -> new ZstdDecoder(input, zstd());
        };
        Decoding decoding = new Decoding(this, decoder);
        current = decoding;
        return decoding;
    }

    void requireCurrent(Decoding decoding) {
        if (decoding != current) {
            throw new IllegalStateException("another batch has been opened with this decompressor, or it was closed");
        }
    }

    ByteBuffer scratch(long capacity) {
        if (capacity > LARGEST_ARRAY) {
            throw new CorruptRecordException(
                    BatchRefusal.DECOMPRESSED_TOO_LARGE, "A record of more than " + LARGEST_ARRAY + " bytes");
        }
        if (scratch.capacity() < capacity) {
            ByteBuffer larger = ByteBuffer.allocate((int) Math.clamp(2L * scratch.capacity(), capacity, LARGEST_ARRAY));
            scratch = larger.put(0, scratch, 0, scratch.capacity());
        }
        return scratch;
    }

    private static ByteBuffer payload(RecordBatch batch) {
        return batch.buffer()
                .slice(batch.position() + BatchFormat.HEADER_SIZE, batch.sizeInBytes() - BatchFormat.HEADER_SIZE);
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private Inflater inflater() {
        Inflater mine = inflater;
        if (mine == null) {
            mine = new Inflater(true);
            inflater = mine;
        }
        mine.reset();
        return mine;
    }

    private ZstdDecompressCtx zstd() {
        ZstdDecompressCtx mine = zstd;
        if (mine == null) {
            mine = new ZstdDecompressCtx();
            zstd = mine;
        }
        mine.reset();
        return mine;
    }

    @Override
    public void close() {
        current = null;
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
        closeZstd();
    }

    private void closeZstd() {
        if (zstd != null) {
            zstd.close();
            zstd = null;
        }
    }
}
