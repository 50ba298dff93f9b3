package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what changes in a share partition to its coordinator, one write at a time: what comes while one is under way
 * goes into the next one together. So a write needs no order among others, and many acknowledgements cost few writes.
 * Part of a {@link SharePartition}, and owned with it.
 */
final class Storing {
    private final SharePartition partition;
    private final ShareKey key;
    private final int leaderEpoch;
    private final ShareStore store;

    private int stateEpoch;
    private long storedStart;
    private int next = 1;
    private boolean isUnderWay;
    /** Those whom the write under way answers, and the next one. */
    private List<Consumer<ErrorCode>> now = new ArrayList<>();

    private List<Consumer<ErrorCode>> later = new ArrayList<>();
    private boolean hasFailed;

    Storing(SharePartition partition, ShareKey key, int leaderEpoch, ShareStore store) {
        this.partition = partition;
        this.key = key;
        this.leaderEpoch = leaderEpoch;
        this.store = store;
    }

    /** What is stored is known. */
    void begin(int epoch, long startOffset) {
        stateEpoch = epoch;
        storedStart = startOffset;
    }

    boolean isUnderWay() {
        return isUnderWay;
    }

    /** Whether a write has failed that nobody waited for. */
    boolean hasFailed() {
        return hasFailed;
    }

    /**
     * A run is going to be something else once that is stored.
     *
     * @param target of what is {@link RecordState#ACQUIRED} now
     */
    void target(Run run, RecordState target) {
        run.target = target;
        run.write = next;
    }

    /** Answers when everything that has a target by now is stored, or not. */
    void whenStored(Consumer<ErrorCode> then) {
        later.add(then);
    }

    /** Writes what there is to write, unless a write is under way. */
    void flush() {
        while (!isUnderWay && partition.isActive()) {
            StateWrite write = collect(next);
            if (write == null) {
                List<Consumer<ErrorCode>> waiting = later;
                later = new ArrayList<>();
                waiting.forEach(each -> each.accept(ErrorCode.NONE));
                if (waiting.isEmpty()) {
                    return;
                }
            } else {
                int number = next++;
                isUnderWay = true;
                hasFailed = false;
                now = later;
                later = new ArrayList<>();
                store.write(key, write, error -> written(number, write, error));
            }
        }
    }

    private @Nullable StateWrite collect(int number) {
        long start = partition.runs().startOffset();
        boolean leading = true;
        long finished = 0;
        List<StoredRun> runs = new ArrayList<>();
        for (Run run : partition.runs().all()) {
            RecordState prospect = run.prospect();
            leading &= prospect.isFinal();
            if (leading) {
                start = run.lastOffset + 1;
            } else if (prospect.isFinal()) {
                finished += run.count();
            }
            if (run.needsStoring() && prospect != RecordState.ACQUIRED) {
                run.write = number;
                if (!leading) {
                    runs.add(new StoredRun(run.firstOffset, run.lastOffset, prospect, run.deliveryCount));
                }
            }
        }
        return runs.isEmpty() && start == storedStart
                ? null
                : new StateWrite(stateEpoch, leaderEpoch, start, (int) Math.min(finished, Integer.MAX_VALUE), runs);
    }

    private void written(int number, StateWrite write, ErrorCode error) {
        if (!isUnderWay || number != next - 1) {
            // The partition was closed meanwhile, and everybody answered.
            return;
        }
        isUnderWay = false;
        List<Consumer<ErrorCode>> answered = now;
        now = new ArrayList<>();
        if (error == ErrorCode.NONE) {
            storedStart = write.startOffset();
            partition.stored(number);
            answered.forEach(each -> each.accept(ErrorCode.NONE));
        } else {
            hasFailed = true;
            partition.notStored(number);
            ErrorCode told = Refusals.ofStore(error);
            answered.forEach(each -> each.accept(told));
            if (Refusals.ends(error)) {
                partition.close(told);
            }
            if (later.isEmpty()) {
                // Nobody waits: it is tried again with the next change, or the next tick.
                return;
            }
        }
        flush();
    }

    /** Nothing is written any more; whoever waits is told why. */
    void close(ErrorCode why) {
        isUnderWay = false;
        List<Consumer<ErrorCode>> waiting = new ArrayList<>(now);
        waiting.addAll(later);
        now = new ArrayList<>();
        later = new ArrayList<>();
        waiting.forEach(each -> each.accept(why));
    }
}
