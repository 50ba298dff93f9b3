package dev.barnabas.groups;

import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.Member.Client;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.Uuid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a coordinator says to people of a group that is not stable: what it waits for, since when, and why. It goes with
 * descriptions of groups, in the field for messages of errors, where there is none.
 */
final class Remark {

    /** As many are named; of the others it is said how many there are. */
    private static final int NAMED = 5;

    private Remark() {}

    /** Null if there is nothing to say. */
    static @Nullable String of(ClassicGroup group, long nowMs) {
        return switch (group.phase()) {
            case Empty _ -> null;
            case Stable(String _, var unsynced) ->
                unsynced.isEmpty() ? null : named(group, unsynced) + " has not fetched its assignment yet.";
            case Completing _ -> {
                String leader = group.roster().leader();
                yield since(group, nowMs) + "it waits for its leader "
                        + (leader == null ? "" : named(group, List.of(leader)) + " ") + "to assign.";
            }
            case Preparing(String reason, var opening)
            when opening != null ->
                since(group, nowMs) + "it waits a moment for more members, as it was empty: " + reason + ".";
            case Preparing(String reason, var _) -> {
                List<String> missing = new ArrayList<>(group.roster().pending());
                group.roster().all().stream()
                        .filter(member -> !member.isJoining())
                        .forEach(member -> missing.add(member.id()));
                yield since(group, nowMs) + "it waits for " + named(group, missing) + " to join again, for "
                        + seconds(group.roster().rebalanceTimeoutMs()) + " in all; it rebalances because " + reason
                        + ".";
            }
        };
    }

    /** Null if there is nothing to say. */
    static @Nullable String of(ConsumerGroup group, Topics topics, long nowMs) {
        if (group.isEmpty()) {
            return null;
        }
        if (group.epoch() > group.targetEpoch()) {
            return "It is about to be assigned anew.";
        }
        List<String> revoke = new ArrayList<>();
        List<String> behind = new ArrayList<>();
        List<String> wait = new ArrayList<>();
        group.members().forEach((id, member) -> {
            CurrentAssignment current = group.current(id);
            Client client = new Client(member.instanceId(), member.clientId(), member.clientHost());
            if (current.state() == State.UNREVOKED) {
                revoke.add(named(id, client) + " to give up " + named(current.revoking(), topics));
            } else if (current.epoch() != group.targetEpoch()) {
                behind.add(named(id, client));
            } else if (current.state() == State.UNRELEASED) {
                wait.add(named(id, client));
            }
        });
        if (revoke.isEmpty() && behind.isEmpty() && wait.isEmpty()) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        if (!revoke.isEmpty()) {
            parts.add("it waits for " + some(revoke));
        }
        if (!behind.isEmpty()) {
            parts.add("the next heartbeat is to come from " + some(behind));
        }
        if (!wait.isEmpty()) {
            parts.add(some(wait) + " waits for partitions that others have");
        }
        return "For " + seconds(nowMs - group.assignedMs()) + ": " + String.join("; ", parts) + ".";
    }

    private static String since(ClassicGroup group, long nowMs) {
        return group.sinceMs() == ClassicGroup.SINCE_UNKNOWN ? "" : "For " + seconds(nowMs - group.sinceMs()) + ": ";
    }

    private static String seconds(long ms) {
        long seconds = Duration.ofMillis(Math.max(0, ms)).toSeconds();
        return seconds == 1 ? "1 second" : seconds + " seconds";
    }

    private static String named(ClassicGroup group, Iterable<String> memberIds) {
        List<String> names = new ArrayList<>();
        memberIds.forEach(id -> names.add(group.roster()
                .member(id)
                .map(member -> named(id, member.client()))
                .orElse(id)));
        return some(names);
    }

    private static String named(String memberId, Client client) {
        return memberId + " (" + client.clientId() + " at " + client.clientHost() + ")";
    }

    private static String named(Partitions partitions, Topics topics) {
        List<String> names = new ArrayList<>();
        partitions.forEach((topic, partition) -> names.add(name(topic, topics) + "-" + partition));
        return some(names);
    }

    private static String name(Uuid topic, Topics topics) {
        return topics.nameOf(topic).orElse("a deleted topic");
    }

    private static String some(List<String> all) {
        String named = all.stream().limit(NAMED).collect(Collectors.joining(", "));
        return all.size() <= NAMED ? named : named + " and " + (all.size() - NAMED) + " more";
    }
}
