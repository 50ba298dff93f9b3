package dev.barnabas.groups;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a classic group. Immutable.
 *
 * @param members by id, in the order in which they joined
 * @param leader the member that assigns; null if and only if there is no member
 * @param pending ids that were given out and have not joined with them yet (MEMBER_ID_REQUIRED)
 */
record Roster(Map<String, Member> members, @Nullable String leader, Set<String> pending) {
    static final Roster EMPTY = new Roster(Map.of(), null, Set.of());

    /**
     * The maps and sets are handed over. Not copied by {@code Map.copyOf}: the order counts, and is the same always.
     */
    Roster {
        members = Collections.unmodifiableMap(members);
        pending = Collections.unmodifiableSet(pending);
    }

    int size() {
        return members.size();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    Collection<Member> all() {
        return members.values();
    }

    Optional<Member> member(String id) {
        return Optional.ofNullable(members.get(id));
    }

    Optional<Member> staticMember(String instanceId) {
        return all().stream()
                .filter(member -> instanceId.equals(member.client().instanceId()))
                .findFirst();
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leader);
    }

    long joining() {
        return all().stream().filter(Member::isJoining).count();
    }

    boolean allJoined() {
        return pending.isEmpty() && joining() == members.size();
    }

    /** Adds a member at the end, or replaces it where it is. The first one leads. */
    Roster with(Member member) {
        Map<String, Member> changed = new LinkedHashMap<>(members);
        changed.put(member.id(), member);
        return new Roster(changed, leader == null ? member.id() : leader, without(pending, member.id()));
    }

    /** Takes a member out, or an id that is pending. If it was the leader, the one who joined first follows. */
    Roster without(String memberId) {
        Map<String, Member> changed = new LinkedHashMap<>(members);
        changed.remove(memberId);
        String newLeader =
                isLeader(memberId) ? changed.keySet().stream().findFirst().orElse(null) : leader;
        return new Roster(changed, newLeader, without(pending, memberId));
    }

    /** Gives a member another id; it leads if it led. */
    Roster renamed(String memberId, String newId) {
        Map<String, Member> changed = new LinkedHashMap<>();
        members.forEach((id, member) -> {
            Member kept = id.equals(memberId) ? member.withId(newId) : member;
            changed.put(kept.id(), kept);
        });
        return new Roster(changed, isLeader(memberId) ? newId : leader, pending);
    }

    Roster withPending(String memberId) {
        Set<String> changed = new LinkedHashSet<>(pending);
        changed.add(memberId);
        return new Roster(members, leader, changed);
    }

    Roster ledBy(String memberId) {
        return new Roster(members, memberId, pending);
    }

    /** Changes every member; the ids stay. */
    Roster each(UnaryOperator<Member> change) {
        Map<String, Member> changed = new LinkedHashMap<>();
        members.forEach((id, member) -> changed.put(id, change.apply(member)));
        return new Roster(changed, leader, pending);
    }

    /** Whether all members support one of the protocols. */
    boolean supportsAny(List<Protocol> protocols) {
        Set<String> common = commonProtocols();
        return isEmpty() || protocols.stream().anyMatch(protocol -> common.contains(protocol.name()));
    }

    /**
     * The protocol that most members prefer among those that all of them support. If some are preferred equally, the
     * one that the members who joined first prefer. There has to be one.
     */
    String electProtocol() {
        Set<String> common = commonProtocols();
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (Member member : all()) {
            member.protocols().stream()
                    .map(Protocol::name)
                    .filter(common::contains)
                    .findFirst()
                    .ifPresent(name -> votes.merge(name, 1, Integer::sum));
        }
        int most = Collections.max(votes.values());
        return votes.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** What all members support. In time proportional to what they say: they may say a lot. */
    private Set<String> commonProtocols() {
        Map<String, Integer> supporters = new HashMap<>();
        all().forEach(member ->
                member.protocols().forEach(protocol -> supporters.merge(protocol.name(), 1, Integer::sum)));
        supporters.values().removeIf(count -> count < size());
        return supporters.keySet();
    }

    /** The longest time that a member wants a rebalance to wait for it. */
    int rebalanceTimeoutMs() {
        return all().stream()
                .mapToInt(member -> member.timeouts().rebalanceMs())
                .max()
                .orElse(0);
    }

    private static Set<String> without(Set<String> ids, String id) {
        Set<String> changed = new LinkedHashSet<>(ids);
        changed.remove(id);
        return changed;
    }
}
