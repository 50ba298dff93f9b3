package dev.barnabas.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a producer has been told: which records are acknowledged, and how long each partition went without. Used by the
 * thread of the client and by the one that asks, hence synchronized.
 */
final class Acknowledgements {

    private final long[] lastAt;
    private final long[] longestNanos;
    private final List<Map<Long, Long>> offsetByNumber = new ArrayList<>();
    private final Map<String, Integer> errors = new HashMap<>();
    private long count;

    Acknowledgements(int partitions) {
        lastAt = new long[partitions];
        longestNanos = new long[partitions];
        Arrays.fill(lastAt, System.nanoTime());
        for (int partition = 0; partition < partitions; partition++) {
            offsetByNumber.add(new HashMap<>());
        }
    }

    /** @param number of the record among those of its partition, in the order in which they were sent */
    synchronized void acknowledged(int partition, long number, long offset) {
        long now = System.nanoTime();
        longestNanos[partition] = Math.max(longestNanos[partition], now - lastAt[partition]);
        lastAt[partition] = now;
        offsetByNumber.get(partition).put(number, offset);
        count++;
    }

    synchronized void refused(Exception error) {
        errors.merge(error.getClass().getSimpleName(), 1, Integer::sum);
    }

    /** From now on only what comes counts as a gap, with what has passed since each partition's last one. */
    synchronized void beginWindow() {
        Arrays.fill(longestNanos, 0);
    }

    /** The longest time in this window that some partition was without, up to now. */
    synchronized long longestGapNanos() {
        long now = System.nanoTime();
        long longest = 0;
        for (int partition = 0; partition < lastAt.length; partition++) {
            longest = Math.max(longest, Math.max(longestNanos[partition], now - lastAt[partition]));
        }
        return longest;
    }

    /** How long the partition that waits longest has been waiting. */
    synchronized long waitingNanos() {
        return System.nanoTime() - Arrays.stream(lastAt).min().orElseThrow();
    }

    synchronized Map<Long, Long> offsetByNumber(int partition) {
        return Map.copyOf(offsetByNumber.get(partition));
    }

    synchronized long count() {
        return count;
    }

    synchronized long errorCount() {
        return errors.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized Map<String, Integer> errors() {
        return Map.copyOf(errors);
    }
}
