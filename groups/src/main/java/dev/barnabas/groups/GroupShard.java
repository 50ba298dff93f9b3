package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Shard;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.coordinator.TransactionEnd;
import dev.barnabas.groups.ConsumerRecord.CurrentForgotten;
import dev.barnabas.groups.ConsumerRecord.CurrentStored;
import dev.barnabas.groups.ConsumerRecord.GroupForgotten;
import dev.barnabas.groups.ConsumerRecord.GroupStored;
import dev.barnabas.groups.ConsumerRecord.MemberForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberStored;
import dev.barnabas.groups.ConsumerRecord.MemberTargetForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberTargetStored;
import dev.barnabas.groups.ConsumerRecord.PatternForgotten;
import dev.barnabas.groups.ConsumerRecord.PatternStored;
import dev.barnabas.groups.ConsumerRecord.TargetForgotten;
import dev.barnabas.groups.ConsumerRecord.TargetStored;
import dev.barnabas.groups.GroupChange.AskedToJoin;
import dev.barnabas.groups.GroupChange.Becomes;
import dev.barnabas.groups.GroupChange.MemberLost;
import dev.barnabas.groups.GroupChange.ShareStatesAnswered;
import dev.barnabas.groups.GroupChange.ShareStatesAsked;
import dev.barnabas.groups.GroupChange.StreamsRemembered;
import dev.barnabas.groups.GroupChange.TopicsSeen;
import dev.barnabas.groups.GroupRecord.ClassicGroupForgotten;
import dev.barnabas.groups.GroupRecord.ClassicGroupStored;
import dev.barnabas.groups.GroupRecord.OffsetCommitted;
import dev.barnabas.groups.GroupRecord.OffsetForgotten;
import dev.barnabas.groups.GroupRecord.OffsetPending;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.ForgetTopics;
import dev.barnabas.groups.GroupTimer.JoinEnd;
import dev.barnabas.groups.GroupTimer.RevokeEnd;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.GroupTimer.ShareStatesDue;
import dev.barnabas.groups.GroupTimer.Sweep;
import dev.barnabas.groups.GroupTimer.SweepGroup;
import dev.barnabas.groups.GroupTimer.SyncEnd;
import dev.barnabas.groups.PendingOffsets.Place;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.host.Entropy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups and offsets that one partition of {@code __consumer_offsets} stores. Owned by the loop of the partition.
 *
 * <p>What it can be asked is a {@link GroupOperation} each ({@link JoinGroup}, {@link OffsetCommit}, ...), which reads
 * the state here and decides. The state changes only in {@link #apply} and {@link #change}: offsets and settled groups
 * by records, what is under way in a rebalance by changes. The key of each group is its id; groups do not touch each
 * other.
 */
final class GroupShard implements Shard<GroupRecord, GroupChange, GroupTimer> {
    private static final Logger LOG = LoggerFactory.getLogger(GroupShard.class);

    private final GroupSettings settings;
    private final ConsumerSettings.OfGroup consumers;
    private final StreamsSettings.OfGroup streams;
    private final Topics topics;
    private final Entropy entropy;
    private final ShareGroupSettings.OfGroup shares;
    private final ShareFollowUps shareFollowUps;
    private final Map<String, Group> groups = new TreeMap<>();
    private final Offsets offsets = new Offsets();
    private final PendingOffsets pending = new PendingOffsets();
    private Consumer<String> rebalances = _ -> {};
    private GroupCounters counters = new GroupCounters();
    private boolean isLoaded;
    private int consumerMembers;

    /** @param shareFollowUps what follows from decisions about share groups in this leadership */
    GroupShard(
            GroupSettings settings,
            ConsumerSettings.OfGroup consumers,
            ShareGroupSettings.OfGroup shares,
            StreamsSettings.OfGroup streams,
            Topics topics,
            Entropy entropy,
            ShareFollowUps shareFollowUps) {
        this.settings = settings;
        this.consumers = consumers;
        this.streams = streams;
        this.topics = topics;
        this.entropy = entropy;
        this.shares = shares;
        this.shareFollowUps = shareFollowUps;
    }

    /**
     * @param listener told of a group, by its id, when members that speak the classic protocol may have to join again;
     *     on the loop of the shard
     */
    GroupShard telling(Consumer<String> listener, GroupCounters counted) {
        rebalances = listener;
        counters = counted;
        return this;
    }

    GroupSettings settings() {
        return settings;
    }

    ConsumerSettings consumerSettings(String groupId) {
        return consumers.of(groupId);
    }

    ShareGroupSettings shareSettings(String groupId) {
        return shares.of(groupId);
    }

    ShareFollowUps shareFollowUps() {
        return shareFollowUps;
    }

    StreamsSettings streamsSettings(String groupId) {
        return streams.of(groupId);
    }

    Topics topics() {
        return topics;
    }

    Optional<Group> group(String id) {
        return Optional.ofNullable(groups.get(id));
    }

    /** The classic group of that name. */
    Optional<ClassicGroup> classic(String id) {
        return switch (groups.get(id)) {
            case null -> Optional.empty();
            case ClassicGroup classic -> Optional.of(classic);
            case ConsumerGroup _, ShareGroup _, StreamsGroup _ -> Optional.empty();
        };
    }

    /** The group of that name if it uses the consumer protocol. */
    Optional<ConsumerGroup> consumers(String id) {
        return switch (groups.get(id)) {
            case null -> Optional.empty();
            case ClassicGroup _, ShareGroup _, StreamsGroup _ -> Optional.empty();
            case ConsumerGroup group -> Optional.of(group);
        };
    }

    /** Members of all groups that use the consumer protocol. */
    int consumerMembers() {
        return consumerMembers;
    }

    /** The group of that name if it is a share group. */
    Optional<ShareGroup> share(String id) {
        return groups.get(id) instanceof ShareGroup group ? Optional.of(group) : Optional.empty();
    }

    /** The group of that name if it is a streams group. */
    Optional<StreamsGroup> streams(String id) {
        return groups.get(id) instanceof StreamsGroup group ? Optional.of(group) : Optional.empty();
    }

    /** In the order of their ids. */
    Collection<Group> groups() {
        return Collections.unmodifiableCollection(groups.values());
    }

    Offsets offsets() {
        return offsets;
    }

    /** Those of transactions that have not ended. */
    PendingOffsets pendingOffsets() {
        return pending;
    }

    Draft draft(ClassicGroup group, long nowMs) {
        return new Draft(group, settings, nowMs);
    }

    /** A name for people, and a random part that makes it unique. */
    String newMemberId(String name) {
        return name + "-" + newMemberId();
    }

    String newMemberId() {
        // A random UUID, of version 4 and variant 2.
        long most = (entropy.nextLong() & ~0xf000L) | 0x4000L;
        long least = (entropy.nextLong() & ~0xc000000000000000L) | 0x8000000000000000L;
        return new UUID(most, least).toString();
    }

    @Override
    public void apply(GroupRecord record) {
        switch (record) {
            case OffsetCommitted(String groupId, String topic, int partition, CommittedOffset committed) -> {
                offsets.put(groupId, topic, partition, committed);
                pending.superseded(new Place(groupId, topic, partition));
                becomesAGroup(groupId);
            }
            case OffsetPending(String groupId, String topic, int partition, var committed, var producer) -> {
                pending.put(producer.producerId(), new Place(groupId, topic, partition), committed);
                becomesAGroup(groupId);
            }
            case OffsetForgotten(String groupId, String topic, int partition) -> {
                offsets.remove(groupId, topic, partition);
                pending.remove(new Place(groupId, topic, partition));
            }
            case ClassicGroupStored(String groupId, var value) -> groups.put(groupId, StoredGroup.read(groupId, value));
            case ClassicGroupForgotten(String groupId) -> {
                if (classic(groupId).isPresent()) {
                    forget(groupId);
                }
            }
            case ConsumerRecord consumer -> applyToConsumers(consumer);
            case StreamsRecord stored -> applyToStreams(stored);
            case ShareRecord share -> applyToShare(share);
        }
    }

    /** As for consumer groups, each part that is stored makes the group. */
    private void applyToShare(ShareRecord record) {
        Optional<ShareGroup> existing = share(record.groupId());
        if (record instanceof ShareRecord.ShareGroupForgotten(String groupId)) {
            existing.ifPresent(_ -> forget(groupId));
        } else if (record.isTombstone()) {
            existing.ifPresent(group -> group.apply(record));
        } else {
            ShareGroup group = existing.orElseGet(() -> new ShareGroup(record.groupId()));
            groups.put(group.id(), group);
            group.apply(record);
        }
    }

    /** Whatever commits offsets is a group, if only a name. */
    private void becomesAGroup(String groupId) {
        groups.computeIfAbsent(groupId, id -> ClassicGroup.created(id, ClassicGroup.SINCE_UNKNOWN));
    }

    @Override
    public void transactionEnded(TransactionEnd end) {
        if (end.committed()) {
            pending.commit(end.producerId())
                    .forEach((place, committed) ->
                            offsets.put(place.groupId(), place.topic(), place.partition(), committed));
        } else {
            pending.end(end.producerId());
        }
    }

    /** Compaction may leave any part of a group first in the log, so each part that is stored makes the group. */
    private void applyToConsumers(ConsumerRecord record) {
        Optional<ConsumerGroup> existing = consumers(record.groupId());
        switch (record) {
            case GroupForgotten(String groupId) -> {
                if (existing.isPresent()) {
                    forget(groupId);
                }
            }
            case MemberForgotten _,
                    TargetForgotten _,
                    MemberTargetForgotten _,
                    CurrentForgotten _,
                    PatternForgotten _ -> existing.ifPresent(group -> apply(record, group));
            case GroupStored _,
                    MemberStored _,
                    TargetStored _,
                    MemberTargetStored _,
                    CurrentStored _,
                    PatternStored _ -> {
                ConsumerGroup group = existing.orElseGet(() -> new ConsumerGroup(record.groupId()));
                groups.put(group.id(), group);
                apply(record, group);
            }
        }
    }

    /** As for consumers: each part that is stored makes the group. */
    private void applyToStreams(StreamsRecord record) {
        Optional<StreamsGroup> existing = streams(record.groupId());
        switch (record) {
            case StreamsRecord.GroupForgotten(String groupId) -> {
                if (existing.isPresent()) {
                    forget(groupId);
                }
            }
            case StreamsRecord.TopologyForgotten _,
                    StreamsRecord.MemberForgotten _,
                    StreamsRecord.TargetForgotten _,
                    StreamsRecord.MemberTargetForgotten _,
                    StreamsRecord.CurrentForgotten _ -> existing.ifPresent(group -> group.apply(record));
            case StreamsRecord.GroupStored _,
                    StreamsRecord.TopologyStored _,
                    StreamsRecord.MemberStored _,
                    StreamsRecord.TargetStored _,
                    StreamsRecord.MemberTargetStored _,
                    StreamsRecord.CurrentStored _ -> {
                StreamsGroup group = existing.orElseGet(() -> new StreamsGroup(record.groupId()));
                groups.put(group.id(), group);
                group.apply(record);
            }
        }
    }

    private void apply(ConsumerRecord record, ConsumerGroup group) {
        int before = group.size();
        group.apply(record);
        consumerMembers += group.size() - before;
        if (isLoaded && record instanceof TargetStored) {
            counters.rebalances().increment();
        }
        boolean moves = record instanceof TargetStored || record instanceof CurrentStored;
        if (moves && group.classicMembers() > 0) {
            rebalances.accept(group.id());
        }
    }

    private void forget(String groupId) {
        consumers(groupId).ifPresent(group -> consumerMembers -= group.size());
        groups.remove(groupId);
        if (offsets.has(groupId) || pending.has(groupId)) {
            becomesAGroup(groupId);
        }
    }

    @Override
    public void change(GroupChange change) {
        switch (change) {
            case Becomes(ClassicGroup group) -> {
                Optional<ClassicGroup> before = classic(group.id());
                groups.put(group.id(), group);
                log(before, group);
                boolean begins = group.phase() instanceof Preparing
                        && before.filter(it -> it.phase() instanceof Preparing).isEmpty();
                if (begins) {
                    counters.rebalances().increment();
                    rebalances.accept(group.id());
                }
            }
            case MemberLost _ -> counters.membersLost().increment();
            case TopicsSeen(String groupId, long version) -> {
                consumers(groupId).ifPresent(group -> group.topicsSeen(version));
                share(groupId).ifPresent(group -> group.topicsSeen(version));
            }
            case ShareStatesAsked(String groupId, var starts) ->
                share(groupId).ifPresent(group -> group.statesAsked(starts));
            case ShareStatesAnswered(String groupId, boolean mayAsk) ->
                share(groupId).ifPresent(group -> group.statesAnswered(mayAsk));
            case AskedToJoin(String groupId, String memberId, boolean asked) ->
                consumers(groupId).ifPresent(group -> group.askedToJoin(memberId, asked));
            case StreamsRemembered(String groupId, StreamsMemory memory) ->
                streams(groupId).ifPresent(group -> group.remember(memory));
        }
    }

    private static void log(Optional<ClassicGroup> before, ClassicGroup group) {
        boolean samePhase = before.isPresent()
                && before.get().generation() == group.generation()
                && before.get().phase().getClass() == group.phase().getClass();
        if (samePhase) {
            return;
        }
        String message = switch (group.phase()) {
            case Empty _ -> "group is empty";
            case Preparing _ -> "group rebalances";
            case Completing _ -> "group has a new generation";
            case Stable _ -> "group is stable";
        };
        LOG.atInfo()
                .setMessage(message)
                .addKeyValue("group", group.id())
                .addKeyValue("generation", group.generation())
                .addKeyValue("members", group.roster().size())
                .addKeyValue("why", group.phase() instanceof Preparing preparing ? preparing.reason() : "")
                .log();
    }

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> loaded(long nowMs) {
        isLoaded = true;
        List<GroupChange> changes = new ArrayList<>();
        List<TimerChange<GroupTimer>> timers = new ArrayList<>();
        List<Runnable> whenCommitted = new ArrayList<>();
        for (Group group : groups.values()) {
            switch (group) {
                case ClassicGroup classic -> {
                    Draft draft = draft(classic, nowMs);
                    Rebalance.loaded(draft);
                    Decision<GroupRecord, GroupChange, GroupTimer> decision = draft.decision();
                    changes.addAll(decision.changes());
                    timers.addAll(decision.timers());
                }
                case ConsumerGroup consumer ->
                    timers.addAll(ConsumerTimers.loaded(this, consumer, nowMs).timers());
                case StreamsGroup application -> {
                    Decision<GroupRecord, GroupChange, GroupTimer> decision =
                            StreamsTimers.loaded(this, application, nowMs);
                    changes.addAll(decision.changes());
                    timers.addAll(decision.timers());
                }
                case ShareGroup share -> {
                    Decision<GroupRecord, GroupChange, GroupTimer> decision = ShareTimers.loaded(this, share, nowMs);
                    changes.addAll(decision.changes());
                    timers.addAll(decision.timers());
                    whenCommitted.addAll(decision.whenCommitted());
                }
            }
        }
        timers.add(new TimerChange.Start<>(new Sweep(), settings.offsetsRetentionCheckIntervalMs()));
        return new Decision<>(List.of(), changes, List.of(), timers, false, whenCommitted);
    }

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> expired(GroupTimer timer, long nowMs) {
        return switch (timer) {
            case SessionEnd(String groupId, String memberId) ->
                losing(
                        groupId,
                        consumers(groupId)
                                .map(group -> ConsumerTimers.sessionEnded(this, group, memberId, nowMs))
                                .or(() -> share(groupId)
                                        .map(group -> ShareTimers.sessionEnded(this, group, memberId, nowMs)))
                                .or(() -> streams(groupId)
                                        .map(group ->
                                                StreamsTimers.gone(this, group, memberId, nowMs, "its session ended")))
                                .orElseGet(() ->
                                        onGroup(groupId, nowMs, draft -> Rebalance.sessionEnded(draft, memberId))));
            case RevokeEnd(String groupId, String memberId) ->
                losing(
                        groupId,
                        consumers(groupId)
                                .map(group -> ConsumerTimers.revokeEnded(this, group, memberId, nowMs))
                                .or(() -> streams(groupId)
                                        .map(group -> StreamsTimers.gone(
                                                this, group, memberId, nowMs, "it was too slow in a rebalance")))
                                .orElseGet(Decision::nothing));
            case AssignDue(String groupId) ->
                consumers(groupId)
                        .map(group -> ConsumerTimers.assignDue(this, group, nowMs))
                        .or(() -> share(groupId).map(group -> ShareTimers.assignDue(this, group, nowMs)))
                        .or(() -> streams(groupId).map(group -> StreamsTimers.assignDue(this, group, nowMs)))
                        .orElseGet(Decision::nothing);
            case ShareStatesDue(String groupId) ->
                share(groupId)
                        .map(group -> ShareTimers.statesDue(this, group, nowMs))
                        .orElseGet(Decision::nothing);
            case JoinEnd(String groupId) -> onGroup(groupId, nowMs, Rebalance::joinEnded);
            case SyncEnd(String groupId) -> onGroup(groupId, nowMs, Rebalance::syncEnded);
            case Sweep _ -> Expiry.sweep(this);
            case SweepGroup(String groupId) -> Expiry.ofGroup(this, groupId, nowMs);
            case ForgetTopics(String groupId, var deleted) -> Expiry.ofTopics(this, groupId, deleted);
        };
    }

    /** If anything comes of it, a member is gone. */
    private static Decision<GroupRecord, GroupChange, GroupTimer> losing(
            String groupId, Decision<GroupRecord, GroupChange, GroupTimer> decision) {
        if (decision.records().isEmpty() && decision.changes().isEmpty()) {
            return decision;
        }
        List<GroupChange> changes = new ArrayList<>(decision.changes());
        changes.add(new MemberLost(groupId));
        return new Decision<>(
                decision.records(),
                changes,
                decision.answers(),
                decision.timers(),
                decision.divisible(),
                decision.whenCommitted());
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> onGroup(
            String groupId, long nowMs, Consumer<Draft> transition) {
        Optional<ClassicGroup> group = classic(groupId);
        if (group.isEmpty()) {
            return Decision.nothing();
        }
        Draft draft = draft(group.get(), nowMs);
        transition.accept(draft);
        return draft.decision();
    }

    @Override
    public Optional<String> keyOf(GroupTimer timer) {
        return switch (timer) {
            case SessionEnd sessionEnd -> Optional.of(sessionEnd.groupId());
            case JoinEnd joinEnd -> Optional.of(joinEnd.groupId());
            case SyncEnd syncEnd -> Optional.of(syncEnd.groupId());
            case RevokeEnd revokeEnd -> Optional.of(revokeEnd.groupId());
            case AssignDue assignDue -> Optional.of(assignDue.groupId());
            case ShareStatesDue statesDue -> Optional.of(statesDue.groupId());
            case Sweep _ -> Optional.empty();
            case SweepGroup sweep -> Optional.of(sweep.groupId());
            case ForgetTopics forget -> Optional.of(forget.groupId());
        };
    }

    @Override
    public ShardRecord encode(GroupRecord record) {
        return GroupRecords.encode(record);
    }

    @Override
    public Optional<GroupRecord> decode(ShardRecord record) {
        return GroupRecords.decode(record);
    }

    @Override
    public void close() {
        shareFollowUps.close();
    }
}
