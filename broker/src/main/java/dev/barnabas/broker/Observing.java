package dev.barnabas.broker;

import dev.barnabas.groups.Caller;
import dev.barnabas.groups.GroupCensus;
import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.replication.Partition;
import dev.barnabas.transactions.TransactionCoordinator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One collection of an {@link Observation}: first the partitions of all loops, then the groups and transactions. Owned
 * by the first loop.
 */
final class Observing {

    /** A version in which groups are named in a list, with names of topics. */
    private static final Caller CALLER = new Caller("", "", 9);

    private final Node node;
    private final List<Reconciler> reconcilers;
    private final DirectoryRoom room;
    private final GroupCoordinator groups;
    private final TransactionCoordinator transactions;
    private final LagTimes lagTimes;
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
            TransactionCoordinator transactions,
            LagTimes lagTimes,
            Connections.Totals totals) {
        this.node = node;
        this.reconcilers = reconcilers;
        this.room = room;
        this.groups = groups;
        this.transactions = transactions;
        this.lagTimes = lagTimes;
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
                        observeGroups(then);
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

    private void observeGroups(Consumer<Observation> then) {
        groups.observe(loop, census -> {
            List<String> names =
                    census.groups().stream().map(GroupCensus.Entry::group).toList();
            if (names.isEmpty()) {
                observeTransactions(census, List.of(), then);
                return;
            }
            OffsetFetchRequest request = OffsetFetchRequest.builder()
                    .groups(names.stream()
                            .map(name -> OffsetFetchRequest.OffsetFetchRequestGroup.builder()
                                    .groupId(name)
                                    .topics(null)
                                    .build())
                            .toList())
                    .build();
            groups.fetchOffsets(
                    request,
                    CALLER,
                    loop,
                    offsets -> lagTimes.fill(lags(offsets), lags -> observeTransactions(census, lags, then)));
        });
    }

    private void observeTransactions(GroupCensus ofGroups, List<Observation.Lag> lags, Consumer<Observation> then) {
        transactions.observe(
                loop,
                ofTransactions -> then.accept(new Observation(
                        List.copyOf(partitions),
                        offline,
                        failedDirectories,
                        room.full(),
                        totals.count(),
                        ofGroups,
                        ofTransactions,
                        lags,
                        Observation.OfClients.NOTHING,
                        loop.clock().wallMs())));
    }

    private List<Observation.Lag> lags(OffsetFetchResponse offsets) {
        Map<String, Long> highWatermarks = new HashMap<>();
        for (Observation.OfPartition partition : partitions) {
            highWatermarks.put(partition.topic() + "-" + partition.partition(), partition.highWatermark());
        }
        List<Observation.Lag> lags = new ArrayList<>();
        offsets.groups()
                .forEach(group -> group.topics()
                        .forEach(topic -> topic.partitions().forEach(partition -> {
                            Long end = highWatermarks.get(topic.name() + "-" + partition.partitionIndex());
                            if (end != null && partition.committedOffset() >= 0) {
                                lags.add(new Observation.Lag(
                                        group.groupId(),
                                        topic.name(),
                                        partition.partitionIndex(),
                                        partition.committedOffset(),
                                        Math.max(0, end - partition.committedOffset()),
                                        -1));
                            }
                        })));
        return lags;
    }
}
