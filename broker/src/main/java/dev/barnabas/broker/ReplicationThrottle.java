package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Resource;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.settings.Setting;
import dev.barnabas.settings.Settings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast replicas that are not in sync are copied (KIP-73): of the partitions that the topics' settings name, all
 * together no more than a rate. There is one for what this broker sends as a leader and one for what it fetches as a
 * follower. From any loop: what one takes, the others wait for.
 *
 * <p>Bytes are paid for afterwards: whatever came takes its time, and until that is over nothing more may be taken. So
 * the rate is kept over some seconds, whatever the size of a single answer.
 */
final class ReplicationThrottle {

    private static final long SECOND = 1_000_000_000;

    private final Setting<Long> rate;
    private final Setting<List<String>> replicas;
    private volatile Limits limits = Limits.NONE;
    /** Means nothing as long as nothing was paid. */
    private final AtomicLong paidUntilNanos = new AtomicLong();

    private volatile boolean anyPaid;

    /** @param byTopic by name; only those of which anything is throttled */
    private record Limits(long bytesPerSecond, Map<String, Throttled> byTopic) {
        static final Limits NONE = new Limits(Long.MAX_VALUE, Map.of());
    }

    private record Throttled(boolean all, Set<Integer> partitions) {
        boolean has(int partition) {
            return all || partitions.contains(partition);
        }
    }

    /**
     * @param rate of the broker, in bytes per second
     * @param replicas of a topic
     */
    ReplicationThrottle(Setting<Long> rate, Setting<List<String>> replicas) {
        this.rate = rate;
        this.replicas = replicas;
    }

    /** Takes over what was changed in the settings of this broker and of topics. */
    void update(ClusterImage image, int nodeId, Settings settings) {
        long bytesPerSecond = settings.get(rate);
        if (bytesPerSecond != limits.bytesPerSecond) {
            // What was taken at a rate that somebody has thought better of is not paid for.
            anyPaid = false;
        }
        if (bytesPerSecond == Long.MAX_VALUE) {
            limits = Limits.NONE;
            return;
        }
        Map<String, Throttled> byTopic = new HashMap<>();
        for (Resource resource : image.resourcesWithSettings(Resource.Type.TOPIC)) {
            if (image.settings(resource).containsKey(replicas.name())) {
                Throttled throttled =
                        throttled(image.topicSettings(resource.name(), settings).get(replicas), nodeId);
                if (throttled.all || !throttled.partitions.isEmpty()) {
                    byTopic.put(resource.name(), throttled);
                }
            }
        }
        limits = new Limits(bytesPerSecond, Map.copyOf(byTopic));
    }

    private static Throttled throttled(List<String> listed, int nodeId) {
        if (listed.equals(List.of("*"))) {
            return new Throttled(true, Set.of());
        }
        Set<Integer> here = new HashSet<>();
        for (String each : listed) {
            int colon = each.indexOf(':');
            if (each.substring(colon + 1).equals(Integer.toString(nodeId))) {
                here.add(Integer.parseInt(each.substring(0, colon)));
            }
        }
        return new Throttled(false, Set.copyOf(here));
    }

    /** Whether a partition's replica on this broker is throttled as long as it is not in sync. */
    boolean covers(PartitionId partition) {
        Map<String, Throttled> byTopic = limits.byTopic;
        if (byTopic.isEmpty()) {
            return false;
        }
        Throttled throttled = byTopic.get(partition.topic());
        return throttled != null && throttled.has(partition.index());
    }

    /**
     * After how long it is worth asking again whether something may be taken; 0 if it may now. Not too long: the
     * settings may be others by then.
     */
    long waitNanos(long nowNanos) {
        if (limits.bytesPerSecond == 0) {
            return SECOND;
        }
        return anyPaid ? Math.clamp(paidUntilNanos.get() - nowNanos, 0, SECOND) : 0;
    }

    /** So much was taken. */
    void take(long bytes, long nowNanos) {
        long bytesPerSecond = limits.bytesPerSecond;
        if (bytesPerSecond > 0 && bytes > 0) {
            long cost = (long) (bytes * (double) SECOND / bytesPerSecond);
            boolean before = anyPaid;
            paidUntilNanos.accumulateAndGet(
                    cost, (until, more) -> (before && until - nowNanos > 0 ? until : nowNanos) + more);
            anyPaid = true;
        }
    }
}
