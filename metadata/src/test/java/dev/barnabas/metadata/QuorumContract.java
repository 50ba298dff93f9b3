package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a quorum of several nodes promises when some of them die, come back, come new or go, whoever implements it. */
public abstract class QuorumContract {

    /** Nodes 1, 2 and 3 are the first voters; others observe. */
    public interface World {

        /** Starts a node's process; it was not running. */
        Loop start(int nodeId) throws Exception;

        /** Opens the log of a node that runs, in a directory that is kept; another id is an empty one. */
        MetadataLog open(int nodeId, Uuid directoryId, Loop loop) throws Exception;

        /** Ends a node's process without a word. */
        void kill(int nodeId) throws Exception;

        Endpoint address(int nodeId);

        void execute(Loop loop, Runnable task) throws Exception;

        void await(String what, BooleanSupplier condition);

        void close() throws Exception;
    }

    protected abstract World world() throws Exception;

    private World world;
    private final Map<Integer, Node> nodes = new TreeMap<>();

    /** A node that runs. */
    private record Node(int id, Uuid directoryId, Loop loop, MetadataLog log, RecordingSubscriber subscriber) {

        /** Whether it leads, as its subscriber was told. */
        boolean leads() {
            List<String> events = subscriber.events();
            return events.lastIndexOf("leading") > events.lastIndexOf("following");
        }

        List<String> entries() {
            List<String> entries = new ArrayList<>();
            for (String event : subscriber.events()) {
                if (event.startsWith("restored ")) {
                    entries.clear();
                    entries.addAll(List.of(event.split(" ", 3)[2].split(",")));
                } else if (event.startsWith("committed ")) {
                    entries.add(event.split(" ", 3)[2]);
                }
            }
            return entries;
        }

        long lastOffset() {
            return subscriber.events().stream()
                    .filter(event -> event.startsWith("committed ") || event.startsWith("restored "))
                    .mapToLong(event -> Long.parseLong(event.split(" ")[1]))
                    .max()
                    .orElse(-1);
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        world = world();
        for (int id = 1; id <= 3; id++) {
            start(id);
        }
    }

    @AfterEach
    void cleanUp() throws Exception {
        for (Node node : List.copyOf(nodes.values())) {
            world.execute(node.loop, node.log::close);
        }
        world.close();
    }

    private static Uuid directory(int nodeId) {
        return new Uuid(7, nodeId);
    }

    private Node start(int id) throws Exception {
        return start(id, directory(id));
    }

    private Node start(int id, Uuid directoryId) throws Exception {
        Loop loop = world.start(id);
        Node node = new Node(id, directoryId, loop, world.open(id, directoryId, loop), new RecordingSubscriber());
        nodes.put(id, node);
        world.execute(loop, () -> node.log.subscribe(0, node.subscriber));
        return node;
    }

    private void kill(Node node) throws Exception {
        nodes.remove(node.id);
        world.kill(node.id);
    }

    private Node leader() {
        return leaderOtherThan(null);
    }

    private Node leaderOtherThan(@Nullable Node former) {
        world.await(
                "another leader", () -> nodes.values().stream().anyMatch(node -> node.leads() && !node.equals(former)));
        return nodes.values().stream()
                .filter(node -> node.leads() && !node.equals(former))
                .findFirst()
                .orElseThrow();
    }

