package dev.barnabas.simulation;

import java.time.Duration;

/**
 * What goes wrong with a drive from now on.
 *
 * @param readFailure probability that a read fails with an {@link java.io.IOException}
 * @param appendFailure probability that an append fails after some of its bytes were written
 * @param syncFailure probability that a group of syncs fails; what it should have made stable is then lost to every
 *     later sync too, as on Linux, where the page cache takes failed pages for clean
 * @param slowness how much longer a sync or offloaded work takes at most; a tenth of that for calls on a loop
 */
public record DiskFaults(double readFailure, double appendFailure, double syncFailure, Duration slowness) {

    /** Nothing goes wrong. */
    public static final DiskFaults NONE = new DiskFaults(0, 0, 0, Duration.ZERO);

    public DiskFaults withReadFailure(double probability) {
        return new DiskFaults(probability, appendFailure, syncFailure, slowness);
    }

    public DiskFaults withAppendFailure(double probability) {
        return new DiskFaults(readFailure, probability, syncFailure, slowness);
    }

    public DiskFaults withSyncFailure(double probability) {
        return new DiskFaults(readFailure, appendFailure, probability, slowness);
    }

    public DiskFaults withSlowness(Duration atMost) {
        return new DiskFaults(readFailure, appendFailure, syncFailure, atMost);
    }
}
