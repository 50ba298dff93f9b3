package dev.barnabas.broker;

import dev.barnabas.metadata.Partition;
import dev.barnabas.metadata.Topic;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * In which partitions somebody was elected who may have lacked acknowledged records: only there may records be missing.
 * When in doubt, because several changes came between two looks, it says so of more partitions rather than of fewer.
 */
final class UncleanElections {

    private static final Duration INTERVAL = Duration.ofMillis(5);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Map<String, Partition> newest = new HashMap<>();
    private final Set<String> unclean = new TreeSet<>();

    UncleanElections(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
    }

    /** Looks from now on to the end of the run. */
    void watch() {
        for (SimulatedHost node : cluster.nodes()) {
            if (node.isUp()) {
                cluster.broker(node)
                        .ifPresent(
                                broker -> broker.parts().node().image().topics().forEach(this::look));
            }
        }
        simulation.later(INTERVAL, this::watch);
    }

    private void look(Topic topic) {
        List<Partition> partitions = topic.partitions();
        for (int index = 0; index < partitions.size(); index++) {
            Partition now = partitions.get(index);
            String name = topic.name() + "-" + index;
            Partition before = newest.get(name);
            if (before != null && before.partitionEpoch() >= now.partitionEpoch()) {
                continue;
            }
            newest.put(name, now);
            if (now.leaderRecovering()
                    || (before != null
                            && now.leader() != Partition.NO_LEADER
                            && !before.inSyncReplicas().contains(now.leader())
                            && !before.eligibleLeaders().contains(now.leader()))) {
                unclean.add(name);
            }
        }
    }

    /** Topic, hyphen, number of each. */
    Set<String> partitions() {
        return unclean;
    }
}
