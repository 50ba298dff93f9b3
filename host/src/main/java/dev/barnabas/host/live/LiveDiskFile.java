package dev.barnabas.host.live;

import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/** A handle: a path as it was opened, and the file behind it. */
final class LiveDiskFile implements DiskFile {
    private final LiveDisk disk;
    private final String path;
    private final OpenFile file;
    private volatile boolean closed;

    LiveDiskFile(LiveDisk disk, String path, OpenFile file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
    }

    LiveDisk disk() {
        return disk;
    }

    OpenFile file() {
        return file;
    }

    /** The caller releases it. */
    Descriptor descriptor() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        return disk.files().descriptor(file);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public long size() {
        return file.size;
    }

    @Override
    public long append(ByteBuffer... buffers) throws IOException {
        IOException broken = file.broken;
        if (broken != null) {
            throw new IOException("an earlier append to " + path + " failed", broken);
        }
        Descriptor descriptor = descriptor();
        try {
            long start = file.size;
            try {
                file.size = start + write(descriptor.channel(), buffers);
            } catch (IOException e) {
                throw takenBack(descriptor.channel(), start, e);
            } finally {
                file.change();
            }
            return start;
        } finally {
            descriptor.release();
        }
    }

    private static long write(FileChannel channel, ByteBuffer[] buffers) throws IOException {
        long left = 0;
        for (ByteBuffer buffer : buffers) {
            left += buffer.remaining();
        }
        long written = 0;
        while (written < left) {
            written += buffers.length == 1 ? channel.write(buffers[0]) : channel.write(buffers);
        }
        return written;
    }

    /**
     * Takes back what of a failed append has been written. When that succeeds and there was just no space, all is as
     * before; otherwise nothing is known about the end of the file.
     */
    private IOException takenBack(FileChannel channel, long start, IOException fault) {
        boolean full = DiskFaults.full(fault) || disk.noSpaceLeft();
        try {
            channel.truncate(start);
            channel.position(start);
        } catch (IOException alsoFailed) {
            fault.addSuppressed(alsoFailed);
            full = false;
        }
        if (full) {
            return DiskFaults.fullDisk(fault, "cannot append to " + path + " in " + disk.name());
        }
        file.broken = fault;
        return fault;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        Descriptor descriptor = descriptor();
        try {
            int before = into.position();
            while (into.hasRemaining()) {
                int read = descriptor.channel().read(into, position + into.position() - before);
                if (read < 0) {
                    break;
                }
            }
            return into.position() - before;
        } finally {
            descriptor.release();
        }
    }

    @Override
    public boolean isInMemory(long position, long bytes) {
        return disk.files().onPath(file, (linux, opened) -> linux.isInMemory(opened, position, bytes));
    }

    @Override
    public void prefetch(long position, long bytes) {
        disk.files().onPath(file, (linux, opened) -> linux.prefetch(opened, position, bytes));
    }

    @Override
    public void uncache(long position, long bytes) {
        disk.files().onPath(file, (linux, opened) -> linux.uncache(opened, position, bytes));
    }

    @Override
    public void truncate(long size) throws IOException {
        if (size < 0 || size > file.size) {
            throw new IllegalArgumentException("cannot cut " + path + " of " + file.size + " bytes to " + size);
        }
        Descriptor descriptor = descriptor();
        try {
            if (size < file.size) {
                try {
                    descriptor.channel().truncate(size);
                    file.size = size;
                } finally {
                    file.change();
                }
            } else {
                // Java would not even ask the system, but that is how a reserve is given back.
                disk.files().onPath(file, (linux, opened) -> linux.resize(opened, size));
            }
            file.reserved = 0;
        } finally {
            descriptor.release();
        }
    }

    @Override
    public void preallocate(long bytes) throws IOException {
        descriptor().release();
        if (bytes > file.size
                && bytes > file.reserved
                && disk.files().onPath(file, (linux, opened) -> linux.reserve(opened, bytes))) {
            file.reserved = bytes;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            disk.files().release(file);
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
