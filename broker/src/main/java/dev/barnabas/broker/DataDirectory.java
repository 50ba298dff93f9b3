package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.metadata.ReplicaDirectory;
import dev.barnabas.protocol.Uuid;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One of {@code log.dirs}: whether it works, and how many replicas it holds. Owned by the first loop. */
final class DataDirectory {

    private final int index;
    private final String name;
    private final @Nullable Disk disk;
    private Uuid id = Uuid.ZERO;
    private boolean failed;
    private int replicas;

    /** @param disk null if it cannot be opened: then it has failed */
    DataDirectory(int index, String name, @Nullable Disk disk) {
        this.index = index;
        this.name = name;
        this.disk = disk;
        this.failed = disk == null;
    }

    /** In {@code log.dirs}. */
    int index() {
        return index;
    }

    /** As the operator named it. */
    String name() {
        return name;
    }

    /** Empty once it has failed. */
    Optional<Disk> disk() {
        return failed ? Optional.empty() : Optional.ofNullable(disk);
    }

    boolean hasFailed() {
        return failed;
    }

    void fail() {
        failed = true;
    }

    void identify(Uuid as) {
        id = as;
    }

    /** What the cluster knows it as; {@link Uuid#ZERO} for the id until it is identified. */
    ReplicaDirectory identity() {
        return new ReplicaDirectory(id, name);
    }

    int replicas() {
        return replicas;
    }

    void addReplica() {
        replicas++;
    }

    void removeReplica() {
        replicas--;
    }

    void close() {
        if (disk != null) {
            disk.close();
        }
    }
}
