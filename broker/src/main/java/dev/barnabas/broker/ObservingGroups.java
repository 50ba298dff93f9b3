package dev.barnabas.broker;

import dev.barnabas.groups.Caller;
import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse.ListedGroup;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The part of an {@link Observation} that tells of groups: how many members each has, asked of each type in turn, and
 * how far behind its committed offsets are. A share group commits none. Owned by the first loop.
 */
final class ObservingGroups {

    /** A version in which groups are named in a list, with names of topics. */
    private static final Caller CALLER = new Caller("", "", 9);

    private static final String SHARE = "share";

    private final GroupCoordinator groups;
    private final Loop loop;
    private final Map<String, Long> highWatermarks = new HashMap<>();
    private final Map<String, Integer> members = new HashMap<>();

    ObservingGroups(GroupCoordinator groups, Loop loop, List<Observation.OfPartition> partitions) {
        this.groups = groups;
        this.loop = loop;
        for (Observation.OfPartition partition : partitions) {
            highWatermarks.put(partition.topic() + "-" + partition.partition(), partition.highWatermark());
        }
    }

    /** Told once. */
    interface Then {
        void seen(List<Observation.OfGroup> groups, List<Observation.Lag> lags);
    }

    void start(Then then) {
        groups.list(ListGroupsRequest.builder().build(), loop, listed -> {
            List<ListedGroup> all = listed.groups();
            Runnable offsets = () -> fetchOffsets(all, lags -> then.seen(counted(all), lags));
            Runnable shares = () -> countShare(of(SHARE, all), offsets);
            Runnable consumers = () -> countConsumers(of("consumer", all), shares);
            countClassic(of("classic", all), consumers);
        });
    }

    private static List<String> of(String type, List<ListedGroup> all) {
        return all.stream()
                .filter(group -> group.groupType().equals(type))
                .map(ListedGroup::groupId)
                .toList();
    }

    private void countClassic(List<String> names, Runnable then) {
        groups.describe(DescribeGroupsRequest.builder().groups(names).build(), CALLER, loop, described -> {
            described
                    .groups()
                    .forEach(it -> members.put(it.groupId(), it.members().size()));
            then.run();
        });
    }

    private void countConsumers(List<String> names, Runnable then) {
        groups.consumerDescribe(
                ConsumerGroupDescribeRequest.builder().groupIds(names).build(), loop, described -> {
                    described
                            .groups()
                            .forEach(
                                    it -> members.put(it.groupId(), it.members().size()));
                    then.run();
                });
    }

    private void countShare(List<String> names, Runnable then) {
        groups.shareDescribe(ShareGroupDescribeRequest.builder().groupIds(names).build(), loop, described -> {
            described
                    .groups()
                    .forEach(it -> members.put(it.groupId(), it.members().size()));
            then.run();
        });
    }

    private List<Observation.OfGroup> counted(List<ListedGroup> all) {
        return all.stream()
                .map(group -> new Observation.OfGroup(
                        group.groupId(), group.groupState(), members.getOrDefault(group.groupId(), 0)))
                .toList();
    }

    private void fetchOffsets(List<ListedGroup> all, Consumer<List<Observation.Lag>> then) {
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(all.stream()
                        .filter(group -> !group.groupType().equals(SHARE))
                        .map(group -> OffsetFetchRequest.OffsetFetchRequestGroup.builder()
                                .groupId(group.groupId())
                                .topics(null)
                                .build())
                        .toList())
                .build();
        groups.fetchOffsets(request, CALLER, loop, offsets -> then.accept(lags(offsets)));
    }

    private List<Observation.Lag> lags(OffsetFetchResponse offsets) {
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
