package dev.barnabas.broker;

import dev.barnabas.host.Part;
import dev.barnabas.log.FileRecords;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Records;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Wire;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Puts an encoded response together with the record data it refers to, which is never copied. */
final class ResponseFrame {

    private ResponseFrame() {}

    static List<Part> of(int correlationId, Response response, int version) {
        Encoded encoded = Wire.encodeResponse(correlationId, response, version);
        ByteBuffer bytes = encoded.bytes();
        if (encoded.splices().isEmpty()) {
            return List.of(new Part.Bytes(bytes));
        }
        List<Part> parts = new ArrayList<>(2 * encoded.splices().size() + 1);
        int from = bytes.position();
        for (Encoded.Splice splice : encoded.splices()) {
            addBytes(parts, bytes, from, splice.position());
            from = splice.position();
            parts.add(part(splice.records()));
        }
        addBytes(parts, bytes, from, bytes.limit());
        return parts;
    }

    private static void addBytes(List<Part> parts, ByteBuffer bytes, int from, int to) {
        if (to > from) {
            parts.add(new Part.Bytes(bytes.slice(from, to - from)));
        }
    }

    private static Part part(Records records) {
        return switch (records) {
            case FileRecords file -> new Part.Region(file.file(), file.position(), file.sizeInBytes());
            case MemoryRecords memory -> new Part.Bytes(memory.buffer());
            default -> throw new IllegalStateException("records of an unknown kind: " + records.getClass());
        };
    }
}
