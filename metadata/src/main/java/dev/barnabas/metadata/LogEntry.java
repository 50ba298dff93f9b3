package dev.barnabas.metadata;

import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import java.nio.ByteBuffer;

/**
 * What an entry of the metadata log says: 8 bytes version of the image for which the change was planned, then the
 * change in the form of {@link ChangeCodec}.
 *
 * @param plannedForVersion {@link ClusterImage#version}; the change counts only if it meets that version
 */
record LogEntry(long plannedForVersion, Change change) {

    static ByteBuffer encode(long plannedForVersion, Change change) {
        ByteBuffer encoded = ChangeCodec.encode(change);
        return ByteBuffer.allocate(Long.BYTES + encoded.remaining())
                .putLong(plannedForVersion)
                .put(encoded)
                .flip();
    }

    /** @throws MalformedMessageException if these bytes are not an entry that this version of Barnabas knows */
    static LogEntry decode(ByteBuffer bytes) {
        long plannedForVersion = new Reader(bytes).int64("entry.plannedForVersion");
        return new LogEntry(
                plannedForVersion, ChangeCodec.decode(bytes.slice(Long.BYTES, bytes.remaining() - Long.BYTES)));
    }
}
