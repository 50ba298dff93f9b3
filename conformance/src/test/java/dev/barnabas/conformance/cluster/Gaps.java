package dev.barnabas.conformance.cluster;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** The longest time without an acknowledgement in any partition. Used by many threads. */
final class Gaps {

    private final long[] lastAcknowledged;
    private long longest;
    private int where;

    Gaps(int partitions) {
        lastAcknowledged = new long[partitions];
        restart();
    }

    synchronized void restart() {
        Arrays.fill(lastAcknowledged, System.nanoTime());
        longest = 0;
    }

    synchronized void acknowledged(int partition) {
        long now = System.nanoTime();
        look(partition, now);
        lastAcknowledged[partition] = now;
    }

    private void look(int partition, long now) {
        long gap = now - lastAcknowledged[partition];
        if (gap > longest) {
            longest = gap;
            where = partition;
        }
    }

    /** Prints the longest since the last time, a partition that is silent now included. */
    synchronized void print(String what) {
        for (int partition = 0; partition < lastAcknowledged.length; partition++) {
            look(partition, System.nanoTime());
        }
        System.out.printf(
                "gap %5d ms  %s (partition %d, load of the machine %.1f)%n",
                TimeUnit.NANOSECONDS.toMillis(longest),
                what,
                where,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        restart();
    }
}
