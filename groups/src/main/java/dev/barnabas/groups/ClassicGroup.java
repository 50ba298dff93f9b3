package dev.barnabas.groups;

import dev.barnabas.groups.Member.Waiting;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A group whose members elect a leader that assigns the work, or a group that is nothing but a name for committed
 * offsets. Immutable: whatever happens to a group makes a new value. {@link Phase} has the states, {@link Rebalance}
 * the transitions.
 *
 * @param protocolType what kind of members it has ({@code consumer}, {@code connect}); null if it never had any
 * @param generation how many rebalances it has been through
 * @param sinceMs when it came into its phase, in milliseconds since the epoch; -1 if that is not known
 * @param subscribedTopics what the members of the last generation have subscribed to; null if that is not known
 */
record ClassicGroup(
        String id,
        @Nullable String protocolType,
        int generation,
        Roster roster,
        Phase phase,
        long sinceMs,
        @Nullable Set<String> subscribedTopics)
        implements Group {
    /** The protocol type of consumers; its metadata tells the topics they have subscribed to. */
    static final String CONSUMER = "consumer";

    static final long SINCE_UNKNOWN = -1;

    ClassicGroup {
        subscribedTopics =
                subscribedTopics == null ? null : Collections.unmodifiableSet(new LinkedHashSet<>(subscribedTopics));
    }

    static ClassicGroup created(String id, long nowMs) {
        return new ClassicGroup(id, null, 0, Roster.EMPTY, new Empty(), nowMs, null);
    }

    @Override
    public String type() {
        return "classic";
    }

    @Override
    public String state() {
        return phase.label();
    }

    @Override
    public String shownProtocolType() {
        return protocolType == null ? "" : protocolType;
    }

    @Override
    public boolean isEmpty() {
        return phase instanceof Empty;
    }

    @Override
    public int size() {
        return roster.size();
    }

    boolean isConsumers() {
        return CONSUMER.equals(protocolType);
    }

    /** The protocol of the generation; null between generations. */
    @Nullable
    String protocol() {
        return switch (phase) {
            case Empty _, Preparing _ -> null;
            case Completing completing -> completing.protocol();
            case Stable stable -> stable.protocol();
        };
    }

    /** Whether somebody with these protocols could be a member. */
    boolean accepts(String type, List<Protocol> protocols) {
        if (isEmpty()) {
            return !type.isEmpty() && !protocols.isEmpty();
        }
        return type.equals(protocolType) && roster.supportsAny(protocols);
    }

    @Override
    public boolean isSubscribedTo(String topic) {
        return subscribedTopics == null ? isConsumers() : subscribedTopics.contains(topic);
    }

    /**
     * Why somebody is not the member that it says it is.
     *
     * @param instanceId null if it does not claim to be a static member
     */
    Optional<ErrorCode> refusalOf(String memberId, @Nullable String instanceId) {
        if (instanceId != null) {
            Optional<Member> known = roster.staticMember(instanceId);
            if (known.isEmpty()) {
                return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
            }
            if (!known.get().id().equals(memberId)) {
                return Optional.of(ErrorCode.FENCED_INSTANCE_ID);
            }
        }
        return roster.member(memberId).isPresent() ? Optional.empty() : Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    ClassicGroup with(Roster newRoster) {
        return new ClassicGroup(id, protocolType, generation, newRoster, phase, sinceMs, subscribedTopics);
    }

    /** Adds or replaces a member. */
    ClassicGroup with(Member member) {
        return with(roster.with(member));
    }

    ClassicGroup with(Phase newPhase) {
        return new ClassicGroup(id, protocolType, generation, roster, newPhase, sinceMs, subscribedTopics);
    }

    /** The same members in another phase from now on. */
    ClassicGroup enters(Phase newPhase, long nowMs) {
        return new ClassicGroup(id, protocolType, generation, roster, newPhase, nowMs, subscribedTopics);
    }

    ClassicGroup withProtocolType(String newType) {
        return new ClassicGroup(id, newType, generation, roster, phase, sinceMs, subscribedTopics);
    }

    /** The next generation: with the members that there are, or empty. */
    ClassicGroup nextGeneration(long nowMs) {
        Phase next = roster.isEmpty()
                ? new Empty()
                : new Completing(roster.electProtocol(), roster.members().keySet());
        ClassicGroup group = new ClassicGroup(id, protocolType, generation + 1, roster, next, nowMs, null);
        return group.withSubscriptions();
    }

    /** Finds out what the members have subscribed to. */
    ClassicGroup withSubscriptions() {
        Set<String> topics = Subscriptions.of(this).orElse(null);
        return new ClassicGroup(id, protocolType, generation, roster, phase, sinceMs, topics);
    }

    /** What is left of it when its coordinator moves: as it would be read from what is stored of it now. */
    ClassicGroup settled() {
        String protocol = protocol();
        if (protocol == null) {
            return new ClassicGroup(id, protocolType, generation, Roster.EMPTY, new Empty(), sinceMs, subscribedTopics);
        }
        Roster members = roster.each(member -> new Member(
                member.id(),
                member.client(),
                member.timeouts(),
                List.of(new Protocol(protocol, member.metadata(protocol))),
                member.assignment(),
                Waiting.NOTHING));
        return new ClassicGroup(
                id,
                protocolType,
                generation,
                new Roster(members.members(), members.leader(), Set.of()),
                new Stable(protocol, Set.of()),
                sinceMs,
                subscribedTopics);
    }
}
