package dev.barnabas.metadata.ratis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.Quorum;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a quorum begins, grows and moves. */
final class GrowthTest {

    @TempDir
    private Path folder = Path.of("");

    private RatisWorld world;

    @BeforeEach
    void prepare() throws Exception {
        world = new RatisWorld(folder, 3);
    }

    @AfterEach
    void cleanUp() throws Exception {
        world.close();
    }

    /** Writes down what comes. */
    private static final class Node implements MetadataLog.Subscriber {

        private final Queue<String> events = new ConcurrentLinkedQueue<>();

        @Override
        public void restored(long lastOffset, ByteBuffer state) {
            events.add("restored " + lastOffset + " " + UTF_8.decode(state.duplicate()));
        }

        @Override
        public void committed(long offset, ByteBuffer entry) {
            events.add(UTF_8.decode(entry.duplicate()).toString());
        }

        @Override
        public void leading() {
            events.add("leading");
        }

        @Override
        public void following() {}

        @Override
        public void leaderChanged() {}

        @Override
        public void failed(IOException fault) {
            events.add("failed");
        }
    }

    private QuorumSettings settings(
            int id, Endpoint address, Map<Integer, Endpoint> voters, List<Endpoint> bootstrap, String seed) {
        return new QuorumSettings(
                id,
                new Uuid(7, id),
                folder.resolve("node-" + id),
                address,
                address,
                voters,
                bootstrap,
                QuorumSettings.USUAL_FETCH_TIMEOUT,
                seed.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new QuorumSettings.Seed(41, ByteBuffer.wrap(seed.getBytes(UTF_8)))));
    }

    private RatisMetadataLog start(QuorumSettings settings, Node node) throws Exception {
        Loop loop = world.start(settings.nodeId());
        RatisMetadataLog log = world.open(settings, loop);
        world.execute(loop, () -> log.subscribe(0, node));
        return log;
    }

    private void append(int nodeId, RatisMetadataLog log, String entry) throws Exception {
        Queue<MetadataLog.Appended> answers = new ConcurrentLinkedQueue<>();
        world.execute(world.start(nodeId), () -> log.append(ByteBuffer.wrap(entry.getBytes(UTF_8)), answers::add));
        world.await("an answer", () -> !answers.isEmpty());
        assertThat(answers.peek()).isInstanceOf(MetadataLog.Appended.Committed.class);
    }

    @Test
    void aSingleNodeGrowsIntoAClusterWithItsState() throws Exception {
        Node first = new Node();
        Endpoint firstAddress = world.address(1);
        RatisMetadataLog leader = start(settings(1, firstAddress, Map.of(), List.of(), "state"), first);
        world.await("it leads", () -> first.events.contains("leading"));
        append(1, leader, "a");
        Node second = new Node();
        RatisMetadataLog other = start(settings(2, world.address(2), Map.of(), List.of(firstAddress), ""), second);
        world.await("the other has it all", () -> second.events.contains("a"));

        assertThat(first.events).containsExactly("restored 41 state", "leading", "a");
        assertThat(second.events).containsExactly("restored 41 state", "a");

        Queue<Optional<Refusal>> answers = new ConcurrentLinkedQueue<>();
        Quorum.Voter voter = new Quorum.Voter(2, new Uuid(7, 2), other.address());
        world.execute(world.start(1), () -> leader.quorum().addVoter(voter, answers::add));
        world.await("it is added", () -> !answers.isEmpty());
        assertThat(answers.remove()).isEmpty();
        append(1, leader, "b");
        world.await("the other has it", () -> second.events.contains("b"));
    }

    @Test
    void allNodesComeBackAtOtherPorts() throws Exception {
        Map<Integer, Endpoint> voters = Map.of(1, world.address(1), 2, world.address(2), 3, world.address(3));
        List<Node> nodes = List.of(new Node(), new Node(), new Node());
        for (int id = 1; id <= 3; id++) {
            start(settings(id, world.address(id), voters, List.of(), ""), nodes.get(id - 1));
        }
        world.await("one leads", () -> nodes.stream().anyMatch(node -> node.events.contains("leading")));
        for (int id = 1; id <= 3; id++) {
            world.kill(id);
        }

        Map<Integer, Endpoint> moved =
                Map.of(1, RatisWorld.freePort(), 2, RatisWorld.freePort(), 3, RatisWorld.freePort());
        List<Node> again = List.of(new Node(), new Node(), new Node());
        for (int id = 1; id <= 3; id++) {
            start(settings(id, Objects.requireNonNull(moved.get(id)), moved, List.of(), ""), again.get(id - 1));
        }
        world.await("one leads again", () -> again.stream().anyMatch(node -> node.events.contains("leading")));
    }

    @Test
    void oneNodeComesBackAtAnotherPortAndTellsTheOthers() throws Exception {
        Map<Integer, Endpoint> voters = Map.of(1, world.address(1), 2, world.address(2), 3, world.address(3));
        List<Node> nodes = List.of(new Node(), new Node(), new Node());
        List<RatisMetadataLog> logs = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            logs.add(start(settings(id, world.address(id), voters, List.of(), ""), nodes.get(id - 1)));
        }
        world.await("one leads", () -> nodes.stream().anyMatch(node -> node.events.contains("leading")));
        int leader = nodes.get(0).events.contains("leading")
                ? 1
                : nodes.get(1).events.contains("leading") ? 2 : 3;
        int mover = leader == 3 ? 1 : 3;
        world.kill(mover);
        Node back = new Node();
        start(settings(mover, RatisWorld.freePort(), voters, List.of(), ""), back);
        append(leader, logs.get(leader - 1), "a");

        world.await("it has heard of it", () -> back.events.contains("a"));
    }
}
