package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Goes from batch to batch through a segment file and believes nothing: a batch counts when its header makes sense, it
 * is there completely, its offsets follow on those before, and (if asked for) its CRC fits. Memory does not depend on
 * what the file claims. Used by one thread at a time, loop or worker.
 */
final class BatchScan {
    private static final int CRC_FROM = 21;
    private static final byte[] NO_HEADER = new byte[RecordBatch.HEADER_BYTES];

    private final DiskFile file;
    private final int limit;
    private final boolean checkCrc;
    private boolean gaps = true;
    private @Nullable KnownHeaders known;
    private final ByteBuffer chunk;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer headerBytes = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
    private final RecordBatch header = RecordBatch.header(headerBytes, 0);

    private long chunkPosition;
    private int position;
    private int endPosition;
    private long nextOffset;
    private @Nullable String damage;
    private boolean outOfOrder;
    /** Of what is damaged, only the CRC is wrong. */
    private boolean headerFits;
    /** Where the next batch begins is less certain than elsewhere: it comes after one that is damaged. */
    private boolean loose;

    /**
     * @param position where a batch begins
     * @param limit where the last batch ends at the latest
     * @param minOffset no batch may begin before this offset
     * @param chunk for reading; the larger, the fewer reads
     */
    BatchScan(DiskFile file, int position, int limit, long minOffset, boolean checkCrc, ByteBuffer chunk) {
        this.file = file;
        this.endPosition = position;
        this.position = position;
        this.limit = limit;
        this.nextOffset = minOffset;
        this.checkCrc = checkCrc;
        this.chunk = chunk.clear().limit(0);
    }

    /**
     * Each batch must begin where the one before ended. The offset of a batch is not covered by its CRC: in a log
     * without gaps this is how a torn one is known.
     */
    BatchScan withoutGaps() {
        gaps = false;
        return this;
    }

    /** Believes only what fits what is known of the segment. */
    BatchScan knowing(KnownHeaders headers) {
        known = headers;
        gaps = headers.gaps();
        return this;
    }

    /** The offset of the first batch is not known: the position comes from an index, say. */
    BatchScan fromAnywhere() {
        loose = true;
        return this;
    }

    /** The scan goes on where another one has {@link #passOver passed over} something. */
    BatchScan behindDamage() {
        loose = true;
        return this;
    }

    boolean isBehindDamage() {
        return loose;
    }

    /**
     * Goes to the next batch. False at the limit, or at something that is not a batch: then {@link #damage} says what.
     */
    boolean next() throws IOException {
        position = endPosition;
        int left = limit - position;
        if (left == 0 || damage != null) {
            return false;
        }
        headerFits = false;
        if (left < RecordBatch.HEADER_BYTES || !fill(position, RecordBatch.HEADER_BYTES)) {
            headerBytes.clear().put(0, NO_HEADER);
            return damaged("only " + left + " bytes are left");
        }
        headerBytes.clear().put(0, chunk, (int) (position - chunkPosition), RecordBatch.HEADER_BYTES);
        int size = header.sizeInBytes();
        if (header.magic() != RecordBatch.MAGIC) {
            return damaged("the magic is " + header.magic());
        }
        if (size < RecordBatch.HEADER_BYTES) {
            return damaged("the size is " + size);
        }
        if (size > left) {
            return damaged("of " + size + " bytes only " + left + " are there");
        }
        if (!offsetsFit()) {
            outOfOrder = true;
            return damaged("the offsets " + header.baseOffset() + " to " + header.lastOffset() + " cannot follow "
                    + nextOffset);
        }
        headerFits = true;
        if (known != null && !known.epochFits(header)) {
            return damaged("the leader epoch " + header.partitionLeaderEpoch() + " is not the log's");
        }
        if (checkCrc && !crcFits(size)) {
            return damaged("the CRC does not fit");
        }
        endPosition = position + size;
        nextOffset = header.lastOffset() + 1;
        loose = false;
        return true;
    }

    private boolean offsetsFit() {
        long baseOffset = header.baseOffset();
        long lastOffset = header.lastOffset();
        return header.lastOffsetDelta() >= 0
                && baseOffset >= nextOffset
                && lastOffset >= baseOffset
                && (known == null || lastOffset < known.endOffset())
                && (baseOffset == nextOffset || gaps || loose);
    }

    /**
     * What is damaged has offsets that do not fit those before. Where there may be gaps it can be the batch before that
     * is wrong.
     */
    boolean isOutOfOrder() {
        return outOfOrder;
    }

    /**
     * Goes on behind what is damaged, if the size it says it has can be believed: because its header makes sense, or
     * because its CRC fits, which does not cover all of the header. False if not: nobody knows where the next batch
     * begins. A size that was believed and is wrong shows when what comes next is no batch.
     */
    boolean passOver() throws IOException {
        int size = header.sizeInBytes();
        boolean isThere = size >= RecordBatch.HEADER_BYTES && size <= limit - endPosition;
        if (damage == null || !isThere || (!headerFits && !crcFits(size))) {
            return false;
        }
        if (headerFits) {
            nextOffset = header.baseOffset() + 1;
        } else if (gaps && (known == null || header.lastOffset() < known.endOffset())) {
            nextOffset = header.lastOffset() + 1;
        } else {
            nextOffset++;
        }
        endPosition += size;
        damage = null;
        outOfOrder = false;
        loose = true;
        return true;
    }

    /** The offset of the first record that is damaged, as far as that can be told. */
    long damagedOffset() {
        return headerFits ? header.baseOffset() : nextOffset;
    }

    private boolean crcFits(int size) throws IOException {
        crc.reset();
        int at = position + CRC_FROM;
        int end = position + size;
        while (at < end) {
            if (!fill(at, 1)) {
                return false;
            }
            int from = (int) (at - chunkPosition);
            int bytes = Math.min(end - at, chunk.limit() - from);
            crc.update(chunk.slice(from, bytes));
            at += bytes;
        }
        return crc.getValue() == header.crc();
    }

    /** Makes sure that so many bytes from a position on are in the chunk. */
    private boolean fill(int from, int bytes) throws IOException {
        if (from >= chunkPosition && from + (long) bytes <= chunkPosition + chunk.limit()) {
            return true;
        }
        chunk.clear().limit(Math.min(chunk.capacity(), limit - from));
        chunkPosition = from;
        file.read(chunk, from);
        chunk.flip();
        return chunk.limit() >= bytes;
    }

    private boolean damaged(String what) {
        damage = what;
        return false;
    }

    /** Why there is no further batch although the limit is not reached; null if that is not so. */
    @Nullable
    String damage() {
        return damage;
    }

    /**
     * Header of the batch: everything but the records can be read from it, until the next call of {@link #next}. After
     * the last batch it means nothing.
     */
    RecordBatch header() {
        return header;
    }

    int position() {
        return position;
    }

    /** Where the batch ends and the next begins; after the last one, where the valid part of the file ends. */
    int endPosition() {
        return endPosition;
    }

    /** The offset after the last batch that was found. */
    long nextOffset() {
        return nextOffset;
    }

    /** The whole batch, in memory of its own. */
    RecordBatch load() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(endPosition - position);
        if (file.read(bytes, position) < bytes.capacity()) {
            throw new IOException(file.path() + " ends within the batch at " + position);
        }
        return RecordBatch.at(bytes, 0);
    }
}
