package dev.barnabas.metadata;

import dev.barnabas.metadata.LeaderElection.Elected;
import dev.barnabas.metadata.LeaderElection.Mode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The next state of a partition in the making. Whoever uses it says what replicas it has and which are in sync; who is
 * eligible, who leads, and what the epochs are follows.
 *
 * <p>Who is eligible (KIP-966): while fewer replicas are in sync than {@code min.insync.replicas} asks for, the high
 * watermark stands still, so that nothing is acknowledged. Who leaves the in-sync set then, or with the change that
 * makes it so small, has all that was acknowledged and stays eligible. As soon as enough are in sync again, or alone
 * suffice, nobody else is eligible. A partition with fewer replicas than that setting needs all of them.
 */
final class PartitionDraft {

    private final Partition before;
    private final TopicRules rules;
    private final IntPredicate mayLead;
    private final IntPredicate mayBeginAnew;
    private List<Integer> replicas;
    private List<Integer> inSync;
    private List<Integer> adding;
    private List<Integer> removing;
    private boolean recovering;
    private final Set<Integer> uncleanlyStopped = new HashSet<>();
    private final Set<Integer> begunAnew = new HashSet<>();
    private Mode mode = Mode.ANY;

    /**
     * @param mayLead whether a replica's broker serves and can use the directory of the replica
     * @param mayBeginAnew whether a replica's broker serves
     */
    PartitionDraft(Partition before, TopicRules rules, IntPredicate mayLead, IntPredicate mayBeginAnew) {
        this.before = before;
        this.rules = rules;
        this.mayLead = mayLead;
        this.mayBeginAnew = mayBeginAnew;
        this.replicas = before.replicas();
        this.inSync = before.inSyncReplicas();
        this.adding = before.addingReplicas();
        this.removing = before.removingReplicas();
        this.recovering = before.leaderRecovering();
    }

    PartitionDraft inSync(List<Integer> brokers) {
        inSync = brokers;
        return this;
    }

    PartitionDraft replicas(List<Integer> brokers, List<Integer> added, List<Integer> removed) {
        replicas = brokers;
        adding = added;
        removing = removed;
        return this;
    }

    PartitionDraft recovering(boolean stillRecovering) {
        recovering = stillRecovering;
        return this;
    }

    PartitionDraft elect(Mode wanted) {
        mode = wanted;
        return this;
    }

    /** A broker may have lost what it had not brought to stable storage. */
    PartitionDraft stoppedUncleanly(int broker) {
        uncleanlyStopped.add(broker);
        return this;
    }

    /** A broker has begun its replica anew, without records. */
    PartitionDraft begunAnew(int broker) {
        begunAnew.add(broker);
        return this;
    }

    /** Completes the reassignment if all replicas that shall stay are in sync and one of them can lead. */
    PartitionDraft completeReassignment() {
        if (adding.isEmpty() && removing.isEmpty()) {
            return this;
        }
        List<Integer> target = without(replicas, removing);
        if (!target.isEmpty() && inSync.containsAll(target) && target.stream().anyMatch(mayLead::test)) {
            replicas = target;
            inSync = without(inSync, removing);
            adding = List.of();
            removing = List.of();
        }
        return this;
    }

    /** The next state; the very same object if nothing changes. */
    Partition build() {
        inSync = only(inSync, replicas);
        List<Integer> eligible = eligible();
        List<Integer> lastKnown = lastKnown(eligible);
        int leader = before.leader();
        boolean goesOn = leader != Partition.NO_LEADER && inSync.contains(leader) && mode != Mode.PREFERRED;
        if (!goesOn || !mayLead.test(leader)) {
            Elected elected = LeaderElection.elect(
                    rules.unclean() ? unclean(mode) : mode,
                    replicas,
                    inSync,
                    eligible,
                    lastKnown,
                    leader,
                    mayLead,
                    mayBeginAnew);
            if (elected.leader() != Partition.NO_LEADER || !inSync.contains(leader)) {
                // Who is in sync and cannot hand over leads on until it is gone.
                leader = elected.leader();
            }
            if (leader != Partition.NO_LEADER && !inSync.contains(leader)) {
                inSync = List.of(leader);
                // A single replica has nobody with whom it could differ.
                recovering = recovering || (!elected.clean() && replicas.size() > 1);
                eligible = elected.clean() ? without(eligible, inSync) : List.of();
                lastKnown = elected.clean() ? lastKnown : List.of();
            }
        }
        if (isEnough(inSync)) {
            eligible = List.of();
            lastKnown = List.of();
        }
        boolean newTerm = leader != before.leader() || !replicas.containsAll(before.replicas());
        Partition after = new Partition(
                replicas,
                inSync,
                eligible,
                lastKnown,
                adding,
                removing,
                leader,
                recovering,
                newTerm ? before.leaderEpoch() + 1 : before.leaderEpoch(),
                before.partitionEpoch());
        return after.equals(before) ? before : after.inPartitionEpoch(before.partitionEpoch() + 1);
    }

    private static Mode unclean(Mode mode) {
        return mode == Mode.ANY ? Mode.UNCLEAN : mode;
    }

    private boolean isEnough(List<Integer> brokers) {
        return brokers.size() >= Math.min(rules.minInSync(), replicas.size());
    }

    private List<Integer> eligible() {
        if (isEnough(inSync)) {
            return List.of();
        }
        Set<Integer> candidates = new LinkedHashSet<>(before.inSyncReplicas());
        candidates.addAll(before.eligibleLeaders());
        candidates.removeAll(inSync);
        candidates.removeAll(uncleanlyStopped);
        candidates.removeAll(begunAnew);
        return only(List.copyOf(candidates), replicas);
    }

    /** Those that have left most recently first. */
    private List<Integer> lastKnown(List<Integer> eligible) {
        if (isEnough(inSync)) {
            return List.of();
        }
        Set<Integer> candidates = new LinkedHashSet<>();
        if (before.hasLeader()) {
            candidates.add(before.leader());
        }
        candidates.addAll(before.inSyncReplicas());
        candidates.addAll(before.eligibleLeaders());
        candidates.addAll(before.lastKnownEligible());
        candidates.removeAll(inSync);
        candidates.removeAll(eligible);
        candidates.removeAll(begunAnew);
        return only(List.copyOf(candidates), replicas);
    }

    private static List<Integer> only(List<Integer> brokers, List<Integer> those) {
        return those.containsAll(brokers)
                ? brokers
                : brokers.stream().filter(those::contains).toList();
    }

    static <T> List<T> without(List<T> brokers, List<T> those) {
        List<T> rest = new ArrayList<>(brokers);
        rest.removeAll(those);
        return rest;
    }
}
