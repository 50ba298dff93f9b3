package dev.barnabas.broker;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.ClusterSettings;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.SimulatedQuorum;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.SettingsReader;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Nodes on simulated machines, and machines for their clients. A node starts again whenever its machine does. One node
 * is alone, with a metadata log of its own; several share a simulated quorum.
 */
final class SimulatedCluster {

    private static final Duration ATTENTION = Duration.ofSeconds(7);

    private final Simulation simulation;
    private final List<SimulatedHost> nodes = new ArrayList<>();
    private final Map<SimulatedHost, Broker> brokers = new LinkedHashMap<>();
    private final @Nullable SimulatedQuorum quorum;
    private final String[] settings;

    /** One node that is alone. */
    SimulatedCluster(Simulation simulation, String... settings) {
        this.simulation = simulation;
        this.quorum = null;
        this.settings = settings;
        SimulatedHost host = simulation.addHost("node", 2);
        start(host, MetadataLogs.EMBEDDED, settings(1, "node", settings));
    }

    private SimulatedCluster(Simulation simulation, int size, String... settings) {
        this.simulation = simulation;
        this.settings = settings;
        List<Integer> ids = IntStream.rangeClosed(1, size).boxed().toList();
        SimulatedQuorum founded = new SimulatedQuorum(simulation, ids);
        founded.letReplacedVotersVote();
        this.quorum = founded;
        ids.forEach(id -> add(id, founded));
    }

    /** One more node for a cluster of several: it has no vote. */
    SimulatedHost add(int id) {
        if (quorum == null) {
            throw new IllegalStateException("the only node keeps its metadata alone");
        }
        return add(id, quorum);
    }

    private SimulatedHost add(int id, SimulatedQuorum joined) {
        SimulatedHost host = simulation.addHost("node" + id, 2);
        start(host, new InQuorum(joined, host), settings(id, host.name(), settings));
        return host;
    }

    /**
     * Several nodes, each of which votes.
     *
     * @param settings {@code name=value}; {@code {id}} stands for the id of each node
     */
    static SimulatedCluster of(Simulation simulation, int size, String... settings) {
        return new SimulatedCluster(simulation, size, settings);
    }

    private record InQuorum(SimulatedQuorum quorum, SimulatedHost host) implements MetadataLogs {

        @Override
        public boolean isShared() {
            return true;
        }

        @Override
        public void open(Place place, Disk.Completion<MetadataLog> then) {
            then.done(quorum.open(
                    host,
                    place.disk(),
                    place.loop(),
                    place.nodeId(),
                    place.directoryId(),
                    new Endpoint(host.name(), 9093)));
        }
    }

    private void start(SimulatedHost node, MetadataLogs metadataLogs, Settings settings) {
        nodes.add(node);
        node.run(host -> {
            brokers.remove(node);
            Broker.start(host, settings, LogLevels.none(), metadataLogs, new Broker.Starting() {
                @Override
                public void started(Broker started) {
                    brokers.put(node, started);
                    simulation.note(node.name(), "serving");
                }

                @Override
                public void failed(String why) {
                    simulation.note(node.name(), "not started: " + why);
                    lookAfter(node);
                }

                @Override
                public void halted(String why) {
                    simulation.note(node.name(), "halted: " + why);
                    lookAfter(node);
                }
            });
        });
    }

    /** What has stopped by itself is started again by somebody, after a while. */
    private void lookAfter(SimulatedHost node) {
        int life = node.lives();
        node.crash();
        if (!isAlone()) {
            simulation.later(ATTENTION, () -> {
                if (!node.isUp() && node.lives() == life) {
                    node.startAgain();
                }
            });
        }
    }

    /** Whether there is one node only, with a metadata log of its own. */
    boolean isAlone() {
        return quorum == null;
    }

    /** The only node, or the first. */
    SimulatedHost node() {
        return nodes.getFirst();
    }

    /** The nodes' ids: 1 and so on. */
    List<Integer> ids() {
        return IntStream.rangeClosed(1, nodes.size()).boxed().toList();
    }

    List<SimulatedHost> nodes() {
        return List.copyOf(nodes);
    }

    /** What runs on a machine now, once it has started. */
    Optional<Broker> broker(SimulatedHost node) {
        return Optional.ofNullable(brokers.get(node));
    }

    /** Whether all nodes have started. */
    boolean isServing() {
        return nodes.stream().allMatch(node -> node.isUp() && brokers.containsKey(node));
    }

    /** What an operator sees of the first node. */
    Observation observe() {
        Broker started = broker(node()).orElseThrow(() -> new IllegalStateException("not started"));
        List<Observation> seen = new ArrayList<>();
        started.observe(seen::add);
        simulation.runUntil("observed", () -> !seen.isEmpty(), Duration.ofMinutes(1));
        return seen.getFirst();
    }

    Cluster client(String name) {
        SimulatedHost host = simulation.addHost(name, 1);
        String addresses = nodes.stream().map(node -> node.name() + ":9092").collect(Collectors.joining(","));
        return new Cluster(
                host, host.loops().getFirst(), ClusterSettings.of(addresses).withClientId(name));
    }

    Admin admin(String name) {
        return new Admin(client(name));
    }

    private static Settings settings(int id, String host, String... given) {
        SettingsReader reader = new SettingsReader()
                .set("node.id=" + id)
                .set("listeners=PLAINTEXT://" + host + ":9092")
                .set("num.partitions=3")
                .set("offsets.topic.num.partitions=3")
                .set("group.initial.rebalance.delay.ms=100");
        List.of(given).forEach(setting -> reader.set(setting.replace("{id}", String.valueOf(id))));
        return switch (reader.read()) {
            case Reading.Accepted accepted -> accepted.settings();
            case Reading.Refused refused -> throw new IllegalArgumentException(refused.toString());
        };
    }
}
