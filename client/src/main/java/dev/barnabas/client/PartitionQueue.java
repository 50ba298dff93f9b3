package dev.barnabas.client;

import dev.barnabas.protocol.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one partition on their way to its leader, in order, and the sequence numbers that keep the order and
 * let the broker recognise what it already has. Pure: knows no clock and no broker. Owned by the producer's loop.
 *
 * <p>The rules:
 *
 * <ol>
 *   <li>A batch gets its number when it is first sent, and keeps it as long as it could have been written. None is sent
 *       that is more than five batches ahead of one that is not answered.
 *   <li>After a failure nothing is sent until everything that is in flight has come back; then it goes again, in order.
 *   <li>As long as the broker has not acknowledged a batch, at the start, under a new identity and after a failure,
 *       each goes alone. A broker that knows nothing of a producer accepts any number as its first: were the first
 *       batch refused (because the partition is not open yet, say) and the second just accepted, they would change
 *       places.
 *   <li>A batch that is known not to have been written loses its number. If it was the last number given, the number is
 *       given again. Otherwise, and when a batch is given up of which nothing is known, there is a gap that the broker
 *       would never accept: then the partition starts again from 0 under the next epoch (KIP-360), but not before every
 *       batch that has a number under the old one is known to be written or not.
 * </ol>
 */
final class PartitionQueue {

    private final TopicPartition id;
    private final boolean idempotent;
    private final int maxInFlight;
    private final Deque<ProduceBatch> waiting = new ArrayDeque<>();
    private final List<ProduceBatch> inFlight = new ArrayList<>();
    private @Nullable ProducerIdentity identity;
    private int nextSequence;
    private long numbersGiven;
    private long nextOrder;
    private boolean gap;
    private boolean stalled;

    /** The last that was heard from the broker is that it has a batch with a number of this identity. */
    private boolean acknowledged;

    /** Until when to wait after a failure; the producer's business, kept here because it is per partition. */
    long retryAtNanos = Long.MIN_VALUE;

    /** @param maxInFlight batches that are sent and not answered; Integer.MAX_VALUE if they are never answered */
    PartitionQueue(TopicPartition id, boolean idempotent, int maxInFlight) {
        this.id = id;
        this.idempotent = idempotent;
        this.maxInFlight = maxInFlight;
    }

    TopicPartition id() {
        return id;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && inFlight.isEmpty();
    }

    /** How many batches wait to be sent. */
    int waiting() {
        return waiting.size();
    }

    /** The batch that may still grow, if there is one. */
    @Nullable
    ProduceBatch open() {
        ProduceBatch last = waiting.peekLast();
        return last == null || last.isFull() ? null : last;
    }

    /** The order of the next batch that is added. */
    long nextOrder() {
        return nextOrder++;
    }

    void add(ProduceBatch batch) {
        ProduceBatch last = waiting.peekLast();
        if (last != null) {
            last.close();
        }
        waiting.addLast(batch);
    }

    /** The batch to send next, if one may be sent now and {@code ready} says that it has lingered enough. */
    Optional<ProduceBatch> next(Predicate<ProduceBatch> ready) {
        if (stalled || inFlight.size() >= maxInFlight || (idempotent && !acknowledged && !inFlight.isEmpty())) {
            return Optional.empty();
        }
        if (gap) {
            for (ProduceBatch batch : waiting) {
                if (batch.hasSequence()) {
                    return Optional.of(batch);
                }
            }
            if (!inFlight.isEmpty()) {
                return Optional.empty();
            }
        }
        ProduceBatch head = waiting.peekFirst();
        if (head != null && idempotent && !head.hasSequence() && isTooFarAhead()) {
            return Optional.empty();
        }
        return head != null && (head.hasSequence() || waiting.size() > 1 || head.isFull() || ready.test(head))
                ? Optional.of(head)
                : Optional.empty();
    }

    /**
     * A broker recognises only the last few batches. One that is stuck on its way to a former leader must not be
     * overtaken by more than that, or nobody could tell afterwards whether it was written.
     */
    private boolean isTooFarAhead() {
        return numbered().anyMatch(batch -> numbersGiven - batch.number() >= maxInFlight);
    }

    /**
     * Whether the producer has to go to its next epoch before more can be sent: this partition is at odds with this
     * one.
     */
    boolean needsOtherThan(ProducerIdentity current) {
        return gap && current.equals(identity) && numbered().findAny().isEmpty();
    }

