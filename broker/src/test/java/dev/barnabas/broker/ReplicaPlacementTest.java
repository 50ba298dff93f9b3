package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReplicaPlacementTest {

    private static final PartitionId REPLICA = new PartitionId(new Uuid(1, 1), "topic", 0);

    private final Simulation simulation = new Simulation(1);
    private final SimulatedHost host = simulation.addHost("node", 1);
    private final Loop loop = host.loops().getFirst();
    private final AssigningController controller = new AssigningController();
    private final List<Map<PartitionId, Integer>> placed = new ArrayList<>();
    private final DataDirectory one;
    private final DataDirectory two;

    ReplicaPlacementTest() throws IOException {
        one = directory(0, "one");
        two = directory(1, "two");
        one.addReplica();
        ReplicaPlacement placement =
                new ReplicaPlacement(List.of(one, two), 1, loop, new ReplicaAssignments(controller, loop, 1, 100));
        placement.place(List.of(REPLICA), loop, placed::add);
        simulation.runFor(Duration.ofMillis(1));
    }

    private DataDirectory directory(int index, String name) throws IOException {
        DataDirectory directory = new DataDirectory(index, name, host.disk(name));
        directory.identify(new Uuid(2, index));
        return directory;
    }

    @Test
    void aReplicaGoesWhereThereAreFewest() {
        answer(ErrorCode.NONE);

        assertThat(placed).containsExactly(Map.of(REPLICA, 1));
    }

    @Test
    void ifTheDirectoryFailsBeforeItIsStoredAnotherOneIsChosen() {
        two.fail();
        answer(ErrorCode.LOG_DIR_NOT_FOUND);
        assertThat(placed).isEmpty();

        answer(ErrorCode.NONE);

        assertThat(placed).containsExactly(Map.of(REPLICA, 0));
        assertThat(controller.requests().getLast().directories().getFirst().id())
                .isEqualTo(new Uuid(2, 0));
        assertThat(one.replicas()).isEqualTo(2);
        assertThat(two.replicas()).isZero();
    }

    @Test
    void whatIsRefusedForGoodHasNoDirectory() {
        answer(ErrorCode.STALE_BROKER_EPOCH);

        assertThat(placed).containsExactly(Map.of());
        assertThat(two.replicas()).isZero();
    }

    private void answer(ErrorCode error) {
        controller.answer(error);
        simulation.runFor(Duration.ofSeconds(1));
    }
}
