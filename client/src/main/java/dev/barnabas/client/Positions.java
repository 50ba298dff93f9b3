package dev.barnabas.client;

import dev.barnabas.client.Cursor.Place;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out where cursors that have no place have to start: what the group has committed, or else what the reset policy
 * says.
 */
final class Positions {

    private final Cluster cluster;
    private final ConsumerSettings settings;
    private final Map<TopicPartition, Cursor> cursors;
    private final Runnable resolved;
    private final Set<Cursor> underWay = new HashSet<>();
    private boolean closed;

    /** @param resolved called when some cursors have a place, or an error */
    Positions(Cluster cluster, ConsumerSettings settings, Map<TopicPartition, Cursor> cursors, Runnable resolved) {
        this.cluster = cluster;
        this.settings = settings;
        this.cursors = cursors;
        this.resolved = resolved;
    }

    void close() {
        closed = true;
    }

    /** Starts whatever lookups are needed and not under way. */
    void resolve() {
        if (closed) {
            return;
        }
        List<Cursor> unknown = new ArrayList<>();
        Map<Cursor, Offsets.Spec> sought = new LinkedHashMap<>();
        boolean failed = false;
        for (Cursor cursor : cursors.values()) {
            if (underWay.contains(cursor)) {
                continue;
            }
            if (cursor.place() instanceof Place.Unknown) {
                if (settings.group() != null) {
                    unknown.add(cursor);
                } else {
                    cursor.jump(new Place.Sought(settings.reset()));
                }
            }
            if (cursor.place() instanceof Place.Sought(OffsetReset how)) {
                switch (how) {
                    case OffsetReset.Earliest _ -> sought.put(cursor, new Offsets.Spec.Earliest());
                    case OffsetReset.Latest _ -> sought.put(cursor, new Offsets.Spec.Latest());
                    case OffsetReset.ByDuration(Duration age) -> {
                        long from = cluster.loop().clock().wallMs() - age.toMillis();
                        sought.put(cursor, new Offsets.Spec.AtTime(Math.max(0, from)));
                    }
                    case OffsetReset.None _ -> {
                        cursor.jump(new Place.Failed(
                                new ClientError.NoOffset("partition " + cursor.id
                                        + " has no valid offset, and there is no reset policy"),
                                Offsets.UNKNOWN));
                        failed = true;
                    }
                }
            }
        }
        if (settings.group() != null && !unknown.isEmpty()) {
            lookUpCommitted(settings.group().id(), unknown);
        }
        if (!sought.isEmpty()) {
            lookUp(sought);
        }
        if (failed) {
            resolved.run();
        }
    }

    private void lookUpCommitted(String group, List<Cursor> unknown) {
        Map<Cursor, Integer> jumps = begin(unknown);
        boolean stable = settings.isolation() == ConsumerSettings.Isolation.READ_COMMITTED;
        List<TopicPartition> ids = unknown.stream().map(cursor -> cursor.id).toList();
        cluster.askOne(OffsetQuestions.committed(ids, stable), group, timeout()).then(outcome -> {
            for (Cursor cursor : end(jumps)) {
                switch (outcome) {
                    case Result.Success<Map<TopicPartition, Result<Offsets.Committed>>>(var committed) ->
                        settleCommitted(cursor, committed);
                    case Result.Failure<Map<TopicPartition, Result<Offsets.Committed>>>(ClientError error) ->
                        fail(cursor, error);
                }
            }
            changed();
        });
    }

    private void settleCommitted(Cursor cursor, Map<TopicPartition, Result<Offsets.Committed>> committed) {
        Result<Offsets.Committed> result = committed.get(cursor.id);
        if (result == null) {
            cursor.jump(new Place.Sought(settings.reset()));
            return;
        }
        switch (result) {
            case Result.Success<Offsets.Committed>(Offsets.Committed at) -> {
                cursor.jump(at.offset(), at.leaderEpoch());
                cursor.committedOffset = at.offset();
            }
            case Result.Failure<Offsets.Committed>(ClientError error) -> fail(cursor, error);
        }
    }

    private void lookUp(Map<Cursor, Offsets.Spec> sought) {
        Map<Cursor, Integer> jumps = begin(sought.keySet());
        Map<TopicPartition, Offsets.Spec> specs = new LinkedHashMap<>();
        sought.forEach((cursor, spec) -> specs.put(cursor.id, spec));
        Duration request = cluster.settings().timeouts().request();
        cluster.ask(OffsetQuestions.list(specs, settings.isolation(), request), specs.keySet(), timeout())
                .then(outcome -> {
                    for (Cursor cursor : end(jumps)) {
                        Result<Offsets.Found> found =
                                outcome instanceof Result.Success<Map<TopicPartition, Result<Offsets.Found>>>(var all)
                                        ? all.get(cursor.id)
                                        : null;
                        if (found != null) {
                            settle(cursor, found);
                        }
                    }
                    changed();
                });
    }

    private static void settle(Cursor cursor, Result<Offsets.Found> result) {
        switch (result) {
            case Result.Success<Offsets.Found>(Offsets.Found found) -> {
                if (found.offset() >= 0) {
                    cursor.jump(found.offset(), Offsets.UNKNOWN);
                } else {
                    // No record is that young: wait for the next.
                    cursor.jump(new Place.Sought(OffsetReset.latest()));
                }
            }
            case Result.Failure<Offsets.Found>(ClientError error) -> fail(cursor, error);
        }
    }

    /** What may pass, like a timeout or a topic that is not there yet, is asked again. */
    private static void fail(Cursor cursor, ClientError error) {
        boolean mayPass = error instanceof ClientError.TimedOut
                || (error instanceof ClientError.Refused(ErrorCode code, String _) && code.retriable());
        if (!mayPass) {
            cursor.jump(new Place.Failed(error, Offsets.UNKNOWN));
        }
    }

    private Map<Cursor, Integer> begin(Iterable<Cursor> some) {
        Map<Cursor, Integer> jumps = new HashMap<>();
        for (Cursor cursor : some) {
            underWay.add(cursor);
            jumps.put(cursor, cursor.jumps());
        }
        return jumps;
    }

    /** Those that are still ours and waiting for the answer. */
    private List<Cursor> end(Map<Cursor, Integer> jumps) {
        jumps.keySet().forEach(underWay::remove);
        return cursors.values().stream()
                .filter(cursor -> Integer.valueOf(cursor.jumps()).equals(jumps.get(cursor)))
                .toList();
    }

    private void changed() {
        if (!closed) {
            resolve();
            resolved.run();
        }
    }

    private Duration timeout() {
        return cluster.settings().timeouts().operation();
    }
}
