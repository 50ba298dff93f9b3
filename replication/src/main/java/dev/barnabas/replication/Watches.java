package dev.barnabas.replication;

import java.util.ArrayList;
import java.util.List;

/** Who waits for more to read of one partition. Owned by the partition's loop. */
final class Watches {
    private final List<Partition.Watch> clients = new ArrayList<>(0);
    /** Clients that read only what is committed: nothing comes for them as long as a transaction is open. */
    private final List<Partition.Watch> ofCommitted = new ArrayList<>(0);

    private final List<Partition.Watch> followers = new ArrayList<>(0);
    /** As it was when the last of {@link #ofCommitted} was told, or began to watch. */
    private long lastStableOffset;
    /** Whether a transaction was open then: what comes when it ends nobody has counted, and who watches has to see. */
    private boolean transactionsOpen;

    void add(Partition.Watch watch, long highWatermark, long nowStable) {
        if (ofCommitted.isEmpty()) {
            lastStableOffset = nowStable;
            transactionsOpen = nowStable < highWatermark;
        }
        of(watch).add(watch);
    }

    void remove(Partition.Watch watch) {
        of(watch).remove(watch);
    }

    private List<Partition.Watch> of(Partition.Watch watch) {
        return switch (watch.reader) {
            case Reader.Follower _ -> followers;
            case Reader.Client client -> client.committedOnly() ? ofCommitted : clients;
        };
    }

    /** The log has grown, which followers may read at once. */
    void appended(long bytes) {
        tell(followers, bytes);
    }

    /**
     * The high watermark has moved: clients have more to read, and followers are to know.
     *
     * @param bytes between the high watermark before and this one
     */
    void highWatermarkMoved(long bytes, long highWatermark, long nowStable) {
        tell(clients, bytes);
        tell(followers, bytes);
        if (!ofCommitted.isEmpty() && nowStable > lastStableOffset) {
            boolean counted = !transactionsOpen && nowStable == highWatermark;
            lastStableOffset = nowStable;
            tell(ofCommitted, counted ? bytes : Integer.MAX_VALUE);
        }
        transactionsOpen = nowStable < highWatermark;
    }

    /** Followers are to delete what is gone. */
    void logStartMoved() {
        tell(followers, 0);
    }

    /** Whatever they wait for may have become something else. */
    void tellAll() {
        tell(clients, Integer.MAX_VALUE);
        tell(followers, Integer.MAX_VALUE);
        tell(ofCommitted, Integer.MAX_VALUE);
    }

    private static void tell(List<Partition.Watch> watches, long bytes) {
        if (!watches.isEmpty()) {
            for (Partition.Watch watch : List.copyOf(watches)) {
                watch.came.accept(bytes);
            }
        }
    }
}
