package dev.barnabas.share;

import java.util.List;

/**
 * What has changed in a share partition.
 *
 * @param stateEpoch as it was read
 * @param startOffset everything before it is finished
 * @param deliveryCompleteCount how many offsets from there on are finished, too (KIP-1226)
 * @param runs what has changed from there on
 */
public record StateWrite(
        int stateEpoch, int leaderEpoch, long startOffset, int deliveryCompleteCount, List<StoredRun> runs) {

    public StateWrite {
        runs = List.copyOf(runs);
    }
}
