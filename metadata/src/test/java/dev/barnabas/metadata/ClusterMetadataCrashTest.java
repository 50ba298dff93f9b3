package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A node creates and deletes topics, gives out producer ids and takes snapshots while it loses power. What was granted
 * is there afterwards; nothing is given out twice.
 */
final class ClusterMetadataCrashTest {

    @Test
    void whatWasGrantedIsThereAfterwards() {
        Seeds.check(100, simulation -> new Run(simulation).run());
    }

    private static final class Run {

        private final Simulation simulation;
        private final SimulatedHost host;
        private final Dice dice;

        /** What is certain: the topic of that name, or null if there is none. Names whose wish is open are missing. */
        private final Map<String, @Nullable Uuid> certain = new TreeMap<>();

        private String clusterId = "";
        private long nextProducerId;
        private int starts;

        Run(Simulation simulation) {
            this.simulation = simulation;
            this.host = simulation.addHost("n1", 2);
            this.dice = simulation.dice("wishes");
        }

        void run() {
            host.run(machine -> new Life().start());
            for (int life = 0; life < 8; life++) {
                if (dice.chance(0.5)) {
                    host.crashAtDiskOperation(dice.magnitude(1, 60), SimulatedHost.Crash.POWER);
                }
                simulation.runFor(dice.between(Duration.ofMillis(1), Duration.ofMillis(200)));
                host.powerLoss();
                host.cancelPlannedCrash();
                host.restart();
            }
            int before = starts;
            simulation.runUntil("it is up a last time", () -> starts > before, Duration.ofMinutes(1));
        }

        private final class Life {

            private final Loop loop = host.loops().get(0);
            private final Loop clients = host.loops().get(1);

            void start() {
                try {
                    EmbeddedMetadataLog.open(
                            host.disk("data"), "metadata", 1, Uuid.ZERO, loop, new Disk.Completion<>() {
                                @Override
                                public void done(EmbeddedMetadataLog log) {
                                    Controller controller = new Controller(BrokerSettings.defaults(), host.entropy());
                                    ClusterMetadata metadata =
                                            new ClusterMetadata(loop, log, controller, 3_000, fault -> {
                                                throw simulation.failure("a fault", fault);
                                            });
                                    metadata.start(() -> started(metadata));
                                }

                                @Override
                                public void failed(IOException fault) {
                                    throw simulation.failure("the log cannot be opened", fault);
                                }
                            });
                } catch (IOException fault) {
                    throw simulation.failure("the disk cannot be opened", fault);
                }
            }

            private void started(ClusterMetadata metadata) {
                ClusterImage image = metadata.image();
                require(clusterId.isEmpty() || clusterId.equals(image.clusterId()), "another cluster");
                clusterId = image.clusterId();
                require(image.nextProducerId() >= nextProducerId, "producer ids are given out again");
                certain.forEach((name, id) -> require(
                        image.topic(name).map(topic -> topic.id().equals(id)).orElse(id == null),
                        name + " should be " + id + " but is " + image.topic(name)));
                starts++;
                metadata.submit(Given.registration(1, starts, -1, new Uuid(3, 3)), clients, answer -> {
                    Broker broker = granted(answer);
                    BrokerHeartbeat letIn =
                            new BrokerHeartbeat(1, broker.epoch(), broker.epoch(), false, false, List.of(), List.of());
                    metadata.submit(letIn, clients, state -> {
                        require(!granted(state).fenced(), "the broker is not let in");
                        for (int client = 0; client < 3; client++) {
                            wish(metadata, broker, client);
                        }
                    });
                });
            }

            private void wish(ClusterMetadata metadata, Broker broker, int client) {
                String name = "topic-" + client + "-" + dice.nextInt(5);
                switch (dice.nextInt(3)) {
                    case 0 -> {
                        certain.remove(name);
                        metadata.submit(CreateTopic.withDefaults(name), clients, answer -> {
                            if (answer instanceof Answer.Granted<CreateTopic.Created>(CreateTopic.Created created)) {
                                certain.put(name, created.topic().id());
                            }
                            wish(metadata, broker, client);
                        });
                    }
                    case 1 -> {
                        certain.remove(name);
                        metadata.submit(new DeleteTopic(name, Uuid.ZERO), clients, answer -> {
                            certain.put(name, null);
                            wish(metadata, broker, client);
                        });
                    }
                    default ->
                        metadata.submit(new AllocateProducerIds(1, broker.epoch()), clients, answer -> {
                            AllocateProducerIds.Block block = granted(answer);
                            require(block.first() >= nextProducerId, "producer ids are given out again");
                            nextProducerId = block.first() + block.count();
                            wish(metadata, broker, client);
                        });
                }
            }

            private <A> A granted(Answer<A> answer) {
                return switch (answer) {
                    case Answer.Granted<A>(A value) -> value;
                    case Answer.Refused<A>(Refusal refusal) -> throw simulation.failure("refused: " + refusal, null);
                };
            }

            private void require(boolean condition, String otherwise) {
                if (!condition) {
                    throw simulation.failure(otherwise, null);
                }
            }
        }
    }
}
