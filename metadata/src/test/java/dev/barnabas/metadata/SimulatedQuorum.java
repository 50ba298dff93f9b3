package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.SimulatedNetwork;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A metadata quorum in a simulated world, with what makes a real one hard: elections take time, a leader needs a
 * majority that it reaches and that reaches it, an old leader may not know that it is one, uncommitted entries get lost
 * when leadership does, or do not. Messages travel over the simulated network, as it is at that moment, and what was
 * acknowledged is on stable storage: a drive of the node's machine. It is Raft, but for the votes: those are counted by
 * looking at all members at once instead of by messages.
 *
 * <pre>{@code
 * SimulatedQuorum quorum = new SimulatedQuorum(simulation, List.of(1, 2, 3));   // node ids of the first voters
 * host.run(self -> {
 *     MetadataLog log = quorum.open(self, self.loops().getFirst(), 1, directoryId, new Endpoint("n1", 9093));
 *     ...
 * });
 * }</pre>
 *
 * A node that is not a voter observes. A node whose directory is another one than before is another member: its disk
 * was lost. A log ends with its process, and is opened again by the next one.
 */
public final class SimulatedQuorum {

    static final Duration HEARTBEAT = Duration.ofMillis(50);
    /** How long a voter waits at least to hear of the leader, and does not vote for another one meanwhile. */
    static final Duration SHORTEST_PATIENCE = Duration.ofMillis(300);

    static final Duration LONGEST_PATIENCE = Duration.ofMillis(600);

    private final Simulation simulation;
    private final Dice dice;
    private final List<QuorumMember> members = new ArrayList<>();
    private boolean succession;
    private boolean ticking;

    /** @param voterIds of the nodes that vote at first */
    public SimulatedQuorum(Simulation simulation, Collection<Integer> voterIds) {
        this.simulation = simulation;
        this.dice = simulation.dice("quorum");
        List<QuorumMember> founders = new ArrayList<>();
        for (int id : voterIds) {
            founders.add(new QuorumMember(id, founders));
        }
        members.addAll(founders);
    }

    /** From now on a node that votes goes on voting when its disk was replaced, without being asked for it. */
    public void letReplacedVotersVote() {
        succession = true;
    }

    /**
     * Opens a node's log, for the process that runs on that host now, on a drive of its own.
     *
     * @param directoryId of the directory in which the node keeps its log
     * @param address where the others are told to reach it; only shown, what counts is the host
     */
    public MetadataLog open(SimulatedHost host, Loop loop, int nodeId, Uuid directoryId, Endpoint address) {
        try {
            Disk disk = host.disk("quorum-" + directoryId);
            return open(host, disk, disk::close, loop, member(nodeId, directoryId, address));
        } catch (IOException e) {
            throw new UncheckedIOException("a test that lets syncs fail opens the disk itself", e);
        }
    }

    /**
     * The same on a disk that belongs to the node.
     *
     * @param disk the directory of that id
     */
    public MetadataLog open(SimulatedHost host, Disk disk, Loop loop, int nodeId, Uuid directoryId, Endpoint address) {
        return open(host, disk, () -> {}, loop, member(nodeId, directoryId, address));
    }

    private MetadataLog open(SimulatedHost host, Disk disk, Runnable closing, Loop loop, QuorumMember member) {
        member.host = host;
        return new SimulatedMetadataLog(this, member, host, disk, closing, loop);
    }

    private QuorumMember member(int nodeId, Uuid directoryId, Endpoint address) {
        QuorumMember member = member(nodeId, directoryId);
        member.directoryId = directoryId;
        member.address = address;
        return member;
    }

    /** The node that can commit now; for what a test waits for. */
    public OptionalInt leader() {
        return members.stream()
                .filter(member -> member.isActive()
                        && member.leadership != null
                        && member.leadership.firstIndex <= member.commitIndex
                        && member.leadership.hasMajority(LONGEST_PATIENCE))
                .mapToInt(member -> member.nodeId)
                .reduce((one, other) -> other);
    }

    Simulation simulation() {
        return simulation;
    }

    List<QuorumMember> members() {
        return members;
    }

    /** The member of that id and directory, which is new if it was not there. */
    QuorumMember member(int nodeId, Uuid directoryId) {
        for (QuorumMember member : members) {
            if (member.nodeId == nodeId && (member.directoryId == null || member.directoryId.equals(directoryId))) {
                return member;
            }
        }
        QuorumMember created = new QuorumMember(nodeId, members.getFirst().founders());
        for (QuorumMember former : members) {
            if (former.nodeId == nodeId) {
                former.replaced = true;
                created.succeeds |= former.succeeds || created.founders().contains(former);
            }
        }
        members.add(created);
        return created;
    }

    Optional<QuorumMember> find(int nodeId, Uuid directoryId) {
        return members.stream()
                .filter(member -> member.nodeId == nodeId && member.directory().equals(directoryId))
                .findFirst();
    }

    /** A log takes part from now on. */
    void joined(QuorumMember member) {
        member.heard = simulation.now();
        member.patience = patience();
        if (!ticking) {
            ticking = true;
            tick();
        }
    }

