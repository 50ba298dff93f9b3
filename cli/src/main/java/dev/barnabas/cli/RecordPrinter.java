package dev.barnabas.cli;

import dev.barnabas.client.TopicPartition;
import dev.barnabas.protocol.record.Record;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes records, one in a line. The bytes of keys and values are written as they are, unless it is JSON. */
final class RecordPrinter {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputStream out;
    private final boolean json;
    private final byte @Nullable [] separator;

    /** @param separator between key and value, or null: then only values are printed */
    RecordPrinter(OutputStream out, boolean json, @Nullable String separator) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.json = json;
        this.separator =
                separator == null ? null : separator.replace("\\t", "\t").getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IOException if nobody reads the output any more */
    void print(TopicPartition partition, Record record) throws IOException {
        if (json) {
            String text = Json.text(RecordJson.tree(partition.topic(), partition.partition(), record));
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } else {
            if (separator != null) {
                write(record.key());
                out.write(separator);
            }
            write(record.value());
        }
        out.write('\n');
    }

    private void write(@Nullable ByteBuffer bytes) throws IOException {
        if (bytes == null) {
            return;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        out.write(copy);
    }

    void flush() throws IOException {
        out.flush();
    }
}
