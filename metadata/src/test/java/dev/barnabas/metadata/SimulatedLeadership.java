package dev.barnabas.metadata;

import dev.barnabas.metadata.QuorumMember.Image;
import dev.barnabas.metadata.QuorumMember.Item;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.SimulatedNetwork;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One term of one leader of a {@link SimulatedQuorum}: sends what it has to all others, and commits what a majority of
 * voters has synced. It may go on for a while when another one leads already; then nothing of it is committed any more.
 */
final class SimulatedLeadership {

    private static final int BATCH = 64;
    private static final Duration AGAIN = Duration.ofMillis(150);

    private final SimulatedQuorum quorum;
    private final Simulation simulation;
    private final QuorumMember self;
    final int term;
    /** Of the entry with which the term begins: when it is committed, so is everything before it. */
    final long firstIndex;

    private final Map<QuorumMember, Peer> peers = new LinkedHashMap<>();
    private long changeIndex = -1;
    private @Nullable Consumer<Optional<Refusal>> changed;

    SimulatedLeadership(SimulatedQuorum quorum, QuorumMember self) {
        this.quorum = quorum;
        this.simulation = quorum.simulation();
        this.self = self;
        this.term = self.term;
        this.firstIndex = append(null, null);
    }

    /** How far another one is. */
    static final class Peer {
        private long nextIndex;
        long matchIndex = -1;
        Duration answered;
        Duration caughtUp = Duration.ZERO;
        private Duration sendAgain = Duration.ZERO;

        private Peer(long nextIndex, Duration now) {
            this.nextIndex = nextIndex;
            this.answered = now;
        }
    }

    private record Message(
            long previousIndex,
            int previousTerm,
            List<Item> items,
            @Nullable Image image,
            long commit) {

        long lastIndex() {
            return image != null ? image.lastIndex() : previousIndex + items.size();
        }
    }

    boolean holds() {
        return self.leadership == this;
    }

    private boolean isActive() {
        return holds() && self.isActive();
    }

    Peer peer(QuorumMember member) {
        return peers.computeIfAbsent(member, absent -> new Peer(self.lastIndex() + 1, simulation.now()));
    }

    /** Whether a majority of the voters has answered lately. */
    boolean hasMajority(Duration within) {
        long answering = self.voters().stream()
                .filter(voter ->
                        voter == self || peer(voter).answered.plus(within).compareTo(simulation.now()) >= 0)
                .count();
        return answering * 2 > self.voters().size();
    }

    /** Whether it has what is committed: a voter that lacks everything would hold up all that is to be. */
    boolean keepsUp(QuorumMember member) {
        return member.isActive() && peer(member).matchIndex >= self.commitIndex;
    }

    long append(@Nullable ByteBuffer content, @Nullable List<QuorumMember> voters) {
        Item item = self.append(term, content, voters);
        SimulatedMetadataLog life = self.life;
        if (life != null) {
            life.storage().write(List.of(item), () -> {
                if (holds()) {
                    commit();
                }
            });
        }
        simulation.later(Duration.ZERO, this::sendAll);
        return item.index();
    }

    void sendAll() {
        if (isActive()) {
            quorum.members().stream()
                    .filter(member -> member != self && member.host != null)
                    .forEach(this::send);
        }
    }

    private void send(QuorumMember to) {
        Peer peer = peer(to);
        if (peer.sendAgain.compareTo(simulation.now()) > 0) {
            return;
        }
        peer.sendAgain = simulation.now().plus(AGAIN);
        Message message = message(peer);
        travel(self.machine(), to.machine(), () -> to.isActive(), () -> receive(to, message));
    }

    private Message message(Peer peer) {
        long previous = peer.nextIndex - 1;
        int previousTerm = previous < 0 ? 0 : self.termAt(previous);
        if (previousTerm < 0 || (previous < 0 && self.image().isPresent())) {
            return new Message(-1, 0, List.of(), self.image().orElseThrow(), self.commitIndex);
        }
        return new Message(previous, previousTerm, self.from(peer.nextIndex, BATCH), null, self.commitIndex);
    }

    /** What is lost on the way is sent again. */
    private void travel(SimulatedHost from, SimulatedHost to, BooleanSupplier there, Runnable arrival) {
        SimulatedNetwork network = simulation.network();
        if (network.reaches(from, to)) {
            simulation.later(network.delay(from, to), () -> {
                if (network.reaches(from, to) && there.getAsBoolean()) {
                    arrival.run();
                }
            });
        }
    }

