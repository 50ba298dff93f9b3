package dev.barnabas.metadata;

import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import java.nio.ByteBuffer;

/**
 * What an entry of the metadata log says: 8 bytes stamp, 8 bytes stamp of the entry it builds upon, then the change in
 * the form of {@link ChangeCodec}.
 *
 * @param stamp tells this entry from all others; random, since two nodes may believe that they lead
 * @param basis {@link ClusterImage#stamp} of the image for which the change was planned; it counts only if it meets
 *     that
 */
record LogEntry(long stamp, long basis, Change change) {

    private static final int HEADER = 2 * Long.BYTES;

    ByteBuffer encode() {
        ByteBuffer encoded = ChangeCodec.encode(change);
        return ByteBuffer.allocate(HEADER + encoded.remaining())
                .putLong(stamp)
                .putLong(basis)
                .put(encoded)
                .flip();
    }

    /** @throws MalformedMessageException if these bytes are not an entry that this version of Barnabas knows */
    static LogEntry decode(ByteBuffer bytes) {
        Reader in = new Reader(bytes);
        long stamp = in.int64("entry.stamp");
        long basis = in.int64("entry.basis");
        return new LogEntry(
                stamp, basis, ChangeCodec.decode(bytes.slice(bytes.position() + HEADER, bytes.remaining() - HEADER)));
    }
}
