package dev.barnabas.log;

import dev.barnabas.protocol.record.RecordBatch;
import java.util.OptionalInt;

/**
 * What is known of the batches of a segment without reading them. The CRC of a batch covers neither its offset nor its
 * leader epoch: if these rot, that shows only here. Its content does not change, so that workers can use it.
 *
 * @param gaps batches need not follow on each other
 * @param endOffset where the segment ends
 * @param epochs of the log
 * @param everyEpoch each batch has just the epoch that the log knows for its offset; else it may have an earlier one
 */
record KnownHeaders(boolean gaps, long endOffset, LeaderEpochs epochs, boolean everyEpoch) {

    /** Whether a batch has a leader epoch that was written here. Of what is before the log start nothing is known. */
    boolean epochFits(RecordBatch header) {
        int epoch = header.partitionLeaderEpoch();
        OptionalInt known = epochs.at(header.baseOffset());
        if (known.isEmpty()) {
            return epoch >= -1;
        }
        return everyEpoch ? epoch == known.getAsInt() : epoch >= -1 && epoch <= known.getAsInt();
    }
}