    private Duration patience() {
        return dice.between(SHORTEST_PATIENCE, LONGEST_PATIENCE);
    }

    /** What every member looks at now and then. Ends with the last log, so that a world can come to rest. */
    private void tick() {
        members.forEach(this::notice);
        if (members.stream().noneMatch(member -> member.life != null)) {
            ticking = false;
            return;
        }
        for (QuorumMember member : dice.shuffled(members)) {
            if (member.isActive()) {
                look(member);
            }
        }
        simulation.later(dice.between(Duration.ofMillis(10), Duration.ofMillis(30)), this::tick);
    }

    private void notice(QuorumMember member) {
        SimulatedMetadataLog life = member.life;
        if (life != null && !life.isAlive()) {
            member.life = null;
            member.leadership = null;
        }
    }

    private void look(QuorumMember member) {
        SimulatedLeadership leadership = member.leadership;
        if (leadership != null) {
            if (leadership.hasMajority(LONGEST_PATIENCE)) {
                leadership.sendAll();
                if (succession) {
                    succeed(leadership, member);
                }
            } else {
                leadership.end();
            }
        } else if (member.heard.plus(member.patience).compareTo(simulation.now()) < 0) {
            member.patience = patience();
            member.heard = simulation.now().minus(SHORTEST_PATIENCE);
            if (member.leader != null) {
                member.leader = null;
                member.changed();
            }
            if (member.isVoter() && !supporters(member, false).isEmpty()) {
                stand(member, false);
            }
        }
    }

    /** First the member that a node was goes, then the new one comes: one step might leave two disjoint majorities. */
    private void succeed(SimulatedLeadership leadership, QuorumMember leader) {
        List<QuorumMember> voters = leader.voters();
        for (QuorumMember member : members) {
            boolean votes = voters.contains(member);
            List<QuorumMember> next = new ArrayList<>(voters);
            if (member.replaced && votes && voters.size() > 1) {
                next.remove(member);
            } else if (member.succeeds && !member.replaced && !votes && leadership.keepsUp(member)) {
                next.add(member);
            } else {
                continue;
            }
            leadership.change(next, refusal -> {});
            return;
        }
    }

    /**
     * Those who would vote for a member, if they are a majority of the voters.
     *
     * @param agreed whether the leader itself wants it
     */
    private List<QuorumMember> supporters(QuorumMember candidate, boolean agreed) {
        SimulatedNetwork network = simulation.network();
        List<QuorumMember> supporters = new ArrayList<>();
        for (QuorumMember voter : candidate.voters()) {
            boolean reachable = voter == candidate
                    || (voter.isActive()
                            && network.reaches(candidate.machine(), voter.machine())
                            && network.reaches(voter.machine(), candidate.machine()));
            boolean waiting = agreed
                    || voter == candidate
                    || (voter.leadership == null
                            && voter.heard.plus(SHORTEST_PATIENCE).compareTo(simulation.now()) <= 0);
            if (reachable && waiting && !isAhead(voter, candidate)) {
                supporters.add(voter);
            }
        }
        return supporters.size() * 2 > candidate.voters().size() ? supporters : List.of();
    }

    private static boolean isAhead(QuorumMember one, QuorumMember other) {
        return one.lastTerm() != other.lastTerm()
                ? one.lastTerm() > other.lastTerm()
                : one.lastIndex() > other.lastIndex();
    }

    /** Asks for votes in a term that nobody else stands in, and leads if it gets enough. */
    void stand(QuorumMember candidate, boolean agreed) {
        int term = 1 + members.stream().mapToInt(member -> member.term).max().orElse(0);
        candidate.term = term;
        simulation.later(dice.between(Duration.ofMillis(1), Duration.ofMillis(30)), () -> {
            if (!candidate.isActive() || candidate.term != term || candidate.leadership != null) {
                return;
            }
            List<QuorumMember> votes = supporters(candidate, agreed).stream()
                    .filter(voter -> voter == candidate || voter.term < term)
                    .toList();
            if (votes.size() * 2 <= candidate.voters().size()) {
                return;
            }
            for (QuorumMember voter : votes) {
                if (voter != candidate) {
                    follow(voter, null, term);
                }
            }
            simulation.note("quorum", candidate + " leads in term " + term);
            candidate.leader = candidate;
            candidate.leadership = new SimulatedLeadership(this, candidate);
            candidate.changed();
        });
    }

    /** A member has heard of a term, and perhaps of its leader. */
    void follow(QuorumMember member, @Nullable QuorumMember leader, int term) {
        SimulatedLeadership own = member.leadership;
        if (own != null) {
            if (leader != null && own.term == term) {
                throw new IllegalStateException("two lead in term " + term + ": " + member + ", " + leader);
            }
            own.end();
        }
        member.term = term;
        member.heard = simulation.now();
        member.patience = patience();
        if (leader != null && member.leader != leader) {
            member.leader = leader;
            member.changed();
        }
    }
}
