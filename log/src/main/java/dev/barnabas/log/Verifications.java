package dev.barnabas.log;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which producers are about to begin a transaction in a log (KIP-890). Whoever appends for them asks the transaction's
 * coordinator first whether it knows of the partition, and the answer may be out of date when it comes: the marker that
 * ends the transaction may have overtaken it. So each such question has a number, which the append names, and which is
 * void as soon as a marker or a first batch of the producer is in the log. Owned by the log's loop; lost with the
 * process, and then the producer is refused and asks again.
 *
 * <pre>
 *   (none) -- begin --> asked -- first batch, marker, long time --> (none)
 *                        |  ^
 *                        +--+ begin, by a later request of the same epoch: the same number
 * </pre>
 */
public final class Verifications {
    /** There is nothing to verify: the transaction is open in the log already. A first batch is refused with this. */
    public static final long NONE = 0;

    /** The append need not be verified. */
    public static final long NOT_REQUIRED = -1;

    private final Map<Long, Verification> byProducer = new HashMap<>(0);
    private long last;

    private static final class Verification {
        private final long number;
        private final short epoch;
        private final boolean startsAtZero;
        private final long sinceMs;
        private int lowestSequence;

        private Verification(long number, short epoch, int sequence, boolean startsAtZero, long sinceMs) {
            this.number = number;
            this.epoch = epoch;
            this.lowestSequence = sequence;
            this.startsAtZero = startsAtZero;
            this.sinceMs = sinceMs;
        }
    }

    long begin(long producerId, short epoch, int baseSequence, boolean startsAtZero, long nowMs) {
        Verification known = byProducer.get(producerId);
        if (known != null && epoch < known.epoch) {
            // Somebody who was replaced does not spoil it for whoever took the place.
            return ++last;
        }
        if (known == null || known.epoch != epoch) {
            known = new Verification(++last, epoch, baseSequence, startsAtZero, nowMs);
            byProducer.put(producerId, known);
        }
        known.lowestSequence = Math.min(known.lowestSequence, baseSequence);
        return known.number;
    }

    boolean isValid(long producerId, short epoch, long number) {
        Verification known = byProducer.get(producerId);
        return known != null && known.number == number && known.epoch == epoch;
    }

    /**
     * The sequence number that a producer's first batch in a log must have that remembers nothing of the producer; null
     * if it may be any. A batch must not overtake one before it whose verification has failed for the moment.
     */
    @Nullable
    Integer firstSequence(long producerId, short epoch) {
        Verification known = byProducer.get(producerId);
        if (known == null || known.epoch != epoch) {
            return null;
        }
        return known.startsAtZero ? 0 : known.lowestSequence;
    }

    /** A transaction of the producer has begun or ended in the log. */
    void settled(long producerId) {
        if (!byProducer.isEmpty()) {
            byProducer.remove(producerId);
        }
    }

    void expire(long beganBeforeMs) {
        byProducer.values().removeIf(each -> each.sinceMs < beganBeforeMs);
    }

    /** The log has other contents. Numbers that were given out stay void. */
    void clear() {
        byProducer.clear();
    }
}
