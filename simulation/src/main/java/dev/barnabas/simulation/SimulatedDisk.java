package dev.barnabas.simulation;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A {@link SimulatedDrive} as one process has it open. */
final class SimulatedDisk implements Disk {
    private final SimulatedDrive drive;
    private final SimulatedProcess process;
    private final SyncQueue syncs;
    private boolean closed;

    SimulatedDisk(SimulatedDrive drive, SimulatedProcess process) {
        this.drive = drive;
        this.process = process;
        this.syncs = new SyncQueue(drive, process);
    }

    SimulatedDrive drive() {
        return drive;
    }

    SimulatedProcess process() {
        return process;
    }

    @Override
    public String name() {
        return drive.name();
    }

    @Override
    public DiskFile open(String path) throws IOException {
        checkPath(path);
        requireOpen();
        return operation(() -> new SimulatedFile(this, path, drive.openFile(path)));
    }

    @Override
    public boolean exists(String path) throws IOException {
        checkFolder(path);
        requireOpen();
        return drive.find(path) != null;
    }

    @Override
    public List<String> list(String folder) throws IOException {
        checkFolder(folder);
        requireOpen();
        return drive.list(folder);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        checkPath(from);
        checkPath(to);
        requireOpen();
        operation(() -> {
            drive.rename(from, to);
            return true;
        });
        note("rename " + from + " to " + to);
    }

    @Override
    public void delete(String path) throws IOException {
        checkPath(path);
        requireOpen();
        operation(() -> {
            drive.delete(path);
            return true;
        });
        note("delete " + path);
    }

    @Override
    public void sync(Collection<DiskFile> files, Loop loop, Consumer<@Nullable IOException> then) {
        process.requireAlive();
        List<SimulatedFile> own = files.stream().map(this::own).toList();
        if (closed) {
            loop.execute(() -> then.accept(new IOException(name() + " is closed")));
        } else {
            syncs.add(own, null, loop, then);
        }
    }

    @Override
    public void syncDirectory(String folder, Loop loop, Consumer<@Nullable IOException> then) {
        checkFolder(folder);
        process.requireAlive();
        if (closed) {
            loop.execute(() -> then.accept(new IOException(name() + " is closed")));
        } else {
            syncs.add(List.of(), folder, loop, then);
        }
    }

    @Override
    public <T> void offload(Work<T> work, Loop loop, Completion<T> then) {
        process.requireAlive();
        process.later(workNanos(), () -> {
            try {
                T result = work.run();
                process.later(workNanos(), () -> loop.execute(() -> then.done(result)));
            } catch (IOException e) {
                process.later(workNanos(), () -> loop.execute(() -> then.failed(e)));
            }
        });
    }

    @Override
    public long usableBytes() throws IOException {
        requireOpen();
        return drive.usableBytes();
    }

    @Override
    public long totalBytes() throws IOException {
        requireOpen();
        return drive.totalBytes();
    }

    @Override
    public void close() {
        process.requireAlive();
        if (!closed) {
            closed = true;
            drive.closed();
        }
    }

    void processDied() {
        if (!closed) {
            closed = true;
            drive.processDied();
        }
    }

    void note(String what) {
        process.simulation().note(process.toString(), name() + ": " + what);
    }

    void requireOpen() throws IOException {
        process.requireAlive();
        if (closed) {
            throw new IOException(name() + " is closed");
        }
    }

    /** A change to the drive, at which the process may be planned to die: before it or after it. */
    <T> T operation(Work<T> change) throws IOException {
        process.charge(drive.dice().magnitude(500, 20_000));
        boolean dies = process.host().crashesNow();
        if (dies && drive.dice().chance(0.5)) {
            die();
        }
        T result = change.run();
        if (dies) {
            die();
        }
        return result;
    }

    void die() {
        process.host().carryOutPlannedCrash();
        process.requireAlive();
    }

    /** How long a call on a loop takes that has to touch the drive. */
    void chargeAccess() {
        long slowness = drive.faults().slowness().toNanos() / 10;
        process.charge(drive.dice().magnitude(300, 3_000)
                + (slowness == 0 ? 0 : drive.dice().between(0, slowness)));
    }

    private long workNanos() {
        long slowness = drive.faults().slowness().toNanos();
        return drive.dice().magnitude(2_000, 3_000_000)
                + (slowness == 0 ? 0 : drive.dice().between(0, slowness));
    }

    private SimulatedFile own(DiskFile file) {
        if (file instanceof SimulatedFile own && own.disk() == this) {
            return own;
        }
        throw new IllegalArgumentException("not a file of " + name() + ": " + file.path());
    }

    private static void checkFolder(String path) {
        if (!path.isEmpty()) {
            checkPath(path);
        }
    }

    private static void checkPath(String path) {
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("not a plain relative path: " + path);
            }
        }
    }
}
