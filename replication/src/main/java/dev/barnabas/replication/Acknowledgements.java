package dev.barnabas.replication;

import dev.barnabas.host.Loop;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The appends that are in a partition's log and not all readable yet, in the order of their offsets: they are
 * acknowledged when they are as safe as they asked for, or refused when that takes longer than they wait. Owned by the
 * partition's loop.
 */
final class Acknowledgements {
    private final Loop loop;
    private final ArrayDeque<AppendInFlight> inFlight = new ArrayDeque<>();
    /** Those of them that wait for this node alone. */
    private final ArrayDeque<AppendInFlight> forLeader = new ArrayDeque<>(0);

    private boolean expiryArmed;

    Acknowledgements(Loop loop) {
        this.loop = loop;
    }

    void add(AppendInFlight append) {
        inFlight.add(append);
        if (append.acks == Acks.LEADER && !append.isAnswered()) {
            forLeader.add(append);
        }
    }

    /**
     * Acknowledges what has become safe.
     *
     * @param stable everything before it is safe on this node
     * @param readable everything before it is safe on all in-sync replicas
     * @return the bytes of the appends that have become readable
     */
    long advance(long stable, long readable) {
        while (!forLeader.isEmpty() && forLeader.peek().lastOffset() < stable) {
            forLeader.remove().acknowledgeIfOpen();
        }
        long cameBytes = 0;
        while (!inFlight.isEmpty() && inFlight.peek().lastOffset() < readable) {
            AppendInFlight append = inFlight.remove();
            append.acknowledgeIfOpen();
            cameBytes += append.sizeInBytes;
        }
        return cameBytes;
    }

    void refuseAll(LogRefusal refusal) {
        forLeader.clear();
        AppendInFlight next;
        while ((next = inFlight.poll()) != null) {
            next.refuseIfOpen(refusal);
        }
    }

    /** Refuses the append at its deadline, unless it is answered before. */
    void expire(AppendInFlight append) {
        if (!append.isAnswered() && !expiryArmed && append.deadlineNanos != Long.MAX_VALUE) {
            arm(append.deadlineNanos);
        }
    }

    private void arm(long deadlineNanos) {
        expiryArmed = true;
        long delay = Math.max(1_000_000, deadlineNanos - loop.clock().nanos());
        loop.schedule(Duration.ofNanos(delay), this::expireOverdue);
    }

    /** One timer for all that waits; producers' deadlines are far longer than an append takes. */
    private void expireOverdue() {
        expiryArmed = false;
        long now = loop.clock().nanos();
        long next = Long.MAX_VALUE;
        LogRefusal tooLate = new LogRefusal(
                ErrorCode.REQUEST_TIMED_OUT, "The records were not acknowledged in time; they may still be", List.of());
        for (AppendInFlight append : inFlight) {
            if (append.isAnswered() || append.deadlineNanos == Long.MAX_VALUE) {
                continue;
            }
            if (append.deadlineNanos - now <= 0) {
                append.refuseIfOpen(tooLate);
            } else {
                next = Math.min(next, append.deadlineNanos);
            }
        }
        if (next != Long.MAX_VALUE) {
            arm(next);
        }
    }
}
