package dev.barnabas.replication;

import dev.barnabas.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Which role a partition has, and how one follows on another. Owned by the partition's loop.
 *
 * <pre>
 *                     +-- lead, in a later term --+
 *                     v                           |
 *   none -- lead --> LEADER ---------- follow ----+----> FOLLOWER --+
 *     |                 ^                                 ^  |  ^    | follow, in a later term
 *     |                 +--------------- lead ------------+--+  +----+
 *     +----------------- follow --------------------------+
 *
 *   any of them -- the log fails, close, delete --> none, for good
 *   LEADER -- suspend --> SUSPENDED -- resume --> LEADER, in the same term
 * </pre>
 *
 * A follower that is changing its log ends that first; what it is told meanwhile waits.
 */
final class Roles {
    private final Partition partition;
    private final InSyncChanges changes;
    private Role role = new Role.None(-1, -1);
    private int count;
    /** What was told last, and waits for the present role to be able to end. */
    private @Nullable Runnable next;

    private int knownLeaderEpoch = -1;
    private int knownPartitionEpoch = -1;
    private boolean stopped;

    Roles(Partition partition, InSyncChanges changes) {
        this.partition = partition;
        this.changes = changes;
    }

    Role current() {
        return role;
    }

    /** How many there have been. */
    int count() {
        return count;
    }

    /** Whether another role is about to begin. */
    boolean isChanging() {
        return next != null;
    }

    void lead(Leadership given) {
        if (!isNews(given.leaderEpoch(), given.partitionEpoch())) {
            return;
        }
        LeaderRole leadership = leadershipOf(role);
        if (next == null && leadership != null && leadership.leaderEpoch() == given.leaderEpoch()) {
            leadership.learn(given);
        } else {
            assume(() -> becomeLeader(given));
        }
    }

    void follow(Following given) {
        if (!isNews(given.leaderEpoch(), given.partitionEpoch())) {
            return;
        }
        if (next == null
                && role instanceof FollowerRole follower
                && follower.leaderEpoch() == given.leaderEpoch()
                && follower.leaderId() == given.leader()) {
            follower.learn(given.partitionEpoch());
        } else {
            assume(() -> becomeFollower(given));
        }
    }

    /** If it leads: it may have been replaced. */
    void suspend() {
        if (role instanceof LeaderRole leader) {
            role = new Role.Suspended(leader);
            count++;
            leader.suspend();
            changed();
        }
    }

    /** It has not been replaced. */
    void resume() {
        if (role instanceof Role.Suspended(LeaderRole leader)) {
            role = leader;
            count++;
            leader.resume();
            changed();
        }
    }

    private static @Nullable LeaderRole leadershipOf(Role role) {
        return switch (role) {
            case LeaderRole leader -> leader;
            case Role.Suspended(LeaderRole leader) -> leader;
            case FollowerRole _, Role.None _ -> null;
        };
    }

    /** There is no role any more. */
    void stop(ErrorCode why, String message) {
        if (stopped) {
            return;
        }
        stopped = true;
        next = null;
        Role before = role;
        role = new Role.None(knownLeaderEpoch, knownPartitionEpoch);
        count++;
        before.end(why, message);
        partition.watches().tellAll();
    }

    /** The role has ended what kept it from being another one. */
    void settled() {
        Runnable waiting = next;
        next = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    private boolean isNews(int leaderEpoch, int partitionEpoch) {
        // A leader knows what was agreed on before the image does.
        int version = role.leaderEpoch() == knownLeaderEpoch
                ? Math.max(knownPartitionEpoch, role.partitionEpoch())
                : knownPartitionEpoch;
        if (stopped
                || leaderEpoch < knownLeaderEpoch
                || (leaderEpoch == knownLeaderEpoch && partitionEpoch <= version)) {
            return false;
        }
        knownLeaderEpoch = leaderEpoch;
        knownPartitionEpoch = partitionEpoch;
        return true;
    }

    private void assume(Runnable other) {
        if (role.isBusy()) {
            next = other;
        } else {
            other.run();
        }
    }

    private void becomeLeader(Leadership given) {
        Role before = role;
        LeaderRole leadership = leadershipOf(before);
        LeaderRole now = new LeaderRole(partition, given, changes, leadership);
        role = now;
        count++;
        if (leadership != null) {
            leadership.handOver();
        } else {
            before.end(ErrorCode.NOT_LEADER_OR_FOLLOWER, "This broker leads the partition now");
        }
        now.begin();
        changed();
    }

    private void becomeFollower(Following given) {
        Role before = role;
        FollowerRole now = new FollowerRole(partition, given);
        role = now;
        count++;
        before.end(ErrorCode.NOT_LEADER_OR_FOLLOWER, "Another broker leads the partition now");
        changed();
        now.begin();
    }

    private void changed() {
        partition.watches().tellAll();
        partition.listener().roleChanged(partition);
    }
}
