package dev.barnabas.replication;

import dev.barnabas.host.Loop;
import dev.barnabas.log.Append;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.PartitionLog;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.replication.InSyncChanges.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * This node leads the partition in one term. Owned by the partition's loop.
 *
 * <p>The high watermark is the smallest of what is stable here and what the other in-sync replicas have told, with
 * their fetches, to have; those that may be in sync without this leader knowing it yet count (KIP-497). It stands still
 * while fewer are in sync than {@code min.insync.replicas} (KIP-966), and never goes back. A new leader begins with
 * what it knew as a follower, which may be less than its predecessor knew; but every record that was ever acknowledged
 * is before {@link #termStart}, since whoever is elected was in sync. So a follower is in sync only when it has reached
 * that too.
 */
final class LeaderRole implements Role {
    private final Partition partition;
    private final PartitionLog log;
    private final Loop loop;
    private final InSyncChanges changes;
    private final Acknowledgements acknowledgements;
    private final Deletions deletions;
    private final int leaderEpoch;
    /** Where the log ended when the term began. */
    private final long termStart;

    private final InSyncReplicas inSync;
    private final Map<Integer, FollowerProgress> followers = new LinkedHashMap<>();
    private List<Integer> replicas;
    /** The in-sync replicas that were told of last. */
    private List<Integer> told = List.of();

    private boolean ended;

    /** @param before the role in an earlier term, if this node led in it: what it has not acknowledged goes on */
    LeaderRole(Partition partition, Leadership given, InSyncChanges changes, @Nullable LeaderRole before) {
        this.partition = partition;
        this.log = partition.log();
        this.loop = partition.loop();
        this.changes = changes;
        this.leaderEpoch = given.leaderEpoch();
        this.replicas = given.replicas();
        this.acknowledgements = before == null ? new Acknowledgements(loop) : before.acknowledgements;
        this.deletions = new Deletions(loop);
        log.beginLeaderEpoch(leaderEpoch);
        this.termStart = log.endOffset();
        this.inSync = new InSyncReplicas(partition.id(), given, changes, this::inSyncAnswered);
        follow(replicas);
    }

    /** To be called once this is the partition's role. */
    void begin() {
        inSyncChanged();
    }

    private void follow(List<Integer> all) {
        replicas = all;
        Set<Integer> counted = new LinkedHashSet<>(all);
        counted.addAll(inSync.agreed());
        followers.keySet().retainAll(counted);
        for (int replica : counted) {
            if (replica != partition.nodeId()) {
                followers.computeIfAbsent(
                        replica,
                        absent -> new FollowerProgress(absent, loop.clock().nanos()));
            }
        }
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public int partitionEpoch() {
        return inSync.partitionEpoch();
    }

    @Override
    public OptionalInt leader() {
        return OptionalInt.of(partition.nodeId());
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether the high watermark is at least what every leader before knew; until then it may seem to go back. */
    boolean knowsHighWatermark() {
        return log.highWatermark() >= termStart;
    }

    List<Integer> inSyncReplicas() {
        return inSync.agreed();
    }

    List<FollowerState> followers() {
        return followers.values().stream()
                .map(each -> new FollowerState(
                        each.replica,
                        each.logStartOffset(),
                        each.endOffset(),
                        inSync.has(each.replica),
                        each.isLagging()))
                .toList();
    }

    /** Something else is agreed on in the same term. */
    void learn(Leadership given) {
        inSync.learn(given.partitionEpoch(), given.inSyncReplicas(), given.recovering());
        follow(given.replicas());
        inSyncChanged();
        advanceDeletions();
    }

    /** See {@link Partition#deleteRecords}. */
    void deleteRecords(long beforeOffset, long deadlineNanos, LogAnswer<Long> then) {
        log.deleteRecords(beforeOffset, new LogAnswer<>() {
            @Override
            public void done(Long logStartOffset) {
                if (ended) {
                    then.refused(Partition.NOT_LEADER);
                } else {
                    deletions.add(beforeOffset, deadlineNanos, then);
                    advanceDeletions();
                }
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.refused(refusal);
            }
        });
    }

    /** Replicas whose brokers are gone are not waited for: they find out when they come back. */
    private void advanceDeletions() {
        if (deletions.isEmpty()) {
            return;
        }
        long lowWatermark = log.logStartOffset();
        for (FollowerProgress each : followers.values()) {
            if (changes.eligible(each.replica, -1)) {
                lowWatermark = Math.min(lowWatermark, each.logStartOffset());
            }
        }
        deletions.advance(lowWatermark);
    }

    void append(Append request, Acks acks, long deadlineNanos, Partition.Answer then) {
        if (acks == Acks.ALL && !enoughInSync()) {
            then.written(null);
            then.refused(new LogRefusal(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    "In sync are the replicas " + inSync.agreed() + ", and at least " + minInSync() + " must be",
                    List.of()));
            return;
        }
        int size = request.batches().remaining();
        log.append(request, new AppendInFlight(this, acks, deadlineNanos, size, then));
    }

    /** An append is in the log. */
    void written(AppendInFlight append) {
        if (append.acks == Acks.NONE || append.lastOffset() < log.highWatermark()) {
            append.acknowledgeIfOpen();
        }
        acknowledgements.add(append);
        advance();
        acknowledgements.expire(append);
        partition.watches().appended(append.sizeInBytes);
    }

    /** Whether a node may fetch as a follower; and if not, why. */
    ErrorCode check(Reader.Follower reader, int currentLeaderEpoch) {
        FollowerProgress progress = followers.get(reader.replica());
        if (progress == null) {
            // One of us has not heard of the newest assignment.
            return ErrorCode.UNKNOWN_LEADER_EPOCH;
        }
        // Without an epoch nobody could tell what it knows from what it knew.
        return currentLeaderEpoch < 0 || progress.isStale(reader) ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
    }

    /** A follower has everything before an offset, which is in this log. */
    void fetched(Reader.Follower reader, long offset) {
        FollowerProgress progress = followers.get(reader.replica());
        if (progress == null) {
            return;
        }
        long before = progress.endOffset();
        progress.fetched(offset, reader, log.endOffset(), loop.clock().nanos());
        advanceDeletions();
        if (inSync.mayHave(reader.replica())) {
            if (offset > before) {
                advance();
            }
        } else if (mayJoin(progress)) {
            propose();
        }
    }

    void checkFollowers() {
        long now = loop.clock().nanos();
        for (FollowerProgress each : followers.values()) {
            each.check(log.endOffset(), partition.settings().replicaMaxLag(), now);
        }
        inSync.resume();
        propose();
        advanceDeletions();
    }

    @Override
    public void stableEndAdvanced() {
        advance();
    }

    /** Moves the high watermark to what the in-sync replicas have, and answers and wakes who waited for it. */
    private void advance() {
        long stable = log.stableEndOffset();
        boolean moved = false;
        if (enoughInSync()) {
            long safe = stable;
            for (FollowerProgress each : followers.values()) {
                if (inSync.mayHave(each.replica)) {
                    safe = Math.min(safe, each.endOffset());
                }
            }
            if (safe > log.highWatermark()) {
                log.highWatermark(safe);
                moved = true;
            }
        }
        long cameBytes = acknowledgements.advance(stable, log.highWatermark());
        if (moved) {
            partition.highWatermarkMoved(Math.max(1, cameBytes));
        }
    }

    private boolean enoughInSync() {
        return inSync.agreed().size() >= minInSync();
    }

    /** A partition with fewer replicas than that could never be written to (KIP-966). */
    private int minInSync() {
        return Math.min(partition.settings().minInSyncReplicas(), replicas.size());
    }

    private boolean mayJoin(FollowerProgress follower) {
        long end = follower.endOffset();
        return !inSync.has(follower.replica)
                && !follower.isLagging()
                && end >= log.highWatermark()
                && end >= termStart
                && changes.eligible(follower.replica, follower.brokerEpoch());
    }

    /** Asks for the set of replicas that should be in sync, if it is another one. */
    private void propose() {
        if (!inSync.canAsk()) {
            return;
        }
        List<Member> members = new ArrayList<>();
        members.add(new Member(partition.nodeId(), -1));
        for (FollowerProgress each : followers.values()) {
            if (inSync.has(each.replica) ? !each.isLagging() : mayJoin(each)) {
                members.add(new Member(each.replica, each.brokerEpoch()));
            }
        }
        inSync.want(members);
    }

    private void inSyncAnswered() {
        if (!ended) {
            follow(replicas);
            inSyncChanged();
        }
    }

    private void inSyncChanged() {
        if (!told.equals(inSync.agreed())) {
            told = inSync.agreed();
            partition.listener().inSyncReplicasChanged(partition);
        }
        advance();
        propose();
    }

    /** Nobody is served for a while. */
    void suspend() {
        acknowledgements.refuseAll(Partition.NOT_LEADER);
        deletions.refuseAll(Partition.NOT_LEADER);
    }

    /** The followers could not fetch meanwhile, which is not held against them. */
    void resume() {
        long now = loop.clock().nanos();
        followers.values().forEach(each -> each.excuse(now));
        inSyncChanged();
    }

    @Override
    public void end(ErrorCode why, String message) {
        ended = true;
        LogRefusal refusal = new LogRefusal(why, message, List.of());
        acknowledgements.refuseAll(refusal);
        deletions.refuseAll(refusal);
    }

    /** The same node leads in a later term: what waits to be acknowledged goes on there. */
    void handOver() {
        ended = true;
        deletions.refuseAll(Partition.NOT_LEADER);
    }
}
