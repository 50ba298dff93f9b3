package dev.barnabas.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What the members of a group had when they polled last. The group is balanced when every partition is one member's,
 * and no member has more than one partition more than another. Shared by the threads of the members.
 */
final class Shares {

    private final int partitions;
    private final Map<Integer, BitSet> byMember = new HashMap<>();
    private final Set<Integer> gone = new HashSet<>();
    private int expected;
    private long balancedNanos;
    private boolean balanced;

    Shares(int partitions) {
        this.partitions = partitions;
    }

    synchronized void polled(int member, Set<TopicPartition> assignment, long nanos) {
        if (gone.contains(member)) {
            return;
        }
        BitSet share = new BitSet(partitions);
        assignment.forEach(partition -> share.set(partition.partition()));
        byMember.put(member, share);
        look(nanos);
    }

    synchronized void left(int member) {
        gone.add(member);
        byMember.remove(member);
        balanced = false;
    }

    /** When so many members have got their shares, in nanoseconds of this process. */
    synchronized long awaitBalanced(int members, Duration patience) throws IOException, InterruptedException {
        expected = members;
        balanced = false;
        long begin = System.nanoTime();
        while (!balanced) {
            if (System.nanoTime() - begin > patience.toNanos()) {
                throw new IOException("the group is not balanced after " + patience + ": " + byMember);
            }
            wait(100);
        }
        return balancedNanos;
    }

    private void look(long nanos) {
        boolean now = isBalanced();
        if (now && !balanced) {
            balancedNanos = nanos;
            notifyAll();
        }
        balanced = now;
    }

    private boolean isBalanced() {
        if (byMember.size() != expected) {
            return false;
        }
        int least = partitions / expected;
        int most = (partitions + expected - 1) / expected;
        BitSet all = new BitSet(partitions);
        int sum = 0;
        for (BitSet share : byMember.values()) {
            int size = share.cardinality();
            if (size < least || size > most) {
                return false;
            }
            sum += size;
            all.or(share);
        }
        return sum == partitions && all.cardinality() == partitions;
    }
}
