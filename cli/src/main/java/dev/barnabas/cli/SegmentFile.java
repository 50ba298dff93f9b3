package dev.barnabas.cli;

import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A segment file that is read without the node that owns it, which may be running: nothing can change it from here. */
final class SegmentFile implements DiskFile {

    private final String name;
    private final FileChannel channel;

    private SegmentFile(String name, FileChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    /** @param name for messages */
    static SegmentFile open(Path path, String name) throws IOException {
        return new SegmentFile(name, FileChannel.open(path, StandardOpenOption.READ));
    }

    @Override
    public String path() {
        return name;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        int before = into.position();
        while (into.hasRemaining() && channel.read(into, position + into.position() - before) >= 0) {
            // Until everything is there, or the file ends.
        }
        return into.position() - before;
    }

    @Override
    public boolean isInMemory(long position, long bytes) {
        return false;
    }

    @Override
    public void prefetch(long position, long bytes) {
        // The system sees that it is read in order.
    }

    @Override
    public void uncache(long position, long bytes) {
        // What the system does with it is its affair.
    }

    @Override
    public long append(ByteBuffer... buffers) {
        throw readOnly();
    }

    @Override
    public void truncate(long size) {
        throw readOnly();
    }

    @Override
    public void preallocate(long bytes) {
        throw readOnly();
    }

    private UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException(name + " is only read");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException unimportant) {
            // Nothing was written, and everything was read.
        }
    }
}
