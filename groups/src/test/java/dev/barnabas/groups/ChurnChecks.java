package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.JoinGroupResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What always has to hold, whatever clients, disks and leaders do.
 *
 * <ul>
 *   <li>All members of a generation are told the same leader, until the coordinator moves.
 *   <li>All assignments that are handed out in a generation come from one plan, and each member gets its own.
 *   <li>A commit that was sent after a newer generation got its assignments is not accepted.
 *   <li>A commit that was accepted is not lost.
 * </ul>
 */
final class ChurnChecks {
    private static final int UUID_LENGTH = 36;

    private final Map<String, String> leaders = new HashMap<>();
    private final Map<String, String> plans = new HashMap<>();
    private final Map<String, Integer> newestAssigned = new HashMap<>();
    private final Map<String, List<Commit>> commits = new HashMap<>();
    private int plansMade;
    private int moves;
    private int accepted;

    /**
     * An attempt to commit.
     *
     * @param newestAssigned the newest generation that had assignments when it was sent
     */
    record Commit(String groupId, int generation, String client, long offset, int newestAssigned) {}

    String newPlan() {
        return "plan-" + plansMade++;
    }

    /** The coordinator has moved: what was not stored may happen again, differently. */
    void moved() {
        moves++;
    }

    /** How many commits were accepted. */
    int accepted() {
        return accepted;
    }

    void joined(String groupId, JoinGroupResponse answer) {
        if (answer.errorCode() == 0) {
            String generation = groupId + " " + answer.generationId() + " " + moves;
            String leader = identity(answer.leader());
            assertThat(leader)
                    .as("leader of %s", generation)
                    .isEqualTo(leaders.computeIfAbsent(generation, _ -> leader));
        }
    }

    void assigned(String groupId, int generation, String memberId, String assignment) {
        newestAssigned.merge(groupId, generation, Math::max);
        String where = groupId + " " + generation;
        assertThat(assignment).as("assignment in %s", where).contains(" ");
        String plan = assignment.substring(0, assignment.indexOf(' '));
        assertThat(plan).as("plan of %s for %s", where, memberId).isEqualTo(plans.computeIfAbsent(where, _ -> plan));
        assertThat(identity(assignment.substring(plan.length() + 1)))
                .as("whose assignment in %s", where)
                .isEqualTo(identity(memberId));
    }

    /** A static member stays the same under another id. */
    private static String identity(String memberId) {
        return memberId.startsWith("instance-") ? memberId.substring(0, memberId.length() - UUID_LENGTH) : memberId;
    }

    Commit commitSent(String groupId, int generation, String client, long offset) {
        Commit commit = new Commit(groupId, generation, client, offset, newestAssigned.getOrDefault(groupId, -1));
        commits.computeIfAbsent(groupId, _ -> new ArrayList<>()).add(commit);
        return commit;
    }

    void commitAnswered(Commit commit, ErrorCode error) {
        List<Commit> possible = commits.getOrDefault(commit.groupId(), new ArrayList<>());
        if (error == ErrorCode.NONE) {
            accepted++;
            assertThat(commit.generation())
                    .as("generation of %s", commit)
                    .isGreaterThanOrEqualTo(commit.newestAssigned());
            // What was sent before it is overwritten by it, as far as it has been answered.
            int index = possible.indexOf(commit);
            possible.subList(0, Math.max(index, 0)).clear();
        } else if (error != ErrorCode.COORDINATOR_NOT_AVAILABLE && error != ErrorCode.NOT_COORDINATOR) {
            possible.remove(commit);
        }
    }

    void aborted(Commit commit) {
        commits.getOrDefault(commit.groupId(), new ArrayList<>()).remove(commit);
    }

    /** What a group has committed has to be the last commit that was accepted, or one whose answer nobody knows. */
    void fetched(String groupId, String client, long offset) {
        List<Commit> possible = commits.getOrDefault(groupId, List.of());
        assertThat(possible)
                .as("commits of %s", groupId)
                .anyMatch(commit -> commit.client().equals(client) && commit.offset() == offset);
    }

    /** Whether anything of the group was accepted for good. */
    boolean hasCommits(String groupId) {
        return !commits.getOrDefault(groupId, List.of()).isEmpty();
    }
}
