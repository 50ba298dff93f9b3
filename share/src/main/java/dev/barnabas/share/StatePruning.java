package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.share.StateChange.Pruned;
import dev.barnabas.share.StateTimer.Prune;
import dev.barnabas.share.StateTimer.Renew;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the log short. It cannot be compacted, since an update does not replace the one before; but everything before
 * the oldest snapshot that is the newest of its state does not matter any more, and is given up.
 *
 * <p>States that nobody changes hold up the others. When more of the log than not is kept for nothing, those in its
 * older half are written again at its end. So the log is about twice as long as it has to be, and each state is written
 * again once for as many changes of others.
 */
final class StatePruning {
    /** Below that it is not worth it. */
    static final int LEAST_GARBAGE = 1_000;

    private static final int KEYS_PER_MS = 100;

    private StatePruning() {}

    static Decision<StateRecord, StateChange, StateTimer> prune(ShareStateShard shard) {
        long oldest = shard.nextOffset();
        long live = 0;
        for (ShareState state : shard.states().values()) {
            oldest = Math.min(oldest, state.position());
            live += 1 + state.updates();
        }
        List<StateChange> changes = new ArrayList<>();
        List<Runnable> whenCommitted = new ArrayList<>();
        if (oldest > shard.prunedBefore()) {
            long before = oldest;
            changes.add(new Pruned(before));
            whenCommitted.add(() -> shard.log().discardBefore(before));
        }
        List<TimerChange<StateTimer>> timers = new ArrayList<>();
        long garbage = shard.nextOffset() - oldest - live;
        if (garbage > Math.max(live, LEAST_GARBAGE)) {
            long half = oldest + (shard.nextOffset() - oldest) / 2;
            shard.states().forEach((key, state) -> {
                if (state.position() < half) {
                    // A few at a time, so that no turn of the loop takes long.
                    timers.add(new TimerChange.Start<>(new Renew(key), timers.size() / KEYS_PER_MS));
                }
            });
        }
        timers.add(new TimerChange.Start<>(new Prune(), shard.settings().pruneIntervalMs()));
        return new Decision<>(List.of(), changes, List.of(), timers, false, whenCommitted);
    }
}
