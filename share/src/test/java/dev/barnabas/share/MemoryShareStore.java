package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Share states offset by offset: as plain as can be. Writes take effect at once, or wait until they are let go, applied
 * or refused.
 */
final class MemoryShareStore implements ShareStore {
    private final Map<ShareKey, Stored> states = new HashMap<>();
    private final List<Held> held = new ArrayList<>();
    private boolean holds;
    private ErrorCode refuseReads = ErrorCode.NONE;
    private int writes;

    /** What is stored of one offset. */
    record Offset(RecordState state, short deliveryCount) {
        /** Writes may come twice. */
        static Offset weightier(Offset known, Offset added) {
            boolean further = added.deliveryCount != known.deliveryCount
                    ? added.deliveryCount > known.deliveryCount
                    : added.state.code() > known.state.code();
            return further ? added : known;
        }
    }

    static final class Stored {
        int stateEpoch;
        int leaderEpoch;
        long startOffset = StoredState.NO_START;
        int deliveryCompleteCount;
        final NavigableMap<Long, Offset> offsets = new TreeMap<>();
    }

    private record Held(ShareKey key, StateWrite write, Consumer<ErrorCode> then) {}

    Stored of(ShareKey key) {
        return states.computeIfAbsent(key, _ -> new Stored());
    }

    void hold(boolean on) {
        holds = on;
    }

    void refuseReads(ErrorCode error) {
        refuseReads = error;
    }

    int writes() {
        return writes;
    }

    int heldWrites() {
        return held.size();
    }

    /** The oldest write that waits takes effect, or is refused, perhaps although it took effect. */
    void letGo(boolean applies, ErrorCode answer) {
        Held first = held.removeFirst();
        ErrorCode fenced = applies ? apply(first.key, first.write) : ErrorCode.NONE;
        first.then.accept(fenced == ErrorCode.NONE ? answer : fenced);
    }

    /** Whoever asked is gone: what is on its way arrives, or does not. */
    void forget(boolean arrives) {
        for (Held each : held) {
            if (arrives) {
                apply(each.key, each.write);
            }
        }
        held.clear();
    }

    @Override
    public void read(ShareKey key, int leaderEpoch, BiConsumer<ErrorCode, @Nullable StoredState> then) {
        if (refuseReads != ErrorCode.NONE) {
            then.accept(refuseReads, null);
            return;
        }
        Stored stored = of(key);
        if (leaderEpoch < stored.leaderEpoch) {
            then.accept(ErrorCode.FENCED_LEADER_EPOCH, null);
            return;
        }
        stored.leaderEpoch = leaderEpoch;
        List<StoredRun> runs = new ArrayList<>();
        stored.offsets.forEach(
                (offset, known) -> runs.add(new StoredRun(offset, offset, known.state, known.deliveryCount)));
        then.accept(ErrorCode.NONE, new StoredState(stored.stateEpoch, stored.startOffset, runs));
    }

    @Override
    public void write(ShareKey key, StateWrite write, Consumer<ErrorCode> then) {
        writes++;
        if (holds) {
            held.add(new Held(key, write, then));
        } else {
            then.accept(apply(key, write));
        }
    }

    private ErrorCode apply(ShareKey key, StateWrite write) {
        Stored stored = of(key);
        if (write.leaderEpoch() < stored.leaderEpoch) {
            return ErrorCode.FENCED_LEADER_EPOCH;
        }
        if (write.stateEpoch() < stored.stateEpoch) {
            return ErrorCode.FENCED_STATE_EPOCH;
        }
        stored.startOffset = Math.max(stored.startOffset, write.startOffset());
        stored.deliveryCompleteCount = write.deliveryCompleteCount();
        for (StoredRun run : write.runs()) {
            for (long offset = run.firstOffset(); offset <= run.lastOffset(); offset++) {
                stored.offsets.merge(offset, new Offset(run.state(), run.deliveryCount()), Offset::weightier);
            }
        }
        stored.offsets.headMap(stored.startOffset, false).clear();
        return ErrorCode.NONE;
    }
}
