package dev.barnabas.replication;

import dev.barnabas.host.Loop;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Records that were deleted by the leader and are to be deleted by its followers before whoever asked for it is told
 * (KIP-107): until then another leader might still serve them. Owned by the {@link LeaderRole}.
 */
final class Deletions {
    private static final LogRefusal TOO_LATE = new LogRefusal(
            ErrorCode.REQUEST_TIMED_OUT,
            "The leader has deleted the records; not all followers have told yet that they have",
            List.of());

    private final Loop loop;
    private final List<Waiting> waiting = new ArrayList<>(0);

    private record Waiting(long beforeOffset, long deadlineNanos, LogAnswer<Long> then) {}

    Deletions(Loop loop) {
        this.loop = loop;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * @param beforeOffset up to where all replicas have to begin
     * @param deadlineNanos {@link Long#MAX_VALUE} to wait however long it takes
     */
    void add(long beforeOffset, long deadlineNanos, LogAnswer<Long> then) {
        waiting.add(new Waiting(beforeOffset, deadlineNanos, then));
        if (deadlineNanos != Long.MAX_VALUE) {
            long delay = Math.max(0, deadlineNanos - loop.clock().nanos());
            loop.schedule(Duration.ofNanos(delay), this::expire);
        }
    }

    /** @param lowWatermark where the log of the last of the replicas starts */
    void advance(long lowWatermark) {
        for (Waiting each : List.copyOf(waiting)) {
            if (lowWatermark >= each.beforeOffset && waiting.remove(each)) {
                each.then.done(lowWatermark);
            }
        }
    }

    private void expire() {
        long now = loop.clock().nanos();
        for (Waiting each : List.copyOf(waiting)) {
            boolean isOver = each.deadlineNanos != Long.MAX_VALUE && each.deadlineNanos - now <= 0;
            if (isOver && waiting.remove(each)) {
                each.then.refused(TOO_LATE);
            }
        }
    }

    void refuseAll(LogRefusal refusal) {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(each -> each.then.refused(refusal));
    }
}
