package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.groups.GroupRecord.ClassicGroupForgotten;
import dev.barnabas.groups.GroupRecord.OffsetForgotten;
import dev.barnabas.groups.GroupTimer.ForgetTopics;
import dev.barnabas.groups.GroupTimer.Sweep;
import dev.barnabas.groups.GroupTimer.SweepGroup;
import dev.barnabas.groups.PendingOffsets.Place;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is forgotten, and when.
 *
 * <ul>
 *   <li>The offsets of a group without members expire {@code offsets.retention.minutes} after it became empty
 *       (KIP-211).
 *   <li>Those of a group of the consumer protocol, or of a streams group, expire so long after they were committed and
 *       it became empty.
 *   <li>Those of a name that never had members (a simple consumer, a tool) expire so long after they were committed.
 *   <li>Those of a group with members do not expire, whatever its members have subscribed to: a consumer that assigns
 *       partitions itself, or comes back to a topic, would lose its place.
 *   <li>Offsets that were committed with a time of expiry, by clients of old versions, keep it.
 *   <li>Offsets of topics that are deleted go at once; a sweep finds those whose deletion nobody told.
 *   <li>What a transaction has pending does not expire, nor does what is committed for the same partition.
 *   <li>A group that has neither members nor offsets, not even pending ones, is forgotten by the next sweep.
 * </ul>
 */
final class Expiry {
    private static final long NEVER = -1;
    private static final int GROUPS_PER_MS = 100;

    private Expiry() {}

    /** Looks at each group by itself, as each is written by itself. */
    static Decision<GroupRecord, GroupChange, GroupTimer> sweep(GroupShard shard) {
        List<TimerChange<GroupTimer>> timers = new ArrayList<>();
        for (Group group : shard.groups()) {
            // A few at a time, so that no turn of the loop takes long.
            timers.add(new TimerChange.Start<>(new SweepGroup(group.id()), timers.size() / GROUPS_PER_MS));
        }
        timers.add(new TimerChange.Start<>(new Sweep(), shard.settings().offsetsRetentionCheckIntervalMs()));
        return new Decision<>(List.of(), List.of(), List.of(), timers, false);
    }

    /** What of a group has expired. */
    static Decision<GroupRecord, GroupChange, GroupTimer> ofGroup(GroupShard shard, String groupId, long nowMs) {
        Optional<Group> existing = shard.group(groupId);
        if (existing.isEmpty()) {
            return Decision.nothing();
        }
        Group group = existing.get();
        List<GroupRecord> records = new ArrayList<>();
        long offsets = 0;
        for (var topic : shard.offsets().of(groupId).entrySet()) {
            offsets += topic.getValue().size();
            Optional<Uuid> current = shard.topics().idOf(topic.getKey());
            topic.getValue().forEach((partition, committed) -> {
                boolean topicIsGone = current.isEmpty() || committed.isOfAnother(current.get());
                boolean pending = shard.pendingOffsets().has(new Place(groupId, topic.getKey(), partition));
                boolean expired = !pending && isExpired(group, topic.getKey(), committed, shard.settings(), nowMs);
                if (topicIsGone || expired) {
                    records.add(new OffsetForgotten(groupId, topic.getKey(), partition));
                }
            });
        }
        boolean nothingLeft =
                records.size() == offsets && !shard.pendingOffsets().has(groupId);
        if (group.isEmpty() && nothingLeft) {
            switch (group) {
                case ClassicGroup classic
                when classic.roster().pending().isEmpty() -> records.add(new ClassicGroupForgotten(groupId));
                case ClassicGroup _ -> {}
                case ConsumerGroup consumers -> records.addAll(Migration.tombstones(consumers, consumers.members()));
                case StreamsGroup streams -> records.addAll(streams.tombstones());
                // It stays until somebody deletes it, as in Kafka: how far it has come is stored elsewhere.
                case ShareGroup _ -> {}
            }
        }
        return divisible(records, List.of());
    }

    private static boolean isExpired(
            Group group, String topic, CommittedOffset committed, GroupSettings settings, long nowMs) {
        OptionalLong unusedSince = group.isSubscribedTo(topic)
                ? OptionalLong.empty()
                : switch (group) {
                    case ClassicGroup classic -> unusedSince(classic, committed);
                    case ConsumerGroup consumers -> unusedSince(consumers.isEmpty(), consumers.assignedMs(), committed);
                    case StreamsGroup streams -> unusedSince(streams.isEmpty(), streams.assignedMs(), committed);
                    case ShareGroup _ -> OptionalLong.of(committed.commitMs());
                };
        if (unusedSince.isEmpty()) {
            return false;
        }
        return committed.expireMs() == NEVER
                ? nowMs - unusedSince.getAsLong() >= settings.offsetsRetentionMs()
                : nowMs >= committed.expireMs();
    }

