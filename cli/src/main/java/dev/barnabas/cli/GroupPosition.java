package dev.barnabas.cli;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.Groups;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far a group is in a partition, and who reads it. What is null is not known: nothing was committed, nobody leads
 * the partition, nobody has it.
 *
 * @param stableEnd the end for readers of committed records
 * @param oldestMs the timestamp of the first record that the group has not read; null if there is none
 */
record GroupPosition(
        TopicPartition partition,
        @Nullable Long committed,
        @Nullable Long start,
        @Nullable Long end,
        @Nullable Long stableEnd,
        @Nullable Long oldestMs,
        Groups.@Nullable Member member) {

    @Nullable
    Long lag() {
        return committed == null || end == null ? null : Math.max(0, end - committed);
    }

    boolean isBehind() {
        Long lag = lag();
        return lag != null && lag > 0;
    }

    /** For how long the oldest unread record has waited, in milliseconds; 0 if there is none; null if not known. */
    @Nullable
    Long waitedMs(long nowMs) {
        Long lag = lag();
        return lag == null
                ? null
                : lag == 0 ? Long.valueOf(0) : oldestMs == null ? null : Long.valueOf(Math.max(0, nowMs - oldestMs));
    }

    /**
     * Of everything that the group has committed and that its members have. Of a share group: up to where all is
     * settled, and one of the members.
     */
    static List<GroupPosition> of(Session session, Groups.Description group) {
        Map<TopicPartition, Groups.Member> owners = new HashMap<>();
        group.members().forEach(member -> member.assigned().forEach(partition -> owners.put(partition, member)));
        if (group.type().equals("Streams")) {
            // A task reads the same partition of those of its topics that have it.
            owners.keySet().retainAll(existing(session, owners.keySet()));
        }
        Map<TopicPartition, Long> committed = group.type().equals(Groups.SHARE)
                ? ShareGroupReport.starts(session, group.id())
                : committed(session, group.id());
        Set<TopicPartition> all = new TreeSet<>(owners.keySet());
        all.addAll(committed.keySet());
        Map<TopicPartition, Long> starts = find(session, all, new Offsets.Spec.Earliest(), false);
        Map<TopicPartition, Long> ends = find(session, all, new Offsets.Spec.Latest(), false);
        Map<TopicPartition, Long> stableEnds = find(session, all, new Offsets.Spec.Latest(), true);
        Map<TopicPartition, Long> unread = new TreeMap<>(committed);
        unread.keySet().removeIf(partition -> {
            Long end = ends.get(partition);
            return end == null || committed.getOrDefault(partition, end) >= end;
        });
        // Where records are gone before they were read, the oldest that is left counts.
        unread.replaceAll((partition, offset) -> Math.max(offset, starts.getOrDefault(partition, offset)));
        Map<TopicPartition, Long> times = new HashMap<>();
        session.get(() -> session.admin().recordTimes(unread)).forEach((partition, result) -> {
            if (result instanceof Result.Success<OptionalLong>(OptionalLong time) && time.isPresent()) {
                times.put(partition, time.getAsLong());
            }
        });
        List<GroupPosition> positions = new ArrayList<>();
        for (TopicPartition partition : all) {
            positions.add(new GroupPosition(
                    partition,
                    committed.get(partition),
                    starts.get(partition),
                    ends.get(partition),
                    stableEnds.get(partition),
                    times.get(partition),
                    owners.get(partition)));
        }
        return positions;
    }

    private static Map<TopicPartition, Long> find(
            Session session, Set<TopicPartition> partitions, Offsets.Spec spec, boolean committedOnly) {
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        partitions.forEach(partition -> specs.put(partition, spec));
        ConsumerSettings.Isolation isolation =
                committedOnly ? ConsumerSettings.Isolation.READ_COMMITTED : ConsumerSettings.Isolation.READ_UNCOMMITTED;
        Map<TopicPartition, Long> found = new HashMap<>();
        session.get(() -> session.admin().listOffsets(specs, isolation)).forEach((partition, result) -> {
            if (result instanceof Result.Success<Offsets.Found>(Offsets.Found offset)) {
                found.put(partition, offset.offset());
            }
        });
        return found;
    }

    static Map<TopicPartition, Long> committed(Session session, String group) {
        Map<TopicPartition, Long> committed = new TreeMap<>();
        session.get(() -> session.admin().groupOffsets(group, null)).forEach((partition, result) -> {
            switch (result) {
                case Result.Success<Offsets.Committed>(Offsets.Committed offset) ->
                    committed.put(partition, offset.offset());
                case Result.Failure<Offsets.Committed>(ClientError.NoOffset _) -> {
                    // Nothing is committed there, which is what the missing entry says.
                }
                case Result.Failure<Offsets.Committed>(ClientError error) ->
                    throw Failure.failed(partition + ": " + Errors.describe(error));
            }
        });
        return committed;
    }

    private static Set<TopicPartition> existing(Session session, Set<TopicPartition> partitions) {
        Set<String> topics = new TreeSet<>();
        partitions.forEach(partition -> topics.add(partition.topic()));
        Map<String, Result<ClusterView.Topic>> described =
                session.get(() -> session.admin().describeTopics(topics));
        Set<TopicPartition> existing = new TreeSet<>();
        for (TopicPartition partition : partitions) {
            if (described.get(partition.topic()) instanceof Result.Success<ClusterView.Topic>(var topic)
                    && partition.partition() < topic.partitions().size()) {
                existing.add(partition);
            }
        }
        return existing;
    }
}
