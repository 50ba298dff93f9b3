package dev.barnabas.groups;

import dev.barnabas.coordinator.Ticket;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What follows from decisions about share groups outside of their shard: the share coordinators are asked, and what
 * they say comes back as an operation, which answers whoever waits for it. Lives for one leadership, on its loop.
 */
final class ShareFollowUps {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ShareStates states;
    private final Loop loop;
    private final Submit submit;
    private boolean closed;

    /** Puts an operation to the shard; on its loop. */
    @FunctionalInterface
    interface Submit {
        void decide(String groupId, Ticket<?> ticket, GroupOperation operation);
    }

    ShareFollowUps(ShareStates states, Loop loop, Submit submit) {
        this.states = states;
        this.loop = loop;
        this.submit = submit;
    }

    /** States of partitions begin because somebody subscribes; nobody waits for an answer. */
    void initialize(String groupId, int stateEpoch, NavigableMap<SharePlace, Long> starts) {
        states.initialize(
                groupId,
                stateEpoch,
                starts,
                loop,
                results -> insist(groupId, ticket -> new ShareStatesBegun(groupId, results, ticket)));
    }

    /** States of partitions begin where somebody wants them to. */
    void initialize(
            String groupId,
            int stateEpoch,
            NavigableMap<SharePlace, Long> starts,
            Ticket<?> ticket,
            Function<NavigableMap<SharePlace, ErrorCode>, GroupOperation> next) {
        states.initialize(groupId, stateEpoch, starts, loop, results -> goOn(groupId, ticket, next.apply(results)));
    }

    /** States are forgotten, as was decided before this coordinator was elected. */
    void delete(String groupId, NavigableSet<SharePlace> places) {
        states.delete(
                groupId,
                places,
                loop,
                results -> insist(groupId, ticket -> new ShareStatesEnded(groupId, results, ticket)));
    }

    /** States are forgotten because somebody wants them to be. */
    void delete(
            String groupId,
            NavigableSet<SharePlace> places,
            Ticket<?> ticket,
            Function<NavigableMap<SharePlace, ErrorCode>, GroupOperation> next) {
        states.delete(groupId, places, loop, results -> goOn(groupId, ticket, next.apply(results)));
    }

    /** How far the group has come, and where the partitions end. */
    void describe(
            String groupId,
            NavigableSet<SharePlace> places,
            Ticket<?> ticket,
            BiFunction<NavigableMap<SharePlace, ShareStates.Summary>, NavigableMap<SharePlace, Long>, GroupOperation>
                    next) {
        states.summarize(
                groupId,
                places,
                loop,
                summaries -> states.ends(places, loop, ends -> goOn(groupId, ticket, next.apply(summaries, ends))));
    }

    /** When the leadership is over, whoever waits has been refused. */
    private void goOn(String groupId, Ticket<?> ticket, GroupOperation next) {
        if (!closed) {
            submit.decide(groupId, ticket, next);
        }
    }

    private void insist(String groupId, Function<Ticket<ErrorCode>, GroupOperation> operation) {
        if (closed) {
            return;
        }
        Ticket<ErrorCode> ticket = new Ticket<>(error -> error, error -> {
            if (error != ErrorCode.NONE && error != ErrorCode.NOT_COORDINATOR && !closed) {
                loop.schedule(RETRY, () -> insist(groupId, operation));
            }
        });
        submit.decide(groupId, ticket, operation.apply(ticket));
    }

    /** The leadership is over; the next leader asks again. */
    void close() {
        closed = true;
    }
}
