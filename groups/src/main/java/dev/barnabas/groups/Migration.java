package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.groups.ConsumerMember.Classic;
import dev.barnabas.groups.ConsumerRecord.CurrentForgotten;
import dev.barnabas.groups.ConsumerRecord.CurrentStored;
import dev.barnabas.groups.ConsumerRecord.GroupForgotten;
import dev.barnabas.groups.ConsumerRecord.GroupStored;
import dev.barnabas.groups.ConsumerRecord.MemberForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberStored;
import dev.barnabas.groups.ConsumerRecord.MemberTargetForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberTargetStored;
import dev.barnabas.groups.ConsumerRecord.PatternForgotten;
import dev.barnabas.groups.ConsumerRecord.TargetForgotten;
import dev.barnabas.groups.ConsumerRecord.TargetStored;
import dev.barnabas.groups.GroupRecord.ClassicGroupForgotten;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.JoinEnd;
import dev.barnabas.groups.GroupTimer.RevokeEnd;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.GroupTimer.SyncEnd;
import dev.barnabas.groups.Member.Timeouts;
import dev.barnabas.groups.Member.Waiting;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;

/**
 * Groups with members change from one protocol to the other while they work (KIP-848): a classic group of consumers
 * when the first member of the consumer protocol joins, and back when the last one leaves.
 */
final class Migration {

    private Migration() {}

    static boolean canUpgrade(GroupShard shard, ClassicGroup group) {
        ConsumerSettings settings = shard.consumerSettings(group.id());
        return settings.migration().upgrades()
                && group.isConsumers()
                && group.roster().size() <= settings.maxSize()
                && group.roster().all().stream()
                        .allMatch(member -> says(group, member, shard.topics()).isPresent()
                                && EmbeddedProtocol.assignment(member.assignment(), shard.topics())
                                        .isPresent());
    }

    static String whyNoUpgrade(GroupShard shard, ClassicGroup group) {
        ConsumerSettings settings = shard.consumerSettings(group.id());
        String why = !settings.migration().upgrades()
                ? "online upgrade is disabled."
                : !group.isConsumers()
                        ? "the group does not use the consumer embedded protocol."
                        : group.roster().size() > settings.maxSize()
                                ? "the group size exceeds the consumer group maximum size."
                                : "an unsupported custom assignor is in use.";
        return "Cannot upgrade classic group " + group.id() + " to consumer group because " + why;
    }

    /** What a member says in the generation, or, between generations, in the protocol that it likes best. */
    private static Optional<EmbeddedProtocol.Says> says(ClassicGroup group, Member member, Topics topics) {
        String protocol = group.protocol();
        ByteBuffer metadata = protocol == null ? member.protocols().getFirst().metadata() : member.metadata(protocol);
        return EmbeddedProtocol.subscription(metadata, topics);
    }

    /**
     * The group goes on as a consumer group in the same epoch, and every member keeps what it has. Who waits for the
     * others is told to join again: the coordinator assigns from now on.
     */
    static ConsumerDraft upgrade(GroupShard shard, ClassicGroup group, long nowMs) {
        List<ConsumerRecord> records = new ArrayList<>();
        if (!group.roster().isEmpty()) {
            // Whatever the hash is, the joining member makes another epoch.
            records.add(new GroupStored(group.id(), group.generation(), 0));
            records.add(new TargetStored(group.id(), group.generation(), 0));
        }
        for (Member member : group.roster().all()) {
            Partitions has = EmbeddedProtocol.assignment(member.assignment(), shard.topics())
                    .orElse(Partitions.NONE);
            records.add(new MemberStored(group.id(), member.id(), asConsumer(group, member, shard.topics())));
            records.add(new MemberTargetStored(group.id(), member.id(), has));
            records.add(new CurrentStored(group.id(), member.id(), CurrentAssignment.settled(group.generation(), has)));
        }
        ConsumerGroup upgraded = new ConsumerGroup(group.id());
        records.forEach(upgraded::apply);
        ConsumerDraft draft = new ConsumerDraft(shard, upgraded, nowMs);
        draft.record(new ClassicGroupForgotten(group.id()));
        records.forEach(draft::record);
        draft.cancel(new JoinEnd(group.id())).cancel(new SyncEnd(group.id()));
        group.roster().pending().forEach(pending -> draft.cancel(new SessionEnd(group.id(), pending)));
        for (Member member : group.roster().all()) {
            draft.prolongSession(member.id());
            switch (member.waiting()) {
                case Waiting.Nothing _ -> {}
                case Waiting.ToJoin(var ticket, boolean _) ->
                    draft.answer(ticket.with(JoinGroup.refusal(member.id(), ErrorCode.REBALANCE_IN_PROGRESS)));
                case Waiting.ToSync(var ticket) ->
                    draft.answer(ticket.with(SyncGroup.refusal(ErrorCode.REBALANCE_IN_PROGRESS)));
            }
        }
        return draft;
    }