    private void receive(QuorumMember to, Message message) {
        if (to.term > term) {
            answer(to, () -> overtaken(to.term));
            return;
        }
        quorum.follow(to, self, term);
        SimulatedMetadataLog life = to.life;
        if (life == null) {
            return;
        }
        if (!fits(to, message)) {
            long last = to.lastIndex();
            answer(to, () -> missing(to, last));
            return;
        }
        Runnable stable = () -> stored(to, life, message);
        Image image = message.image;
        if (image != null && image.lastIndex() > to.commitIndex) {
            to.install(image);
            life.storage().writeAnew(stable);
        } else {
            List<Item> accepted = image == null ? to.accept(message.items) : List.of();
            if (accepted.isEmpty() && to.syncedIndex >= message.lastIndex()) {
                stable.run();
                return;
            }
            life.storage().write(accepted, stable);
        }
        // How long a disk takes says nothing about whether its node is there.
        answer(to, () -> heard(to));
    }

    private static boolean fits(QuorumMember to, Message message) {
        long previous = message.previousIndex;
        return message.image != null
                || previous < 0
                || to.image().filter(own -> own.lastIndex() > previous).isPresent()
                || to.termAt(previous) == message.previousTerm;
    }

    /** What a message has brought is on stable storage, unless another leader has replaced it. */
    private void stored(QuorumMember to, SimulatedMetadataLog life, Message message) {
        if (to.term > term || to.life != life || !to.isActive()) {
            return;
        }
        long matched = message.lastIndex();
        to.commitIndex = Math.max(to.commitIndex, Math.min(message.commit, matched));
        to.changed();
        answer(to, () -> answered(to, matched));
    }

    private void answer(QuorumMember from, Runnable arrival) {
        travel(from.machine(), self.machine(), this::isActive, arrival);
    }

    private void overtaken(int newerTerm) {
        self.term = Math.max(self.term, newerTerm);
        end();
    }

    private void heard(QuorumMember by) {
        peer(by).answered = simulation.now();
    }

    private void missing(QuorumMember by, long lastIndex) {
        Peer peer = peer(by);
        peer.answered = simulation.now();
        peer.sendAgain = Duration.ZERO;
        peer.nextIndex = Math.max(peer.matchIndex + 1, Math.min(peer.nextIndex - 1, lastIndex + 1));
        send(by);
    }

    private void answered(QuorumMember by, long index) {
        Peer peer = peer(by);
        peer.answered = simulation.now();
        peer.sendAgain = Duration.ZERO;
        peer.matchIndex = Math.max(peer.matchIndex, index);
        peer.nextIndex = Math.max(peer.nextIndex, peer.matchIndex + 1);
        if (peer.matchIndex == self.lastIndex()) {
            peer.caughtUp = peer.answered;
        }
        commit();
        if (peer.nextIndex <= self.lastIndex()) {
            send(by);
        } else {
            // The next one tells that more is committed, and shows that this one still leads.
            peer.sendAgain = simulation.now().plus(SimulatedQuorum.HEARTBEAT);
        }
    }

    private void commit() {
        List<Long> matches = new ArrayList<>();
        for (QuorumMember voter : self.voters()) {
            matches.add(voter == self ? self.syncedIndex : peer(voter).matchIndex);
        }
        matches.sort(null);
        long majority = matches.get((matches.size() - 1) / 2);
        if (majority > self.commitIndex && self.termAt(majority) == term) {
            self.commitIndex = majority;
            self.changed();
            peers.values().forEach(peer -> peer.sendAgain = Duration.ZERO);
            simulation.later(Duration.ZERO, this::sendAll);
            if (changeIndex >= 0 && majority >= changeIndex) {
                changeIndex = -1;
                answerChange(Optional.empty());
                if (!self.isVoter()) {
                    end();
                }
            }
        }
    }

    /** Makes these the voters. One change at a time: every majority before shares a voter with every one after it. */
    void change(List<QuorumMember> voters, Consumer<Optional<Refusal>> then) {
        if (changed != null) {
            then.accept(Optional.of(
                    new Refusal(ErrorCode.REQUEST_TIMED_OUT, "another change of the voters is under way; try again")));
            return;
        }
        changed = then;
        changeIndex = append(null, List.copyOf(voters));
    }

    private void answerChange(Optional<Refusal> refusal) {
        Consumer<Optional<Refusal>> then = changed;
        changed = null;
        if (then != null) {
            then.accept(refusal);
        }
    }

    /** This node knows that it does not lead any more. */
    void end() {
        if (!holds()) {
            return;
        }
        self.leadership = null;
        self.leader = null;
        self.heard = simulation.now();
        answerChange(Optional.of(new Refusal(ErrorCode.REQUEST_TIMED_OUT, "leadership was lost meanwhile")));
        self.changed();
    }
}
