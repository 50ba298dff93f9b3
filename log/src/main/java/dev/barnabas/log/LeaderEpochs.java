package dev.barnabas.log;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where each leader epoch begins in a log (KIP-101): epochs and start offsets both grow. Owned like the log's
 * {@link LogContents}.
 */
final class LeaderEpochs {
    private int count;
    private int[] epochs = new int[2];
    private long[] starts = new long[2];
    /** Until something changes. */
    private @Nullable LeaderEpochs copy;

    int count() {
        return count;
    }

    int epoch(int index) {
        return epochs[index];
    }

    long start(int index) {
        return starts[index];
    }

    OptionalInt latest() {
        return count == 0 ? OptionalInt.empty() : OptionalInt.of(epochs[count - 1]);
    }

    /** The same as it is now, for other threads. Not to be changed. */
    LeaderEpochs copy() {
        LeaderEpochs known = copy;
        if (known == null) {
            known = new LeaderEpochs();
            known.count = count;
            known.epochs = Arrays.copyOf(epochs, count);
            known.starts = Arrays.copyOf(starts, count);
            copy = known;
        }
        return known;
    }

    /** An epoch begins, unless it or a later one has begun already. */
    void begin(int epoch, long startOffset) {
        if (epoch < 0 || (count > 0 && epoch <= epochs[count - 1])) {
            return;
        }
        copy = null;
        if (count > 0 && starts[count - 1] >= startOffset) {
            // The epoch before has no records.
            count--;
            begin(epoch, startOffset);
            return;
        }
        if (count == epochs.length) {
            epochs = Arrays.copyOf(epochs, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
        }
        epochs[count] = epoch;
        starts[count] = startOffset;
        count++;
    }

    /**
     * Records of an epoch are appended there. An epoch that has begun here and has no records does not count any more,
     * even if it is later: it was this node's, when it led, and those that follow on the log now are another leader's.
     */
    void append(int epoch, long startOffset) {
        while (count > 0 && starts[count - 1] >= startOffset && epochs[count - 1] != epoch) {
            count--;
            copy = null;
        }
        begin(epoch, startOffset);
    }

    /** Whether that is the epoch of what is appended last. */
    boolean isLatest(int epoch) {
        return count > 0 && epochs[count - 1] == epoch;
    }

    /** Forgets epochs that end before the log starts. */
    void truncateStart(long logStartOffset) {
        copy = null;
        int gone = 0;
        while (gone + 1 < count && starts[gone + 1] <= logStartOffset) {
            gone++;
        }
        if (gone > 0) {
            System.arraycopy(epochs, gone, epochs, 0, count - gone);
            System.arraycopy(starts, gone, starts, 0, count - gone);
            count -= gone;
        }
        if (count > 0 && starts[0] < logStartOffset) {
            starts[0] = logStartOffset;
        }
    }

    /** Where an epoch ends, given where the log ends; see {@link PartitionLog#endOfLeaderEpoch}. */
    Optional<EpochEnd> endOf(int epoch, long logEndOffset) {
        if (count == 0 || epoch < 0 || epoch > epochs[count - 1]) {
            return Optional.empty();
        }
        int at = floor(epoch);
        if (at < 0) {
            return Optional.of(new EpochEnd(epoch, starts[0]));
        }
        return Optional.of(new EpochEnd(epochs[at], at + 1 < count ? starts[at + 1] : logEndOffset));
    }

    private int floor(int epoch) {
        int found = Arrays.binarySearch(epochs, 0, count, epoch);
        return found >= 0 ? found : -found - 2;
    }

    OptionalInt at(long offset) {
        int found = Arrays.binarySearch(starts, 0, count, offset);
        int at = found >= 0 ? found : -found - 2;
        return at < 0 ? OptionalInt.empty() : OptionalInt.of(epochs[at]);
    }
}
