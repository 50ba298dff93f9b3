package dev.barnabas.broker;

import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.history.Checks;
import dev.barnabas.simulation.history.Finding;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of a cluster, or of a node that is alone: a workload while things go wrong, then everything is whole and has
 * to get on by a deadline in virtual time, then what happened is judged.
 */
final class ClusterRun {

    private static final Duration STARTING = Duration.ofMinutes(1);
    private static final Duration FAULTS = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private @Nullable RestlessOperator operator;
    private @Nullable UncleanElections unclean;
    private Duration rotAge = Duration.ZERO;

    ClusterRun(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
    }

    /** Lets somebody move partitions and restart nodes meanwhile. */
    ClusterRun withOperator() {
        operator = new RestlessOperator(simulation, cluster);
        return this;
    }

    /** Records may be missing where leaders were elected that did not have them; everything else has to be in order. */
    ClusterRun admittingUncleanElections() {
        unclean = new UncleanElections(simulation, cluster);
        return this;
    }

    /** What was synced more recently does not rot: see {@link FaultPlan.Limits}. */
    ClusterRun withRotAfter(Duration age) {
        rotAge = age;
        return this;
    }

    /** Fails if a promise was broken. */
    void play(Set<Fault.Kind> kinds, int mostImpaired) {
        if (!cluster.isAlone()) {
            // A cluster begins when all of its first nodes are there; a node can be hit from its first moment on.
            simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        }
        ReplicaWatch watch = new ReplicaWatch(simulation, cluster);
        watch.start();
        if (unclean != null) {
            unclean.watch();
        }
        StreamWorkload workload = new StreamWorkload(simulation, cluster);
        FaultPlan plan = FaultPlan.draw(
                simulation,
                new FaultPlan.Limits(kinds, cluster.nodes(), mostImpaired, FAULTS, ClusterRun::holdsRecords, rotAge));
        Optional<RestlessOperator> restless = Optional.ofNullable(operator);
        if (!Collections.disjoint(plan.kinds(), Fault.Kind.DESTRUCTIVE)) {
            restless.ifPresent(RestlessOperator::keepCopies);
        }
        workload.start();
        plan.start();
        restless.ifPresent(RestlessOperator::start);
        simulation.runFor(FAULTS);

        restless.ifPresent(RestlessOperator::stop);
        plan.stop();
        workload.stopSending();
        simulation.runUntil(
                "the operator is done",
                () -> restless.map(RestlessOperator::isDone).orElse(true),
                DEADLINE);
        simulation.runUntil("all nodes serve again", cluster::isServing, DEADLINE);
        simulation.runUntil("every record has an answer", workload::allAnswered, DEADLINE);
        workload.readAll();
        simulation.runUntil("everything has been read", workload::allRead, DEADLINE);

        watch.stop();
        watch.checkEquality();
        List<Finding> findings = Checks.all(workload.history()).stream()
                .filter(finding -> !isAdmitted(finding))
                .toList();
        if (!findings.isEmpty()) {
            throw simulation.failure(findings.toString(), null);
        }
    }

    /** Where rot is healed from another replica: in the segments of partitions. */
    private static boolean holdsRecords(String path) {
        return path.endsWith(".log") && path.contains("/") && !path.startsWith(Storage.METADATA_FOLDER);
    }

    /** What an unclean election may cost, in the partitions that had one; other people's bytes are never right. */
    private boolean isAdmitted(Finding finding) {
        return unclean != null
                && finding.kind() != Finding.Kind.CORRUPT
                && finding.kind() != Finding.Kind.NOT_READ
                && unclean.partitions().stream()
                        .anyMatch(partition -> finding.text().contains(partition)
                                || (finding.kind() == Finding.Kind.COMMITTED_OFFSET_REGRESS
                                        && partition.startsWith("__consumer_offsets")));
    }
}
