package dev.barnabas.metadata.ratis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/** Puts entries together from their pieces, in the order of the log. The package's documentation has their form. */
final class Pieces {

    static final int MAX_BYTES = 256 * 1024;
    static final int MAX_ENTRY_BYTES = 64 << 20;
    private static final int HEADER = 24;

    private @Nullable ByteBuffer incomplete;
    private long writer;
    private long number;

    /** A whole entry. */
    record Entry(long writer, long number, ByteBuffer content) {}

    static List<ByteString> split(long writer, long number, ByteBuffer entry) {
        List<ByteString> pieces = new ArrayList<>();
        int length = entry.remaining();
        int position = 0;
        do {
            int size = Math.min(MAX_BYTES, length - position);
            ByteBuffer piece = ByteBuffer.allocate(HEADER + size)
                    .putLong(writer)
                    .putLong(number)
                    .putInt(length)
                    .putInt(position)
                    .put(entry.slice(entry.position() + position, size))
                    .flip();
            pieces.add(UnsafeByteOperations.unsafeWrap(piece));
            position += size;
        } while (position < length);
        return pieces;
    }

    /** The entry that this piece completes. */
    Optional<Entry> add(ByteString bytes) {
        ByteBuffer piece = bytes.asReadOnlyByteBuffer();
        long pieceWriter = piece.getLong();
        long pieceNumber = piece.getLong();
        int length = piece.getInt();
        int position = piece.getInt();
        if (length < 0 || length > MAX_ENTRY_BYTES || position < 0 || position + piece.remaining() > length) {
            throw new IllegalStateException("a piece of a log entry that does not fit in: " + length + ", " + position);
        }
        if (position == 0) {
            incomplete = ByteBuffer.allocate(length);
            writer = pieceWriter;
            number = pieceNumber;
        }
        ByteBuffer whole = incomplete;
        if (whole == null || pieceWriter != writer || pieceNumber != number || position != whole.position()) {
            // Its beginning was lost with a leader, so the rest is worth nothing.
            incomplete = null;
            return Optional.empty();
        }
        whole.put(piece);
        if (whole.hasRemaining()) {
            return Optional.empty();
        }
        incomplete = null;
        return Optional.of(new Entry(writer, number, whole.flip()));
    }

    void clear() {
        incomplete = null;
    }
}
