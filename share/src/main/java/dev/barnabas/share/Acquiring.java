package dev.barnabas.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what one member gets. Part of a {@link SharePartition}.
 *
 * <p>Records that were given out in vain for half of the times they may be are suspects: whoever gets some of them gets
 * nothing else with them, and fewer each time; on their last attempt each is alone. So a bad record does not take its
 * neighbours with it.
 */
final class Acquiring {
    /** Before that nothing is suspicious. */
    private static final int LEAST_FAILURES = 2;

    private final SharePartition partition;
    private final Runs runs;
    private final ShareSettings settings;
    private final Holder holder;
    private final AcquireLimits limits;
    private final long lockedUntilNanos;
    private final List<Acquired> acquired = new ArrayList<>();

    private long taken;
    private boolean isFull;
    private boolean isNewSpan;

    Acquiring(SharePartition partition, ShareSettings settings, Holder holder, AcquireLimits limits) {
        this.partition = partition;
        this.runs = partition.runs();
        this.settings = settings;
        this.holder = holder;
        this.limits = limits;
        this.lockedUntilNanos = partition.clock().nanos()
                + Duration.ofMillis(settings.lockDurationMs()).toNanos();
    }

    List<Acquired> from(long readFrom, List<Span> found) {
        if (readFrom > runs.endOffset()) {
            throw new IllegalArgumentException("read from " + readFrom + ", behind the end " + runs.endOffset());
        }
        long next = Math.max(readFrom, runs.startOffset());
        isFull = limits.maxRecords() <= 0;
        if (partition.order() != null) {
            partition.order().scannedTo(runs.startOffset());
        }
        for (Span span : found) {
            if (isFull) {
                break;
            }
            if (span.lastOffset() < next) {
                continue;
            }
            if (span.firstOffset() > next) {
                skip(next, span.firstOffset() - 1);
                next = span.firstOffset();
            }
            if (span.isDeliverable()) {
                isNewSpan = true;
                take(span, next);
            } else {
                skip(next, span.lastOffset());
            }
            next = span.lastOffset() + 1;
            isFull |= taken >= limits.maxRecords();
        }
        runs.advance();
        runs.join(readFrom, next);
        return acquired;
    }

    /** There is nothing to deliver in this range. */
    private void skip(long first, long last) {
        KeyOrder order = partition.order();
        for (Run run : runs.within(first, last)) {
            if (run.isAvailable()) {
                runs.set(run, RecordState.ARCHIVED);
                if (order != null) {
                    order.finished(run.firstOffset, run.lastOffset);
                }
            }
        }
        if (last >= runs.endOffset()) {
            // It need not be stored: whoever reads the log again finds the same.
            runs.append(last, RecordState.ARCHIVED, (short) 0);
        }
        if (order != null && order.scannedTo() >= first) {
            order.scannedTo(last + 1);
        }
    }

    private void take(Span span, long first) {
        long known = Math.min(span.lastOffset(), runs.endOffset() - 1);
        scan(span, first, known);
        for (Run run : runs.within(first, known)) {
            if (!isFull && run.isAvailable()) {
                offer(run);
            }
        }
        if (!isFull && span.lastOffset() >= runs.endOffset()) {
            takeNew(span);
        }
    }

    private void takeNew(Span span) {
        long wanted = span.lastOffset() - runs.endOffset() + 1;
        long room = partition.roomForNew(settings);
        if (room <= 0) {
            isFull = true;
            return;
        }
        // A batch is taken as a whole if it may be, also where that is more than there is room for.
        long count = partition.order() != null
                ? Math.min(wanted, room)
                : limits.exactly() ? Math.min(wanted, Math.min(room, limits.maxRecords() - taken)) : wanted;
        Run added = runs.append(runs.endOffset() + count - 1, RecordState.AVAILABLE, (short) 0);
        scan(span, added.firstOffset, added.lastOffset);
        offer(added);
        isFull |= count < wanted;
    }

    /** Keys become known in the order of the log, without a gap. */
    private void scan(Span span, long first, long last) {
        KeyOrder order = partition.order();
        if (order == null || order.scannedTo() < first) {
            return;
        }
        for (long offset = Math.max(first, order.scannedTo()); offset <= last; offset++) {
            if (runs.at(offset).isAvailable()) {
                order.scan(offset, span.keyAt(offset));
            } else {
                order.scannedTo(offset + 1);
            }
        }
    }

    private void offer(Run run) {
        boolean isWhole = !limits.exactly() && partition.order() == null;
        long whole = run.count();
        long most = isWhole ? whole : Math.min(whole, limits.maxRecords() - taken);
        int suspiciousFrom = Math.max(LEAST_FAILURES, (settings.deliveryCountLimit() + 1) / 2);
        boolean isSuspect = run.deliveryCount >= suspiciousFrom;
        if (isSuspect) {
            if (taken > 0) {
                isFull = true;
                return;
            }
            int halvings = run.deliveryCount - suspiciousFrom + 1;
            boolean isLast = run.deliveryCount >= settings.deliveryCountLimit() - 1;
            most = isLast ? Math.min(most, 1) : Math.min(most, Math.max(1, whole >> Math.min(halvings, 62)));
        }
        long before = taken;
        if (partition.order() == null) {
            get(run.firstOffset, run.firstOffset + most - 1);
        } else {
            offerInOrder(run.firstOffset, run.lastOffset, most);
        }
        boolean isPart = partition.order() == null && most < whole;
        isFull |= isPart || (isSuspect && taken > before) || (!isWhole && taken >= limits.maxRecords());
    }

    private void offerInOrder(long first, long last, long most) {
        KeyOrder order = partition.order();
        long left = most;
        for (long offset = first; offset <= last && left > 0; offset++) {
            if (order != null && order.mayAcquire(offset, holder.memberId())) {
                get(offset, offset);
                left--;
            }
        }
    }

    private void get(long first, long last) {
        KeyOrder order = partition.order();
        for (Run run : runs.within(first, last)) {
            runs.set(run, RecordState.ACQUIRED);
            run.deliveryCount = (short) Math.min(run.deliveryCount + 1, Short.MAX_VALUE);
            run.holder = holder;
            run.lockedUntilNanos = lockedUntilNanos;
            run.isStored = true;
            taken += run.count();
            if (order != null) {
                order.acquired(run.firstOffset, run.lastOffset, holder.memberId());
            }
            tell(run);
        }
    }

    /** Neighbours are told of together, until there are enough of them. */
    private void tell(Run run) {
        Acquired before = acquired.isEmpty() ? null : acquired.getLast();
        boolean beginsBatch = isNewSpan;
        isNewSpan = false;
        if (before != null
                && before.lastOffset() + 1 == run.firstOffset
                && before.deliveryCount() == run.deliveryCount
                && !(beginsBatch && before.count() >= limits.batchSize())) {
            acquired.set(acquired.size() - 1, new Acquired(before.firstOffset(), run.lastOffset, run.deliveryCount));
        } else {
            acquired.add(new Acquired(run.firstOffset, run.lastOffset, run.deliveryCount));
        }
    }
}