    /** Takes out what {@link #next} has returned, with its number. {@code current} is null if it is not idempotent. */
    void take(ProduceBatch batch, @Nullable ProducerIdentity current) {
        waiting.remove(batch);
        batch.close();
        if (idempotent && current != null && !batch.hasSequence()) {
            if (!current.equals(identity) && inFlight.isEmpty()) {
                identity = current;
                nextSequence = 0;
                gap = false;
                acknowledged = false;
            }
            if (identity != null) {
                batch.assignSequence(identity, nextSequence, numbersGiven++);
                nextSequence = RecordBatch.sequenceAfter(nextSequence, batch.recordCount());
            }
        }
        inFlight.add(batch);
    }

    /** It is written. */
    void done(ProduceBatch batch) {
        acknowledged |= !stalled;
        leave(batch);
    }

    /** It shall be sent again. Whether it was written is not known. */
    void retry(ProduceBatch batch) {
        batch.attemptUnknown();
        fail(batch);
        putBack(batch);
    }

    /** It was not written, for certain, but shall be sent again, as it is or in pieces. */
    void retryUnwritten(ProduceBatch batch, List<ProduceBatch> pieces) {
        fail(batch);
        releaseSequence(batch);
        pieces.forEach(this::putBack);
    }

    /**
     * It was not written, for certain, and the broker will not accept its number again: it goes on under another epoch.
     */
    void lost(ProduceBatch batch) {
        fail(batch);
        batch.clearSequence();
        gap = true;
        putBack(batch);
    }

    /** This attempt has not written it, for certain, and it is given up. */
    void refused(ProduceBatch batch) {
        if (batch.mayBeWritten()) {
            abandoned(batch);
        } else {
            fail(batch);
            releaseSequence(batch);
        }
    }

    /** It is given up, and perhaps was written; it may be in flight or waiting. */
    void abandoned(ProduceBatch batch) {
        waiting.remove(batch);
        leave(batch);
        acknowledged = false;
        gap |= batch.hasSequence();
    }

    /**
     * Whether a batch before this one may still be written: then its refusal as out of order says nothing but that it
     * has to wait for the other.
     */
    boolean followsUnresolved(ProduceBatch batch) {
        return numbered().anyMatch(other -> other != batch && isBefore(other, batch));
    }

    private void fail(ProduceBatch batch) {
        leave(batch);
        stalled = !inFlight.isEmpty();
        acknowledged = false;
    }

    private void leave(ProduceBatch batch) {
        inFlight.remove(batch);
        if (inFlight.isEmpty()) {
            stalled = false;
        }
    }

    private void releaseSequence(ProduceBatch batch) {
        if (!batch.hasSequence()) {
            return;
        }
        boolean last = !gap && numbered().noneMatch(other -> other != batch && isBefore(batch, other));
        if (last) {
            nextSequence = batch.baseSequence();
        } else {
            gap = true;
        }
        batch.clearSequence();
    }

    private Stream<ProduceBatch> numbered() {
        return Stream.concat(inFlight.stream(), waiting.stream()).filter(ProduceBatch::hasSequence);
    }

    /** Sequence numbers wrap; those of batches that are not resolved are never far from each other. */
    private static boolean isBefore(ProduceBatch one, ProduceBatch other) {
        return one.baseSequence() - other.baseSequence() < 0;
    }

    /** Before everything that has not been sent, and before what was sent after it. */
    private void putBack(ProduceBatch batch) {
        List<ProduceBatch> later = new ArrayList<>();
        while (!waiting.isEmpty() && belongsBehind(waiting.peekLast(), batch)) {
            later.addFirst(waiting.removeLast());
        }
        waiting.addLast(batch);
        waiting.addAll(later);
    }

    private static boolean belongsBehind(ProduceBatch other, ProduceBatch batch) {
        return other.order - batch.order > 0;
    }

    /** Takes out everything; whatever comes back for what is in flight is of no interest any more. */
    List<ProduceBatch> removeAll() {
        List<ProduceBatch> all = new ArrayList<>(inFlight);
        all.addAll(waiting);
        inFlight.clear();
        waiting.clear();
        gap = true;
        return all;
    }

    /** Takes out what waits and meets the condition: its time is up. */
    List<ProduceBatch> removeWaiting(Predicate<ProduceBatch> condition) {
        List<ProduceBatch> removed = new ArrayList<>();
        for (Iterator<ProduceBatch> each = waiting.iterator(); each.hasNext(); ) {
            ProduceBatch batch = each.next();
            if (condition.test(batch)) {
                each.remove();
                gap |= batch.hasSequence();
                removed.add(batch);
            }
        }
        return removed;
    }
}