    private static ConsumerMember asConsumer(ClassicGroup group, Member member, Topics topics) {
        EmbeddedProtocol.Says says = says(group, member, topics).orElseThrow();
        return new ConsumerMember(
                member.client().instanceId(),
                says.rackId(),
                member.client().clientId(),
                member.client().clientHost(),
                says.topics(),
                null,
                member.timeouts().rebalanceMs(),
                null,
                new Classic(member.timeouts().sessionMs(), member.protocols()));
    }

    /** @param left who stays */
    static boolean canDowngrade(ConsumerDraft draft, NavigableMap<String, ConsumerMember> left) {
        return draft.settings().migration().downgrades()
                && !left.isEmpty()
                && left.values().stream().allMatch(ConsumerMember::usesClassicProtocol)
                && left.size() <= draft.shard().settings().maxSize();
    }

    /** The group goes on as a classic group, and its members are asked to join. */
    static Decision<GroupRecord, GroupChange, GroupTimer> downgrade(ConsumerDraft draft, String why) {
        ConsumerGroup group = draft.group();
        NavigableMap<String, ConsumerMember> left = draft.members();
        ClassicGroup classic = asClassic(draft, left);
        left.keySet().forEach(memberId -> draft.cancel(new RevokeEnd(group.id(), memberId)));
        draft.cancel(new AssignDue(group.id()));
        tombstones(group, left).forEach(draft::record);
        Draft next = draft.shard().draft(classic, draft.nowMs());
        next.store();
        classic.roster().all().forEach(next::prolongSession);
        Rebalance.prepare(next, "the last member of the consumer protocol is gone: " + why);
        return together(draft.decision(), next.decision());
    }

    private static ClassicGroup asClassic(ConsumerDraft draft, NavigableMap<String, ConsumerMember> left) {
        Map<String, Member> members = new LinkedHashMap<>();
        left.forEach((memberId, member) -> {
            Classic classic = member.classic();
            if (classic != null) {
                ByteBuffer assignment = EmbeddedProtocol.assignment(
                        draft.current(memberId).partitions(),
                        classic.protocols().getFirst().metadata(),
                        draft.shard().topics());
                members.put(
                        memberId,
                        new Member(
                                memberId,
                                new Member.Client(member.instanceId(), member.clientId(), member.clientHost()),
                                new Timeouts(classic.sessionTimeoutMs(), member.rebalanceTimeoutMs()),
                                classic.protocols(),
                                assignment,
                                Waiting.NOTHING));
            }
        });
        Roster roster = new Roster(members, members.keySet().iterator().next(), Set.of());
        return new ClassicGroup(
                        draft.group().id(),
                        ClassicGroup.CONSUMER,
                        draft.epoch(),
                        roster,
                        new Stable(roster.electProtocol(), Set.of()),
                        draft.nowMs(),
                        null)
                .withSubscriptions();
    }

    /** Forgets a consumer group with the members that are left in it. */
    static List<GroupRecord> tombstones(ConsumerGroup group, NavigableMap<String, ConsumerMember> left) {
        List<GroupRecord> records = new ArrayList<>();
        left.keySet().forEach(memberId -> {
            records.add(new CurrentForgotten(group.id(), memberId));
            records.add(new MemberTargetForgotten(group.id(), memberId));
            records.add(new MemberForgotten(group.id(), memberId));
        });
        group.patterns().keySet().forEach(pattern -> records.add(new PatternForgotten(group.id(), pattern)));
        records.add(new TargetForgotten(group.id()));
        records.add(new GroupForgotten(group.id()));
        return records;
    }

    private static Decision<GroupRecord, GroupChange, GroupTimer> together(
            Decision<GroupRecord, GroupChange, GroupTimer> first,
            Decision<GroupRecord, GroupChange, GroupTimer> second) {
        List<GroupRecord> records = new ArrayList<>(first.records());
        records.addAll(second.records());
        List<TimerChange<GroupTimer>> timers = new ArrayList<>(first.timers());
        timers.addAll(second.timers());
        List<Ticket.Answer> answers = new ArrayList<>(first.answers());
        answers.addAll(second.answers());
        return new Decision<>(records, second.changes(), answers, timers, false);
    }
}
