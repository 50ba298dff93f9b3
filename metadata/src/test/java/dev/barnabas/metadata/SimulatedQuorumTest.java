package dev.barnabas.metadata;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.TestBed;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;

final class SimulatedQuorumTest {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Nested
    final class OfOneVoter extends MetadataLogContract {

        private @Nullable SimulatedQuorum quorum;

        @Override
        protected TestBed bed() {
            SimulatedBed bed = new SimulatedBed(1);
            quorum = new SimulatedQuorum(bed.simulation(), List.of(1));
            return bed;
        }

        @Override
        protected MetadataLog open(TestBed world, Loop owner) {
            return Objects.requireNonNull(quorum)
                    .open(((SimulatedBed) world).host(), owner, 1, new Uuid(7, 1), new Endpoint("n1", 9093));
        }
    }

    /** The others hand leadership over to the first as soon as they have it. */
    @Nested
    final class OfThreeVoters extends MetadataLogContract {

        private @Nullable SimulatedQuorum quorum;

        @Override
        protected TestBed bed() throws Exception {
            SimulatedBed bed = new SimulatedBed(1) {
                @Override
                public void close() {
                    simulation().runFor(Duration.ofSeconds(1));
                }
            };
            SimulatedQuorum of = new SimulatedQuorum(bed.simulation(), List.of(1, 2, 3));
            quorum = of;
            for (int id = 2; id <= 3; id++) {
                SimulatedHost host = bed.simulation().addHost("n" + id, 1);
                Loop loop = host.loops().getFirst();
                MetadataLog log = of.open(host, loop, id, new Uuid(7, id), new Endpoint("n" + id, 9093));
                bed.run(loop, () -> log.subscribe(0, new Deputy(log)));
            }
            return bed;
        }

        @Override
        protected MetadataLog open(TestBed world, Loop owner) {
            return Objects.requireNonNull(quorum)
                    .open(((SimulatedBed) world).host(), owner, 1, new Uuid(7, 1), new Endpoint("n1", 9093));
        }
    }

    @Nested
    final class Contract extends QuorumContract {

        @Override
        protected World world() {
            return new SimulatedWorld();
        }
    }

    private static final class SimulatedWorld implements QuorumContract.World {

        private final Simulation simulation = new Simulation(1);
        private final SimulatedQuorum quorum = new SimulatedQuorum(simulation, List.of(1, 2, 3));
        private final Map<Integer, SimulatedHost> hosts = new LinkedHashMap<>();

        @Override
        public Loop start(int nodeId) {
            SimulatedHost host = hosts.computeIfAbsent(nodeId, absent -> simulation.addHost("n" + nodeId, 1));
            if (!host.isUp()) {
                host.restart();
            }
            return host.loops().getFirst();
        }

        @Override
        public MetadataLog open(int nodeId, Uuid directoryId, Loop loop) {
            return quorum.open(Objects.requireNonNull(hosts.get(nodeId)), loop, nodeId, directoryId, address(nodeId));
        }

        @Override
        public void kill(int nodeId) {
            Objects.requireNonNull(hosts.get(nodeId)).powerLoss();
        }

        @Override
        public Endpoint address(int nodeId) {
            return new Endpoint("n" + nodeId, 9093);
        }

        @Override
        public void execute(Loop loop, Runnable task) {
            boolean[] done = new boolean[1];
            loop.execute(() -> {
                task.run();
                done[0] = true;
            });
            await("the task has run", () -> done[0]);
        }

        @Override
        public void await(String what, BooleanSupplier condition) {
            simulation.runUntil(what, condition, LIMIT);
        }

        @Override
        public void close() {
            simulation.runUntilIdle(LIMIT);
        }
    }
}
