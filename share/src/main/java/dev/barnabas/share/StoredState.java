package dev.barnabas.share;

import java.util.List;

/**
 * What is stored of a share partition.
 *
 * @param stateEpoch which beginning of the group on this partition it is: grows when its offsets are altered
 * @param startOffset -1 if nobody has decided yet where to begin
 * @param runs in order, without overlap; what lies between them is available
 */
public record StoredState(int stateEpoch, long startOffset, List<StoredRun> runs) {

    static final long NO_START = -1;

    public StoredState {
        runs = List.copyOf(runs);
    }

    /** Whether it can be what a leader has written. */
    boolean isConsistent() {
        long next = Math.max(0, startOffset);
        for (StoredRun run : runs) {
            if (run.firstOffset() < next
                    || run.lastOffset() < run.firstOffset()
                    || run.state() == RecordState.ACQUIRED
                    || run.deliveryCount() < 0) {
                return false;
            }
            next = run.lastOffset() + 1;
        }
        return startOffset >= 0 || (startOffset == NO_START && runs.isEmpty());
    }
}
