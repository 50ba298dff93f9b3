package dev.barnabas.replication;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.replication.InSyncChanges.Member;
import dev.barnabas.replication.InSyncChanges.Outcome;
import dev.barnabas.replication.InSyncChanges.Proposal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which replicas are in sync, as far as the leader knows, and what it asks the controller for. Owned by the
 * {@link LeaderRole}.
 *
 * <pre>
 *   SETTLED -- wants another set --> ASKING -- agreed --> SETTLED (another version)
 *      ^                              |  |
 *      |                              |  +-- fenced, out of date, and so on --> WAITING for the image
 *      |                              |                                             |
 *      +-- refused (a pause) ---------+-- unknown --> asks again (unsettled)        |
 *      +------------------------- an image with another version --------------------+
 * </pre>
 *
 * <p>Whoever has been asked for and may have been agreed on counts like a member when the high watermark is found
 * (KIP-497): the controller may elect it before the answer is here. That ends only with another version.
 */
final class InSyncReplicas {
    private final PartitionId partition;
    private final int leaderEpoch;
    private final InSyncChanges changes;
    private final Runnable whenChanged;

    private List<Integer> agreed;
    private int partitionEpoch;
    private boolean recovering;

    /** Who is not among the agreed ones, and may be by now. */
    private final Set<Integer> perhaps = new LinkedHashSet<>();
    /** Some proposal was not answered: it may still be decided. */
    private boolean unsettled;

    private boolean waiting;
    /** The controller refused: no more questions until {@link #resume}. */
    private boolean paused;

    private boolean asking;
    /** How often was asked: an answer to an earlier question than the last is out of date. */
    private int questions;

    /** @param whenChanged called when something has been answered */
    InSyncReplicas(PartitionId partition, Leadership given, InSyncChanges changes, Runnable whenChanged) {
        this.partition = partition;
        this.leaderEpoch = given.leaderEpoch();
        this.changes = changes;
        this.whenChanged = whenChanged;
        this.agreed = given.inSyncReplicas();
        this.partitionEpoch = given.partitionEpoch();
        this.recovering = given.recovering();
    }

    List<Integer> agreed() {
        return agreed;
    }

    int partitionEpoch() {
        return partitionEpoch;
    }

    boolean isRecovering() {
        return recovering;
    }

    /** Whether it is agreed that a replica is in sync. */
    boolean has(int replica) {
        return agreed.contains(replica);
    }

    /** Whether the high watermark must not pass this replica. */
    boolean mayHave(int replica) {
        return agreed.contains(replica) || perhaps.contains(replica);
    }

    /** The image of the cluster says what is agreed on. */
    void learn(int version, List<Integer> inSyncReplicas, boolean isRecovering) {
        partitionEpoch = version;
        agreed = inSyncReplicas;
        recovering = isRecovering;
        // What rested on an earlier version can no longer be agreed on.
        perhaps.clear();
        unsettled = false;
        waiting = false;
        asking = false;
    }

    /** Whether something can be asked for now. */
    boolean canAsk() {
        return !asking && !waiting && !paused;
    }

    /** What was refused a while ago may be asked for again. */
    void resume() {
        paused = false;
    }

    /** Asks for these, if that is anything new. They have the leader among them. */
    void want(List<Member> members) {
        boolean same = !recovering
                && members.size() == agreed.size()
                && members.stream().allMatch(member -> has(member.replica()));
        if (!canAsk() || (same && !unsettled)) {
            return;
        }
        Proposal proposal = new Proposal(leaderEpoch, partitionEpoch, members, false);
        List<Integer> added = new ArrayList<>();
        for (Member member : members) {
            if (!mayHave(member.replica())) {
                perhaps.add(member.replica());
                added.add(member.replica());
            }
        }
        asking = true;
        int question = ++questions;
        changes.ask(partition, proposal, outcome -> {
            if (asking && question == questions) {
                asking = false;
                answered(outcome, added);
                whenChanged.run();
            }
        });
    }

    private void answered(Outcome outcome, List<Integer> added) {
        switch (outcome) {
            case Outcome.Agreed now
            when now.leaderEpoch() != leaderEpoch || now.partitionEpoch() < partitionEpoch -> waiting = true;
            case Outcome.Agreed(int _, int version, List<Integer> replicas, boolean isRecovering) ->
                learn(version, replicas, isRecovering);
            case Outcome.Refused(ErrorCode error) -> {
                if (!changedNothing(error)) {
                    waiting = true;
                    return;
                }
                paused = true;
                if (!unsettled) {
                    added.forEach(perhaps::remove);
                }
            }
            case Outcome.Unknown() -> unsettled = true;
        }
    }

    /** With any other error the version may be another one, and the image will tell. */
    private static boolean changedNothing(ErrorCode error) {
        return error == ErrorCode.INELIGIBLE_REPLICA || error == ErrorCode.OPERATION_NOT_ATTEMPTED;
    }
}
