package dev.barnabas.metadata;

import dev.barnabas.host.Clock;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The quorum as one member of a {@link SimulatedQuorum} sees it. */
final class SimulatedVoters implements Quorum {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration RESIGNATION_LIMIT = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(20);

    private final SimulatedQuorum world;
    private final QuorumMember self;
    private final SimulatedMetadataLog log;

    SimulatedVoters(SimulatedQuorum world, QuorumMember self, SimulatedMetadataLog log) {
        this.world = world;
        this.self = self;
        this.log = log;
    }

    @Override
    public OptionalInt leader() {
        return log.leader();
    }

    @Override
    public void describe(Consumer<Description> then) {
        SimulatedLeadership leadership = self.leadership;
        List<Member> voters = new ArrayList<>();
        List<Member> observers = new ArrayList<>();
        List<QuorumMember> voting = self.voters();
        for (QuorumMember voter : voting) {
            voters.add(describe(voter, leadership));
        }
        for (QuorumMember member : world.members()) {
            if (!voting.contains(member) && (member == self || (leadership != null && member.isActive()))) {
                observers.add(describe(member, leadership));
            }
        }
        Description description = new Description(leader(), self.term, self.commitIndex + 1, voters, observers);
        answer(() -> then.accept(description));
    }

    private Member describe(QuorumMember member, @Nullable SimulatedLeadership leadership) {
        Clock clock = log.loop().clock();
        long end = -1;
        long fetched = -1;
        long caughtUp = -1;
        if (member == self) {
            end = member.lastIndex() + 1;
            fetched = clock.wallMs();
            caughtUp = leadership == null ? -1 : clock.wallMs();
        } else if (leadership != null) {
            SimulatedLeadership.Peer peer = leadership.peer(member);
            long ago = world.simulation().now().minus(peer.answered).toMillis();
            end = peer.matchIndex < 0 ? -1 : peer.matchIndex + 1;
            fetched = peer.matchIndex < 0 ? -1 : clock.wallMs() - ago;
            caughtUp = peer.caughtUp.isZero()
                    ? -1
                    : clock.wallMs()
                            - world.simulation().now().minus(peer.caughtUp).toMillis();
        }
        return new Member(
                member.nodeId, member.directory(), Optional.ofNullable(member.address), end, fetched, caughtUp);
    }

    @Override
    public void addVoter(Voter voter, Consumer<Optional<Refusal>> then) {
        SimulatedLeadership leadership = self.leadership;
        if (leadership == null) {
            refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, "this node does not lead the quorum", then);
        } else if (self.voters().stream().anyMatch(present -> present.nodeId == voter.nodeId())) {
            refuse(ErrorCode.DUPLICATE_VOTER, "node " + voter.nodeId() + " is a voter already", then);
        } else {
            QuorumMember added = world.member(voter.nodeId(), voter.directoryId());
            added.directoryId = voter.directoryId();
            added.address = voter.address();
            long deadline = world.simulation().now().plus(LIMIT).toNanos();
            addWhenCaughtUp(leadership, added, self.commitIndex, deadline, then);
        }
    }

    /** A voter that lacks everything would hold up all that is to be committed. */
    private void addWhenCaughtUp(
            SimulatedLeadership leadership,
            QuorumMember added,
            long index,
            long deadline,
            Consumer<Optional<Refusal>> then) {
        if (!log.isAlive()) {
            return;
        }
        if (!leadership.holds()) {
            refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, "this node does not lead the quorum any more", then);
        } else if (added.host != null && leadership.peer(added).matchIndex >= index) {
            List<QuorumMember> voters = new ArrayList<>(self.voters());
            voters.add(added);
            leadership.change(voters, refusal -> answer(() -> then.accept(refusal)));
        } else if (world.simulation().now().toNanos() > deadline) {
            refuse(ErrorCode.REQUEST_TIMED_OUT, "node " + added.nodeId + " does not follow", then);
        } else {
            world.simulation().later(AGAIN, () -> addWhenCaughtUp(leadership, added, index, deadline, then));
        }
    }

    @Override
    public void removeVoter(int nodeId, Uuid directoryId, Consumer<Optional<Refusal>> then) {
        SimulatedLeadership leadership = self.leadership;
        Optional<QuorumMember> removed = world.find(nodeId, directoryId).filter(self.voters()::contains);
        if (leadership == null) {
            refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, "this node does not lead the quorum", then);
        } else if (removed.isEmpty()) {
            refuse(ErrorCode.VOTER_NOT_FOUND, "no voter " + nodeId + " with directory " + directoryId, then);
        } else if (self.voters().size() == 1) {
            refuse(ErrorCode.INVALID_REQUEST, "the last voter cannot be removed", then);
        } else {
            List<QuorumMember> voters = new ArrayList<>(self.voters());
            voters.remove(removed.get());
            leadership.change(voters, refusal -> answer(() -> then.accept(refusal)));
        }
    }

    private void refuse(ErrorCode error, String message, Consumer<Optional<Refusal>> then) {
        answer(() -> then.accept(Optional.of(new Refusal(error, message))));
    }

    @Override
    public void resign(Runnable then) {
        SimulatedLeadership leadership = self.leadership;
        if (leadership == null) {
            answer(then);
            return;
        }
        long deadline = world.simulation().now().plus(RESIGNATION_LIMIT).toNanos();
        handOver(leadership, deadline, then);
    }

    private void handOver(SimulatedLeadership leadership, long deadline, Runnable then) {
        if (!log.isAlive()) {
            return;
        }
        if (!leadership.holds() || world.simulation().now().toNanos() > deadline) {
            answer(then);
            return;
        }
        self.voters().stream()
                .filter(voter -> voter != self
                        && voter.isActive()
                        && self.isActive()
                        && leadership.peer(voter).matchIndex == self.lastIndex()
                        && world.simulation().network().reaches(self.machine(), voter.machine()))
                .min(Comparator.comparingInt(voter -> voter.nodeId))
                .ifPresent(successor -> world.stand(successor, true));
        world.simulation().later(AGAIN.multipliedBy(2), () -> handOver(leadership, deadline, then));
    }

    /** Answers on the log's loop, unless the log is closed by then. */
    private void answer(Runnable task) {
        log.loop().execute(() -> {
            if (log.isAlive()) {
                task.run();
            }
        });
    }
}