    /** Since when nobody has used an offset; empty if somebody may. */
    private static OptionalLong unusedSince(ClassicGroup group, CommittedOffset committed) {
        if (group.protocolType() == null) {
            return OptionalLong.of(committed.commitMs());
        }
        return switch (group.phase()) {
            case Empty _ ->
                OptionalLong.of(group.sinceMs() == ClassicGroup.SINCE_UNKNOWN ? committed.commitMs() : group.sinceMs());
            case Stable _, Preparing _, Completing _ -> OptionalLong.empty();
        };
    }

    /** The last assignment is that to nobody. */
    private static OptionalLong unusedSince(boolean isEmpty, long assignedMs, CommittedOffset committed) {
        return isEmpty ? OptionalLong.of(Math.max(committed.commitMs(), assignedMs)) : OptionalLong.empty();
    }

    /** Topics were deleted: which groups have offsets of them. */
    static Decision<GroupRecord, GroupChange, GroupTimer> topicsDeleted(GroupShard shard, Map<String, Uuid> deleted) {
        List<TimerChange<GroupTimer>> timers = new ArrayList<>();
        for (Group group : shard.groups()) {
            boolean affected =
                    deleted.keySet().stream().anyMatch(shard.offsets().of(group.id())::containsKey)
                            || shard.pendingOffsets().of(group.id()).stream()
                                    .anyMatch(place -> deleted.containsKey(place.topic()));
            if (affected) {
                timers.add(new TimerChange.Start<>(new ForgetTopics(group.id(), deleted), 0));
            }
        }
        return new Decision<>(List.of(), List.of(), List.of(), timers, false);
    }

    /** Forgets a group's offsets of deleted topics, but not those of new topics of the same names. */
    static Decision<GroupRecord, GroupChange, GroupTimer> ofTopics(
            GroupShard shard, String groupId, Map<String, Uuid> deleted) {
        List<GroupRecord> records = new ArrayList<>();
        for (Place place : shard.pendingOffsets().of(groupId)) {
            if (deleted.containsKey(place.topic())
                    && shard.topics().idOf(place.topic()).isEmpty()) {
                forgetPending(shard, place, records);
            }
        }
        deleted.forEach((name, id) -> {
            var partitions = shard.offsets().of(groupId).getOrDefault(name, Collections.emptyNavigableMap());
            partitions.forEach((partition, committed) -> {
                if (!committed.isOfAnother(id)) {
                    records.add(new OffsetForgotten(groupId, name, partition));
                }
            });
        });
        return divisible(records, List.of());
    }

    /** Forgets a group and all that it has committed. */
    static List<GroupRecord> everythingOf(GroupShard shard, String groupId) {
        List<GroupRecord> records = new ArrayList<>();
        shard.offsets()
                .of(groupId)
                .forEach((topic, partitions) -> partitions
                        .keySet()
                        .forEach(partition -> records.add(new OffsetForgotten(groupId, topic, partition))));
        shard.pendingOffsets().of(groupId).forEach(place -> forgetPending(shard, place, records));
        // The group last: what is forgotten of it before is whole offsets.
        switch (shard.group(groupId).orElse(null)) {
            case ConsumerGroup group -> records.addAll(Migration.tombstones(group, group.members()));
            case StreamsGroup group -> records.addAll(group.tombstones());
            // A share group has no offsets here, and is forgotten by another way.
            case ShareGroup _ -> {}
            case ClassicGroup _ -> records.add(new ClassicGroupForgotten(groupId));
            case null -> records.add(new ClassicGroupForgotten(groupId));
        }
        return records;
    }

    /** A tombstone takes with it what is pending of an offset; there is one already if anything is committed. */
    private static void forgetPending(GroupShard shard, Place place, List<GroupRecord> records) {
        if (shard.offsets()
                .get(place.groupId(), place.topic(), place.partition())
                .isEmpty()) {
            records.add(new OffsetForgotten(place.groupId(), place.topic(), place.partition()));
        }
    }

    static Decision<GroupRecord, GroupChange, GroupTimer> divisible(
            List<GroupRecord> records, List<Ticket.Answer> answers) {
        return new Decision<>(records, List.of(), answers, List.of(), true);
    }
}
