package dev.barnabas.protocol;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A message as bytes, except for its records: those stay where they are, so that the network can send them from there,
 * and are to be spliced in between the bytes.
 *
 * @param bytes everything but the records, from position to limit
 * @param splices where records belong, in the order of their positions
 */
public record Encoded(ByteBuffer bytes, List<Splice> splices) {
    public Encoded {
        bytes = bytes.slice();
        splices = List.copyOf(splices);
    }

    /**
     * Records, and where they belong.
     *
     * @param position the bytes of {@link Encoded#bytes()} that come before the records
     */
    public record Splice(int position, Records records) {}

    /** A message alone, without a header. */
    public static Encoded message(Message message, int version) {
        Writer out = new Writer(message.size(version) - message.recordsSize(version));
        message.write(out, version);
        return out.finish();
    }

    /** The bytes, with a position and limit of the caller's own. */
    @Override
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }

    /** All bytes, records included. */
    public int size() {
        int size = bytes.remaining();
        for (int i = 0; i < splices.size(); i++) {
            size += splices.get(i).records().sizeInBytes();
        }
        return size;
    }

    /**
     * The whole message in one buffer: {@link #bytes()} itself if there are no records, else a copy.
     *
     * @throws IllegalStateException if there are records that are not in memory
     */
    public ByteBuffer flatten() {
        if (splices.isEmpty()) {
            return bytes();
        }
        ByteBuffer whole = ByteBuffer.allocate(size());
        int from = 0;
        for (Splice splice : splices) {
            whole.put(bytes.slice(from, splice.position() - from));
            if (!(splice.records() instanceof MemoryRecords records)) {
                throw new IllegalStateException("not in memory: " + splice.records());
            }
            whole.put(records.buffer());
            from = splice.position();
        }
        whole.put(bytes.slice(from, bytes.limit() - from));
        return whole.flip();
    }
}
