package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.SimulationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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

    /**
     * The canary: partitions that are told of a decision while a loss of power can still undo it tear transactions, and
     * that is found. Decisions, and nothing else, count here before they are on stable storage.
     */
    @Test
    void tellingPartitionsWhatMayBeUndoneIsCaught() {
        assertThatThrownBy(() -> Seeds.check(100, simulation -> {
                    SimulatedCluster cluster = cluster(simulation, "barnabas.durability=after-write");
                    new SimulatedOperator(simulation, cluster)
                            .create(
                                    TransactionWorkload.TOPIC,
                                    Map.of(0, List.of(1, 2, 3), 1, List.of(2, 3, 1), 2, List.of(3, 1, 2)),
                                    Map.of("barnabas.durability", "after-sync"));
                    Restarts ofAll = new Restarts(simulation, cluster, simulation.dice("power cuts"));
                    for (int second = 1; second < FAULTS.toSeconds(); second += 2) {
                        simulation.later(Duration.ofSeconds(second), ofAll::all);
                    }
                    playUntilTorn(simulation, cluster);
                }))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining(TransactionWorkload.TORN);
    }

    /** That transactions hang is found, too, but is not what is looked for. */
    private static void playUntilTorn(Simulation simulation, SimulatedCluster cluster) {
        Set<Fault.Kind> slow = EnumSet.of(Fault.Kind.CUT, Fault.Kind.RESET, Fault.Kind.BAD_NETWORK);
        try {
            play(simulation, cluster, slow, 3);
        } catch (SimulationFailure failure) {
            if (String.valueOf(failure.getMessage()).contains(TransactionWorkload.TORN)) {
                throw failure;
            }
        }
    }

    private static void run(Simulation simulation, int mostImpaired) {
        play(simulation, cluster(simulation), KINDS, mostImpaired);
    }

    private static SimulatedCluster cluster(Simulation simulation, String... more) {
        Dice dice = simulation.dice("settings");
        List<String> settings = new ArrayList<>(List.of(
                "default.replication.factor=3",
                "min.insync.replicas=2",
                "transaction.state.log.num.partitions=" + (1 + dice.nextInt(3)),
                "transaction.state.log.replication.factor=3",
                "transaction.state.log.min.isr=2"));
        settings.addAll(List.of(more));
        SimulatedCluster cluster = SimulatedCluster.of(simulation, 3, settings.toArray(String[]::new));
        simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        return cluster;
    }

    private static void play(Simulation simulation, SimulatedCluster cluster, Set<Fault.Kind> kinds, int mostImpaired) {
        TransactionWorkload workload = new TransactionWorkload(simulation, cluster);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(kinds, cluster.nodes(), mostImpaired, FAULTS));
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
