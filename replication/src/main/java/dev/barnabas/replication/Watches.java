package dev.barnabas.replication;

import java.util.ArrayList;
import java.util.List;

/** Who waits for more to read of one partition. Owned by the partition's loop. */
final class Watches {
    private final List<Partition.Watch> clients = new ArrayList<>(0);
    private final List<Partition.Watch> followers = new ArrayList<>(0);

    void add(Partition.Watch watch) {
        of(watch).add(watch);
    }

    void remove(Partition.Watch watch) {
        of(watch).remove(watch);
    }

    private List<Partition.Watch> of(Partition.Watch watch) {
        return watch.reader instanceof Reader.Follower ? followers : clients;
    }

    /** The log has grown, which followers may read at once. */
    void appended(long bytes) {
        tell(followers, bytes);
    }

    /** The high watermark has moved: clients have more to read, and followers are to know. */
    void highWatermarkMoved(long bytes) {
        tell(clients, bytes);
        tell(followers, bytes);
    }

    /** Followers are to delete what is gone. */
    void logStartMoved() {
        tell(followers, 0);
    }

    /** Whatever they wait for may have become something else. */
    void tellAll() {
        highWatermarkMoved(Integer.MAX_VALUE);
    }

    private static void tell(List<Partition.Watch> watches, long bytes) {
        if (!watches.isEmpty()) {
            for (Partition.Watch watch : List.copyOf(watches)) {
                watch.came.accept(bytes);
            }
        }
    }
}
