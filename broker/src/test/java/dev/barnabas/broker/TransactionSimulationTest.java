package dev.barnabas.broker;

import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Transactional producers of both versions in whole clusters, under a seed: first with faults, when no transaction may
 * be torn and none that was aborted be read, then without, when transactions are committed again and none is left open.
 */
final class TransactionSimulationTest {

    private static final Set<Fault.Kind> KINDS = EnumSet.of(
            Fault.Kind.CRASH,
            Fault.Kind.CRASH_IN_TASK,
            Fault.Kind.POWER_LOSS,
            Fault.Kind.POWER_LOSS_IN_TASK,
            Fault.Kind.PAUSE,
            Fault.Kind.CUT,
            Fault.Kind.HALF_CUT,
            Fault.Kind.ISOLATION,
            Fault.Kind.RESET,
            Fault.Kind.BAD_NETWORK,
            Fault.Kind.SLOW_DISK);

    private static final Duration STARTING = Duration.ofMinutes(1);
    private static final Duration FAULTS = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    @Test
    void transactionsAreAllOrNothingWhenOneOfThreeFails() {
        Seeds.check(60, simulation -> run(simulation, 1));
    }

    @Test
    void alsoWhenAllFailAtOnce() {
        Seeds.check(30, simulation -> run(simulation, 3));
    }

    private static void run(Simulation simulation, int mostImpaired) {
        Dice dice = simulation.dice("settings");
        SimulatedCluster cluster = SimulatedCluster.of(
                simulation,
                3,
                "default.replication.factor=3",
                "min.insync.replicas=2",
                "transaction.state.log.num.partitions=" + (1 + dice.nextInt(3)),
                "transaction.state.log.replication.factor=3",
                "transaction.state.log.min.isr=2");
        simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        TransactionWorkload workload = new TransactionWorkload(simulation, cluster);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(KINDS, cluster.nodes(), mostImpaired, FAULTS));
        workload.start();
        plan.start();
        simulation.runFor(FAULTS);

        plan.stop();
        simulation.runUntil("all nodes serve again", cluster::isServing, DEADLINE);
        long before = workload.committed();
        simulation.runUntil("transactions are committed again", () -> workload.committed() > before, DEADLINE);
        workload.stop();
        simulation.runUntil("all producers have ended", workload::allStopped, DEADLINE);
        workload.readAll();
        simulation.runUntil("everything has been read", workload::allRead, DEADLINE);
        workload.finding().ifPresent(finding -> {
            throw simulation.failure(finding, null);
        });
    }
}
