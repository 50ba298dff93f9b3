package dev.barnabas.broker;

import dev.barnabas.client.TopicPartition;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedDrive;
import dev.barnabas.simulation.Simulation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One partition of a node fails, and its directory does not. */
final class FailedReplicaTest {

    private static final byte[] VALUE = new byte[100];

    private final Simulation simulation = new Simulation(12);
    private final SimulatedOperator operator = new SimulatedOperator(
            simulation, SimulatedCluster.of(simulation, 4, "default.replication.factor=3", "min.insync.replicas=2"));

    /** Found by RestlessCluster: the log was still in the directory, and to open it anew stopped the node. */
    @Test
    void itIsMovedAwayAndComesBackWhole() {
        operator.create("t", Map.of(0, List.of(1, 2, 3)), Map.of());
        operator.sendAll("t", 0, 3, VALUE);
        SimulatedDrive drive = operator.host(3).drives().iterator().next();
        drive.faults(DiskFaults.NONE.withAppendFailure(1));
        operator.send("t", 0, VALUE);
        simulation.runUntil("an append has failed", drive::hasFailed, SimulatedOperator.LIMIT);
        drive.repair();
        operator.await("it is out of sync", "t", 0, state -> !state.inSync().contains(3));

        move(List.of(1, 2, 4));
        operator.await("it is elsewhere", "t", 0, state -> state.inSync().equals(List.of(1, 2, 4)));
        move(List.of(1, 2, 3));

        operator.await(
                "it is back",
                "t",
                0,
                state -> state.inSync().size() == 3 && state.inSync().contains(3));
    }

    private void move(List<Integer> replicas) {
        operator.get(() -> operator.admin()
                        .alterReassignments(Map.of(new TopicPartition("t", 0), Optional.of(replicas)), true))
                .values()
                .forEach(dev.barnabas.client.Result::orThrow);
    }
}
