package dev.barnabas.broker;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.ClusterSettings;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.SettingsReader;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node on a simulated machine, and machines for its clients. The node starts again whenever its machine does. */
final class SimulatedCluster {

    static final String ADDRESS = "node:9092";

    private final Simulation simulation;
    private final SimulatedHost node;
    private @Nullable Broker broker;

    SimulatedCluster(Simulation simulation, String... settings) {
        this.simulation = simulation;
        this.node = simulation.addHost("node", 2);
        Settings accepted = settings(settings);
        node.run(host -> Broker.start(host, accepted, new Broker.Starting() {
            @Override
            public void started(Broker started) {
                broker = started;
                simulation.note("node", "serving");
            }

            @Override
            public void failed(String why) {
                simulation.note("node", "not started: " + why);
                // As an operator would: the machine is looked at and started again when the faults are over.
                node.crash();
            }

            @Override
            public void halted(String why) {
                simulation.note("node", "halted: " + why);
                node.crash();
            }
        }));
    }

    SimulatedHost node() {
        return node;
    }

    /** What an operator sees. */
    Observation observe() {
        Broker started = broker;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        List<Observation> seen = new ArrayList<>();
        started.observe(seen::add);
        simulation.runUntil("observed", () -> !seen.isEmpty(), Duration.ofMinutes(1));
        return seen.getFirst();
    }

    Cluster client(String name) {
        SimulatedHost host = simulation.addHost(name, 1);
        return new Cluster(
                host, host.loops().getFirst(), ClusterSettings.of(ADDRESS).withClientId(name));
    }

    Admin admin(String name) {
        return new Admin(client(name));
    }

    private static Settings settings(String... given) {
        SettingsReader reader = new SettingsReader()
                .set("listeners=PLAINTEXT://node:9092")
                .set("num.partitions=3")
                .set("offsets.topic.num.partitions=3")
                .set("group.initial.rebalance.delay.ms=100");
        List.of(given).forEach(reader::set);
        return switch (reader.read()) {
            case Reading.Accepted accepted -> accepted.settings();
            case Reading.Refused refused -> throw new IllegalArgumentException(refused.toString());
        };
    }
}
