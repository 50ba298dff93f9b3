package dev.barnabas.log;

import java.util.List;

/**
 * What opening a log took.
 *
 * @param scannedBytes bytes of batches that were read because they were not known to be synced; 0 after an orderly
 *     close
 * @param removedBytes bytes at the end that were not whole batches, or followed on such
 * @param notes sentences for people about what was not as a crash alone could have left it; usually none
 */
public record RecoveryReport(long scannedBytes, long removedBytes, List<String> notes) {
    public RecoveryReport {
        notes = List.copyOf(notes);
    }
}
