package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;

/** Acknowledgements of one member: first all are checked, then all are applied. Part of a {@link SharePartition}. */
final class Acknowledging {
    private final SharePartition partition;
    private final ShareSettings settings;
    private final String memberId;

    Acknowledging(SharePartition partition, ShareSettings settings, String memberId) {
        this.partition = partition;
        this.settings = settings;
        this.memberId = memberId;
    }

    ErrorCode check(List<Acknowledgement> acknowledgements) {
        Runs runs = partition.runs();
        for (Acknowledgement each : acknowledgements) {
            if (each.lastOffset() < partition.deletedBefore()) {
                // There is nothing left to say of them.
                continue;
            }
            if (each.lastOffset() >= runs.endOffset()) {
                return ErrorCode.INVALID_REQUEST;
            }
            if (!settings.renews() && each.types().contains(Acknowledgement.Type.RENEW)) {
                return ErrorCode.INVALID_RECORD_STATE;
            }
            long first = Math.max(each.firstOffset(), partition.deletedBefore());
            if (first < runs.startOffset()) {
                // Somebody has finished them since. Kafka says that it was this member.
                return ErrorCode.INVALID_RECORD_STATE;
            }
            for (Run run : runs.touching(first, each.lastOffset())) {
                if (!isOut(run)) {
                    return ErrorCode.INVALID_RECORD_STATE;
                }
            }
        }
        return ErrorCode.NONE;
    }

    private boolean isOut(Run run) {
        return run.state == RecordState.ACQUIRED
                && run.target == null
                && run.holder != null
                && run.holder.memberId().equals(memberId);
    }

    /** Returns whether anything has to be stored. */
    boolean apply(List<Acknowledgement> acknowledgements) {
        boolean stores = false;
        for (Acknowledgement each : acknowledgements) {
            long next = Math.max(each.firstOffset(), partition.runs().startOffset());
            while (next <= each.lastOffset()) {
                Acknowledgement.Type type = each.typeOf(next);
                long last = sameUntil(each, next, type);
                stores |= apply(next, last, type);
                next = last + 1;
            }
        }
        return stores;
    }

    private static long sameUntil(Acknowledgement each, long from, Acknowledgement.Type type) {
        if (each.types().size() == 1) {
            return each.lastOffset();
        }
        long last = from;
        while (last < each.lastOffset() && each.typeOf(last + 1) == type) {
            last++;
        }
        return last;
    }

    private boolean apply(long first, long last, Acknowledgement.Type type) {
        for (Run run : partition.runs().within(first, last)) {
            switch (type) {
                case GAP -> partition.intend(run, RecordState.ARCHIVED);
                case ACCEPT -> partition.intend(run, RecordState.ACKNOWLEDGED);
                case RELEASE -> partition.intend(run, partition.afterFailure(run, settings));
                case REJECT -> partition.intend(run, partition.givenUp(run, DeadLetters.Cause.REJECTED, settings));
                case RENEW ->
                    run.lockedUntilNanos = partition.clock().nanos()
                            + Duration.ofMillis(settings.lockDurationMs()).toNanos();
            }
        }
        return type != Acknowledgement.Type.RENEW;
    }
}
