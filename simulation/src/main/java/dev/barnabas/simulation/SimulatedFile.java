package dev.barnabas.simulation;

import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A handle on a file of a {@link SimulatedDisk}. */
final class SimulatedFile implements DiskFile {
    private final SimulatedDisk disk;
    private final String path;
    private final FileNode node;
    private boolean closed;

    SimulatedFile(SimulatedDisk disk, String path, FileNode node) {
        this.disk = disk;
        this.path = path;
        this.node = node;
        node.pin();
    }

    SimulatedDisk disk() {
        return disk;
    }

    /** The file itself, for whoever needs it beyond the life of this handle. */
    FileNode node() {
        return node;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return node.size();
    }

    @Override
    public long append(ByteBuffer... buffers) throws IOException {
        requireOpen();
        disk.chargeAccess();
        long position = node.size();
        int length = 0;
        for (ByteBuffer buffer : buffers) {
            length = Math.addExact(length, buffer.remaining());
        }
        reserve(position + length);
        boolean dies = disk.process().host().crashesNow();
        boolean fails = disk.drive().dice().chance(disk.drive().faults().appendFailure());
        boolean stopsWithin = fails || (dies && disk.drive().dice().chance(0.5));
        int written = stopsWithin ? disk.drive().dice().nextInt(length + 1) : length;
        note("append to", position, written);
        int left = written;
        for (ByteBuffer buffer : buffers) {
            int end = buffer.limit();
            buffer.limit(Math.min(end, buffer.position() + left));
            left -= buffer.remaining();
            node.append(buffer);
            buffer.limit(end);
        }
        if (dies) {
            disk.die();
        }
        if (fails) {
            disk.drive().failed();
            throw new IOException("append to " + path + " failed after " + written + " of " + length + " bytes");
        }
        return position;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        requireOpen();
        if (position < 0) {
            throw new IllegalArgumentException("negative position: " + position);
        }
        return readForSending(into, position);
    }

    /** A read that a closed handle is still good for: of a region that was given to a connection before. */
    int readForSending(ByteBuffer into, long position) throws IOException {
        disk.chargeAccess();
        if (disk.drive().dice().chance(disk.drive().faults().readFailure())) {
            disk.drive().failed();
            note("failed read of", position, into.remaining());
            throw new IOException("read of " + path + " @" + position + " failed");
        }
        return node.read(into, position);
    }

    @Override
    public boolean isInMemory(long position, long bytes) {
        return position + bytes <= node.size() && disk.drive().cachesThat();
    }

    @Override
    public void prefetch(long position, long bytes) {
        // What is in memory is decided by the dice whenever somebody asks.
    }

    @Override
    public void uncache(long position, long bytes) {
        // As well.
    }

    @Override
    public void truncate(long size) throws IOException {
        requireOpen();
        if (size < 0 || size > node.size()) {
            throw new IllegalArgumentException("cannot cut " + path + " of " + node.size() + " bytes to " + size);
        }
        disk.operation(() -> {
            node.truncate((int) size);
            return true;
        });
        note("cut", size, 0);
    }

    @Override
    public void preallocate(long bytes) throws IOException {
        requireOpen();
        reserve(bytes);
        node.reserve(bytes);
    }

    @Override
    public void close() {
        disk.process().requireAlive();
        if (!closed) {
            closed = true;
            node.unpin();
        }
    }

    @Override
    public String toString() {
        return disk.name() + "/" + path;
    }

    private void reserve(long bytes) throws DiskFullException {
        disk.drive().reserve(node, bytes);
    }

    private void note(String what, long position, int bytes) {
        SimulatedProcess process = disk.process();
        process.simulation()
                .trace()
                .note(process.simulation().nanos(), process.toString(), what, path, position, bytes);
    }

    private void requireOpen() throws IOException {
        disk.requireOpen();
        if (closed) {
            throw new IOException("closed handle of " + path);
        }
    }
}
