package dev.barnabas.broker;

import dev.barnabas.groups.Caller;
import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One collection of an {@link Observation}: first the partitions of all loops, then the groups. Owned by the first
 * loop.
 */
final class Observing {

    /** A version in which groups are named in a list, with names of topics. */
    private static final Caller CALLER = new Caller("", "", 9);

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
        groups.list(ListGroupsRequest.builder().build(), loop, listed -> {
            List<String> names =
                    listed.groups().stream().map(group -> group.groupId()).toList();
            if (names.isEmpty()) {
                finish(List.of(), List.of(), then);
                return;
            }
            groups.describe(
                    DescribeGroupsRequest.builder().groups(names).build(),
                    CALLER,
                    loop,
                    described -> fetchOffsets(names, ofGroups(described), then));
        });
    }

    private void fetchOffsets(List<String> names, List<Observation.OfGroup> described, Consumer<Observation> then) {
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(names.stream()
                        .map(name -> OffsetFetchRequest.OffsetFetchRequestGroup.builder()
                                .groupId(name)
                                .topics(null)
                                .build())
                        .toList())
                .build();
        groups.fetchOffsets(request, CALLER, loop, offsets -> finish(described, lags(offsets), then));
    }

    private void finish(List<Observation.OfGroup> described, List<Observation.Lag> lags, Consumer<Observation> then) {
        then.accept(new Observation(
                List.copyOf(partitions), offline, failedDirectories, room.full(), totals.count(), described, lags));
    }

    private static List<Observation.OfGroup> ofGroups(DescribeGroupsResponse described) {
        return described.groups().stream()
                .map(group -> new Observation.OfGroup(
                        group.groupId(), group.groupState(), group.members().size()))
                .toList();
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
                                        Math.max(0, end - partition.committedOffset())));
                            }
                        })));
        return lags;
    }
}
