package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The image on nodes that lead and on nodes that follow. */
final class ClusterMetadataQuorumTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(1);
    private final SimulatedQuorum quorum = new SimulatedQuorum(simulation, List.of(1, 2, 3));
    private final Map<Integer, Node> nodes = new TreeMap<>();

    /** What one process knows; tests read it between the events of the simulation. */
    private final class Node {

        private final SimulatedHost host;
        private final Loop loop;
        private final ClusterMetadata metadata;
        private final List<ImageUpdate> updates = new ArrayList<>();
        private boolean ready;
        private boolean leads;
        private OptionalInt leader = OptionalInt.empty();

        Node(SimulatedHost host, int id) {
            this.host = host;
            this.loop = host.loops().getFirst();
            MetadataLog log = quorum.open(host, loop, id, new Uuid(7, id), new Endpoint(host.name(), 9093));
            Controller controller = new Controller(BrokerSettings.defaults(), host.entropy());
            this.metadata = new ClusterMetadata(loop, log, controller, 3_000, fault -> {
                throw simulation.failure("a fault", fault);
            });
            nodes.put(id, this);
        }

        void start() {
            metadata.onLeaderChange(() -> {
                leads = metadata.leads();
                leader = metadata.leader();
            });
            metadata.subscribe(loop, updates::add);
            metadata.start(() -> ready = true);
        }

        ClusterImage image() {
            return updates.getLast().image();
        }
    }

    @BeforeEach
    void prepare() {
        for (int id = 1; id <= 3; id++) {
            start(id);
        }
        simulation.runUntil("all are ready", () -> allReady(3), LIMIT);
    }

    private SimulatedHost start(int id) {
        SimulatedHost host = simulation.addHost("n" + id, 1);
        host.run(self -> new Node(self, id).start());
        return host;
    }

    private boolean allReady(int count) {
        return nodes.size() == count && nodes.values().stream().allMatch(node -> node.ready);
    }

    private Node leader() {
        simulation.runUntil(
                "one leads", () -> nodes.values().stream().anyMatch(node -> node.host.isUp() && node.leads), LIMIT);
        return nodes.values().stream()
                .filter(node -> node.host.isUp() && node.leads)
                .findFirst()
                .orElseThrow();
    }

    private <A> Answer<A> submit(Node node, Wish<A> wish) {
        List<Answer<A>> answers = new ArrayList<>();
        node.metadata.submit(wish, node.loop, answers::add);
        simulation.runUntil("an answer", () -> !answers.isEmpty(), LIMIT);
        return answers.getFirst();
    }

    private static CreateTopic topic(String name) {
        return new CreateTopic(name, 1, 1, List.of(), Map.of(), false);
    }

    private static boolean has(Node node, String topic) {
        return node.image().topic(topic).isPresent();
    }

    /** Registers a broker, which may have replicas then. */
    private void letBrokerIn(Node leader) {
        if (!(submit(leader, Given.registration(1, 1, -1)) instanceof Answer.Granted<Broker>(Broker broker))) {
            throw new AssertionError("not registered");
        }
        submit(leader, new BrokerHeartbeat(1, broker.epoch(), broker.epoch(), false, false, List.of(), List.of()));
    }

    @Test
    void allNodesAreReadyInTheSameClusterAndKnowWhoLeads() {
        Node leader = leader();

        simulation.runUntil(
                "all know",
                () -> nodes.values().stream()
                        .allMatch(node -> node.leader.equals(leader.leader)
                                && node.image()
                                        .clusterId()
                                        .equals(leader.image().clusterId())),
                LIMIT);
        assertThat(leader.image().clusterId()).isNotEmpty();
        assertThat(nodes.values()).filteredOn(node -> node.leads).hasSize(1);
    }

    @Test
    void whatTheLeaderGrantsIsInEverybodysImage() {
        Node leader = leader();
        letBrokerIn(leader);
        assertThat(submit(leader, topic("a"))).isInstanceOf(Answer.Granted.class);

        simulation.runUntil("all have it", () -> nodes.values().stream().allMatch(node -> has(node, "a")), LIMIT);
    }

    @Test
    void aNewLeaderIsMadeKnownAndGrants() {
        Node former = leader();
        former.host.powerLoss();
        Node next = leader();
        simulation.runUntil(
                "the others know",
                () -> nodes.values().stream()
                        .filter(node -> node != former)
                        .allMatch(node -> node.leader.equals(next.leader)),
                LIMIT);

        assertThat(submit(next, Given.registration(1, 1, -1))).isInstanceOf(Answer.Granted.class);
    }

    @Test
    void aNodeThatIsRestoredFromASnapshotTellsItsListenersOfEverything() {
        Node leader = leader();
        letBrokerIn(leader);
        for (int number = 0; number < 100; number++) {
            submit(leader, topic("t" + number));
        }
        start(4);
        simulation.runUntil("it is ready", () -> allReady(4), LIMIT);
        Node observer = Objects.requireNonNull(nodes.get(4));
        simulation.runUntil("it has all", () -> has(observer, "t99"), LIMIT);

        Uuid first = observer.image().topic("t0").orElseThrow().id();
        assertThat(observer.updates)
                .anyMatch(update ->
                        update.topics().contains(first) && update.brokers().contains(1));
        assertThat(observer.leads).isFalse();
    }
}