    private Node follower() {
        Node leader = leader();
        return nodes.values().stream()
                .filter(node -> !node.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    /** Asks the node for an entry; the answer comes into the queue. */
    private Queue<MetadataLog.Appended> ask(Node node, String entry) throws Exception {
        Queue<MetadataLog.Appended> answers = new ConcurrentLinkedQueue<>();
        world.execute(node.loop, () -> node.log.append(RecordingSubscriber.bytes(entry), answers::add));
        return answers;
    }

    /** Appends by whoever leads, which may change meanwhile, until it is committed. */
    private void append(String... entries) throws Exception {
        for (String entry : entries) {
            boolean committed = false;
            while (!committed) {
                Queue<MetadataLog.Appended> answers = ask(leader(), entry);
                world.await("an answer", () -> !answers.isEmpty());
                committed = answers.peek() instanceof MetadataLog.Appended.Committed;
            }
        }
    }

    private void awaitEntries(Collection<Node> all, String... entries) {
        for (Node node : all) {
            world.await(
                    "node " + node.id + " has " + List.of(entries) + ", now it has " + node.entries(),
                    () -> node.entries().containsAll(List.of(entries)));
        }
        for (Node node : all) {
            assertThat(node.entries()).as("node " + node.id).containsExactly(entries);
        }
    }

    private void snapshot(Node node) throws Exception {
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        long lastOffset = node.lastOffset();
        String state = String.join(",", node.entries());
        world.execute(
                node.loop,
                () -> node.log.snapshot(
                        lastOffset,
                        () -> RecordingSubscriber.bytes(state),
                        fault -> answers.add(String.valueOf(fault))));
        world.await("the snapshot is taken", () -> !answers.isEmpty());
        assertThat(answers).containsExactly("null");
    }

    private Quorum.Description describe(Node node) throws Exception {
        Queue<Quorum.Description> answers = new ConcurrentLinkedQueue<>();
        world.execute(node.loop, () -> node.log.quorum().describe(answers::add));
        world.await("a description", () -> !answers.isEmpty());
        return Objects.requireNonNull(answers.peek());
    }

    private Optional<Refusal> addVoter(Node by, int id, Uuid directoryId) throws Exception {
        Queue<Optional<Refusal>> answers = new ConcurrentLinkedQueue<>();
        Quorum.Voter voter = new Quorum.Voter(id, directoryId, world.address(id));
        world.execute(by.loop, () -> by.log.quorum().addVoter(voter, answers::add));
        world.await("an answer", () -> !answers.isEmpty());
        return answers.remove();
    }

    private Optional<Refusal> removeVoter(Node by, int id, Uuid directoryId) throws Exception {
        Queue<Optional<Refusal>> answers = new ConcurrentLinkedQueue<>();
        world.execute(by.loop, () -> by.log.quorum().removeVoter(id, directoryId, answers::add));
        world.await("an answer", () -> !answers.isEmpty());
        return answers.remove();
    }

    private static List<Integer> ids(List<Quorum.Member> members) {
        return members.stream().map(Quorum.Member::nodeId).sorted().toList();
    }

    private void awaitLeader(Node node, int leader) throws Exception {
        List<OptionalInt> seen = new ArrayList<>();
        world.await("node " + node.id + " knows the leader", () -> {
            try {
                world.execute(node.loop, () -> seen.add(node.log.quorum().leader()));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return seen.getLast().equals(OptionalInt.of(leader));
        });
    }

    @Test
    void allNodesAreDeliveredTheSameAndKnowTheLeader() throws Exception {
        append("a", "b", "c");

        awaitEntries(nodes.values(), "a", "b", "c");
        for (Node node : nodes.values()) {
            awaitLeader(node, leader().id);
        }
    }

    @Test
    void whoDoesNotLeadRefuses() throws Exception {
        Queue<MetadataLog.Appended> answers = ask(follower(), "a");
        world.await("an answer", () -> !answers.isEmpty());

        assertThat(answers.peek())
                .isInstanceOfSatisfying(
                        MetadataLog.Appended.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(MetadataLog.Reason.NOT_LEADING));
    }

    @Test
    void aLeaderThatDiesIsReplacedAndNothingCommittedIsLost() throws Exception {
        append("a", "b");
        Node dead = leader();
        kill(dead);
        append("c");

        awaitEntries(nodes.values(), "a", "b", "c");
        start(dead.id);
        append("d");
        awaitEntries(nodes.values(), "a", "b", "c", "d");
    }

    @Test
    void withoutAMajorityNothingIsCommittedAndNobodyIsToldOtherwise() throws Exception {
        append("a");
        Node lonely = leader();
        List<Node> others =
                nodes.values().stream().filter(node -> !node.equals(lonely)).toList();
        for (Node other : others) {
            kill(other);
        }
        Queue<MetadataLog.Appended> answers = ask(lonely, "lost?");
        world.await("it does not lead any more", () -> !lonely.leads());
        world.await("an answer", () -> !answers.isEmpty());
        assertThat(answers.peek()).isNotInstanceOf(MetadataLog.Appended.Committed.class);
        assertThat(lonely.entries()).containsExactly("a");

        kill(lonely);
        for (Node other : others) {
            start(other.id);
        }
        append("b");
        awaitEntries(nodes.values(), "a", "b");
        start(lonely.id);
        append("c");
        awaitEntries(nodes.values(), "a", "b", "c");
    }

    @Test
    void aNodeThatWasAwayCatchesUpByEntries() throws Exception {
        append("a");
        Node away = follower();
        awaitEntries(List.of(away), "a");
        kill(away);
        append("b", "c");

        awaitEntries(List.of(start(away.id)), "a", "b", "c");
    }

    @Test
    void aNodeThatWasAwayForLongCatchesUpByASnapshot() throws Exception {
        append("a");
        Node away = follower();
        kill(away);
        append("b", "c");
        awaitEntries(nodes.values(), "a", "b", "c");
        for (Node node : nodes.values()) {
            snapshot(node);
        }
        append("d");

        Node back = start(away.id);
        awaitEntries(List.of(back), "a", "b", "c", "d");
        append("e");
        awaitEntries(nodes.values(), "a", "b", "c", "d", "e");
    }

    @Test
    void allNodesStartAgainWithWhatWasCommitted() throws Exception {
        append("a", "b");
        awaitEntries(nodes.values(), "a", "b");
        snapshot(leader());
        append("c");
        for (Node node : List.copyOf(nodes.values())) {
            kill(node);
        }
        for (int id : List.of(3, 1, 2)) {
            start(id);
        }
        append("d");

        awaitEntries(nodes.values(), "a", "b", "c", "d");
    }

    @Test
    void anObserverIsDeliveredEverythingAndDoesNotVote() throws Exception {
        append("a");
        Node observer = start(4);
        append("b");

        awaitEntries(List.of(observer), "a", "b");
        Quorum.Description description = describe(leader());
        assertThat(ids(description.voters())).containsExactly(1, 2, 3);
        assertThat(ids(description.observers())).containsExactly(4);
        kill(observer);
        append("c");
        awaitEntries(List.of(start(4)), "a", "b", "c");
    }

    @Test
    void anObserverBecomesAVoterAndAnObserverAgain() throws Exception {
        append("a");
        Node observer = start(4);
        awaitEntries(List.of(observer), "a");

        assertThat(addVoter(leader(), 4, directory(4))).isEmpty();
        assertThat(ids(describe(leader()).voters())).containsExactly(1, 2, 3, 4);
        assertThat(addVoter(leader(), 4, directory(4)).map(Refusal::error)).contains(ErrorCode.DUPLICATE_VOTER);
        append("b");

        assertThat(removeVoter(leader(), 4, directory(4))).isEmpty();
        assertThat(ids(describe(leader()).voters())).containsExactly(1, 2, 3);
        assertThat(removeVoter(leader(), 4, directory(4)).map(Refusal::error)).contains(ErrorCode.VOTER_NOT_FOUND);
        append("c");
        awaitEntries(nodes.values(), "a", "b", "c");
    }

    @Test
    void onlyTheLeaderChangesTheVoters() throws Exception {
        Node follower = follower();
        awaitLeader(follower, leader().id);

        assertThat(addVoter(follower, 4, directory(4)).map(Refusal::error)).contains(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(removeVoter(follower, 1, directory(1)).map(Refusal::error))
                .contains(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aNodeThatLostItsDiskComesBackAsAnotherMember() throws Exception {
        append("a", "b");
        Node lost = follower();
        awaitEntries(List.of(lost), "a", "b");
        kill(lost);
        Uuid newDirectory = new Uuid(8, lost.id);
        Node back = start(lost.id, newDirectory);
        awaitEntries(List.of(back), "a", "b");
        assertThat(describe(leader()).observers())
                .extracting(Quorum.Member::directoryId)
                .containsExactly(newDirectory);

        assertThat(removeVoter(leader(), lost.id, lost.directoryId)).isEmpty();
        assertThat(addVoter(leader(), lost.id, newDirectory)).isEmpty();
        append("c");

        awaitEntries(nodes.values(), "a", "b", "c");
        Quorum.Description description = describe(leader());
        assertThat(ids(description.voters())).containsExactly(1, 2, 3);
        assertThat(description.voters())
                .extracting(Quorum.Member::directoryId)
                .contains(newDirectory)
                .doesNotContain(lost.directoryId);
        assertThat(description.observers()).isEmpty();
    }

    @Test
    void aLeaderThatResignsIsReplaced() throws Exception {
        append("a");
        Node former = leader();
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        world.execute(former.loop, () -> former.log.quorum().resign(() -> answers.add("resigned")));
        world.await("it has resigned", () -> !answers.isEmpty());

        Node next = leaderOtherThan(former);
        world.await("it has heard of it", () -> !former.leads());
        awaitLeader(former, next.id);
        append("b");
        awaitEntries(nodes.values(), "a", "b");
    }

    @Test
    void whoDoesNotLeadNeedNotResign() throws Exception {
        Node follower = follower();
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        world.execute(follower.loop, () -> follower.log.quorum().resign(() -> answers.add("resigned")));

        world.await("an answer", () -> !answers.isEmpty());
    }

    @Test
    void theLeaderDescribesTheQuorumAsItIs() throws Exception {
        append("a", "b");
        awaitEntries(nodes.values(), "a", "b");
        Node leader = leader();
        Node dead = follower();
        kill(dead);
        append("c", "d");

        long end = leader.lastOffset() + 1;
        Quorum.Description description = describe(leader);
        assertThat(description.leader()).hasValue(leader.id);
        assertThat(description.leaderEpoch()).isPositive();
        assertThat(description.highWatermark()).isGreaterThanOrEqualTo(end);
        assertThat(ids(description.voters())).containsExactly(1, 2, 3);
        for (Quorum.Member voter : description.voters()) {
            assertThat(voter.directoryId()).isEqualTo(directory(voter.nodeId()));
            if (voter.nodeId() == dead.id) {
                assertThat(voter.logEndOffset()).isLessThan(end);
            } else if (voter.nodeId() == leader.id) {
                assertThat(voter.logEndOffset()).isGreaterThanOrEqualTo(end);
                assertThat(voter.lastFetchMs()).isPositive();
            } else {
                assertThat(voter.logEndOffset()).isGreaterThanOrEqualTo(end);
                assertThat(voter.lastFetchMs()).isPositive();
                assertThat(voter.lastCaughtUpMs()).isPositive();
            }
        }
    }

    @Test
    void manyEntriesAtOnceStayInOrder() throws Exception {
        Node leader = leader();
        Queue<MetadataLog.Appended> answers = new ConcurrentLinkedQueue<>();
        String[] entries =
                IntStream.range(0, 500).mapToObj(number -> "e" + number).toArray(String[]::new);
        world.execute(leader.loop, () -> {
            for (String entry : entries) {
                leader.log.append(RecordingSubscriber.bytes(entry), answers::add);
            }
        });
        world.await("all answers", () -> answers.size() == entries.length);

        assertThat(answers).allMatch(answer -> answer instanceof MetadataLog.Appended.Committed);
        awaitEntries(nodes.values(), entries);
    }
}
