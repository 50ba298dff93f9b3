package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.share.DeadLetters;
import dev.barnabas.share.Holder;
import dev.barnabas.share.ShareKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one loop, in the share groups that use them: loaded when somebody asks, forgotten when nobody has
 * for a while, and given up when this node does not lead any more. Owned by its loop.
 */
final class SharePartitions {

    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(5);

    private final Node node;
    private final LoopShare loopShare;
    private final ShareStateStore store;
    private final DeadLetters deadLetters;
    private final Decompressor decompressor = new Decompressor();
    private final NavigableMap<ShareKey, LedShare> led = new TreeMap<>();
    private Loop.@Nullable Timer timer;

    SharePartitions(Node node, LoopShare loopShare, ShareStateStore store, DeadLetters deadLetters) {
        this.node = node;
        this.loopShare = loopShare;
        this.store = store;
        this.deadLetters = deadLetters;
    }

    /** What comes of {@link #find}. */
    sealed interface Found {
        record Here(LedShare share) implements Found {}

        record Refused(ErrorCode error) implements Found {}
    }

    /** A partition in a share group; it is being loaded from now on if it was not before. */
    Found find(ShareKey key) {
        loopShare.loop().requireCurrent();
        Partition partition = loopShare.partitions().find(key.topicId(), key.partition());
        if (partition == null || !partition.leads()) {
            return new Found.Refused(
                    partition == null
                            ? loopShare.partitions().whyAbsent(key.topicId(), key.partition())
                            : ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        LedShare known = led.get(key);
        if (known != null && known.share().isActive() && known.share().isOutOfDate()) {
            known.close(ErrorCode.COORDINATOR_NOT_AVAILABLE);
            known = null;
        }
        if (known != null && known.share().hasEnded()) {
            // Whoever waited is told why; the next one finds it loaded anew.
            led.remove(key);
            return new Found.Refused(known.share().whyEnded());
        }
        if (known == null) {
            known = new LedShare(
                    key, partition, new SharePartitionSettings(node, key.groupId()), store, deadLetters, decompressor);
            led.put(key, known);
            known.load();
            forgetLater();
        }
        return new Found.Here(known);
    }

    /** The same, but only if it is loaded. */
    @Nullable
    LedShare ifLoaded(ShareKey key) {
        loopShare.loop().requireCurrent();
        return led.get(key);
    }

    /** A session has ended: what it has is given back. */
    void release(String groupId, Holder holder) {
        loopShare.loop().requireCurrent();
        for (LedShare each : List.copyOf(led.values())) {
            if (each.share().key().groupId().equals(groupId)) {
                each.share().release(holder);
            }
        }
    }

    /** The partition may have another leader, or term, or be gone. */
    void roleChanged(Partition partition) {
        close(partition.id(), partition.leads() ? partition.leaderEpoch() : -1);
    }

    void ended(Partition partition) {
        close(partition.id(), -1);
    }

    private void close(PartitionId id, int exceptEpoch) {
        if (led.isEmpty()) {
            return;
        }
        List<LedShare> over = new ArrayList<>();
        for (LedShare each : led.values()) {
            ShareKey key = each.share().key();
            if (key.topicId().equals(id.topicId())
                    && key.partition() == id.index()
                    && each.share().leaderEpoch() != exceptEpoch) {
                over.add(each);
            }
        }
        for (LedShare each : over) {
            led.remove(each.share().key());
            each.close(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
    }

    private void forgetLater() {
        if (timer == null) {
            timer = loopShare.loop().schedule(FORGOTTEN_AFTER, this::forget);
        }
    }

    private void forget() {
        timer = null;
        long since = loopShare.loop().clock().nanos() - FORGOTTEN_AFTER.toNanos();
        led.values().removeIf(each -> {
            boolean unused = each.isUnusedSince(since);
            if (unused) {
                each.close(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            }
            return unused;
        });
        if (!led.isEmpty()) {
            forgetLater();
        }
    }

    void stop() {
        loopShare.loop().requireCurrent();
        for (LedShare each : List.copyOf(led.values())) {
            each.close(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        led.clear();
        store.stop();
        decompressor.close();
    }
}
