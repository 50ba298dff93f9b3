package dev.barnabas.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines of bytes, each as soon as it is there. They end with LF or CR LF; the last may end with the input. */
final class Lines {

    private static final int INITIAL_BYTES = 64 * 1024;

    private final InputStream in;
    private final int maxBytes;
    private byte[] buffer = new byte[INITIAL_BYTES];
    private int begin;
    private int end;
    private int searched;

    /** @param maxBytes a longer line is refused */
    Lines(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /**
     * The next line, in memory of its own; null at the end of the input.
     *
     * @throws IOException also if the line is too long
     */
    byte @Nullable [] next() throws IOException {
        while (true) {
            for (; searched < end; searched++) {
                if (buffer[searched] == '\n') {
                    return taken(searched, searched + 1);
                }
            }
            if (end - begin > maxBytes) {
                throw new IOException("a line is longer than " + maxBytes + " bytes");
            }
            makeRoom();
            int count = in.read(buffer, end, buffer.length - end);
            if (count < 0) {
                return begin == end ? null : taken(end, end);
            }
            end += count;
        }
    }

    private byte[] taken(int lineEnd, int next) {
        int to = lineEnd > begin && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        byte[] line = Arrays.copyOfRange(buffer, begin, to);
        begin = next;
        searched = next;
        return line;
    }

    private void makeRoom() {
        if (end < buffer.length) {
            return;
        }
        if (begin > buffer.length / 2) {
            System.arraycopy(buffer, begin, buffer, 0, end - begin);
        } else {
            byte[] larger = new byte[buffer.length * 2];
            System.arraycopy(buffer, begin, larger, 0, end - begin);
            buffer = larger;
        }
        end -= begin;
        searched -= begin;
        begin = 0;
    }
}
