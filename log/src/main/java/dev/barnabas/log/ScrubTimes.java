package dev.barnabas.log;

import java.time.Duration;

/**
 * When the logs of a directory are scrubbed.
 *
 * @param first how long after the directory was opened the first round begins
 * @param interval how long after the beginning of a round the next one begins, at the earliest
 */
public record ScrubTimes(Duration first, Duration interval) {

    /** A start and what comes right after it are left alone; and small logs need not be read all the time. */
    public static final ScrubTimes DEFAULT = new ScrubTimes(Duration.ofMinutes(5), Duration.ofDays(1));
}
