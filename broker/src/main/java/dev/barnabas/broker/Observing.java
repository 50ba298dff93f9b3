package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.host.Loop;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One collection of an {@link Observation}: first the partitions of all loops, then the groups. Owned by the first
 * loop.
 */
final class Observing {
    private final Node node;
    private final List<Reconciler> reconcilers;
    private final DirectoryRoom room;
    private final GroupCoordinator groups;
    private final Connections.Totals totals;
    private final Loop loop;
    private final List<Observation.OfPartition> partitions = new ArrayList<>();
    private int offline;
    private List<String> failedDirectories = List.of();

    Observing(
            Node node,
            List<Reconciler> reconcilers,
            DirectoryRoom room,
            GroupCoordinator groups,
            Connections.Totals totals) {
        this.node = node;
        this.reconcilers = reconcilers;
        this.room = room;
        this.groups = groups;
        this.totals = totals;
        this.loop = node.share(0).loop();
    }

    void start(Consumer<Observation> then) {
        int[] left = {node.loopCount()};
        for (LoopShare share : node.shares()) {
            share.loop().execute(() -> {
                List<Observation.OfPartition> here =
                        share.partitions().all().stream().map(this::of).toList();
                int offlineHere = reconcilers.get(share.index()).offlineCount();
                List<String> failedHere =
                        reconcilers.get(share.index()).folders().failed();
                loop.execute(() -> {
                    partitions.addAll(here);
                    offline += offlineHere;
                    if (failedHere.size() > failedDirectories.size()) {
                        // The loops learn of it one after the other.
                        failedDirectories = failedHere;
                    }
                    if (--left[0] == 0) {
                        listGroups(then);
                    }
                });
            });
        }
    }

    private Observation.OfPartition of(Partition partition) {
        return new Observation.OfPartition(
                partition.id().topic(),
                partition.id().index(),
                partition.logStartOffset(),
                partition.highWatermark(),
                partition.endOffset(),
                partition.sizeInBytes(),
                HangingTransactions.in(partition, node).size(),
                partition.log().compactionStatus(),
                partition.log().scrubStatus());
    }

    private void listGroups(Consumer<Observation> then) {
        new ObservingGroups(groups, loop, partitions).start((counted, lags) -> finish(counted, lags, then));
    }

    private void finish(List<Observation.OfGroup> described, List<Observation.Lag> lags, Consumer<Observation> then) {
        then.accept(new Observation(
                List.copyOf(partitions), offline, failedDirectories, room.full(), totals.count(), described, lags));
    }
}
