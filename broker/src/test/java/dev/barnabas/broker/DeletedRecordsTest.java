package dev.barnabas.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who deletes records is answered when no replica whose broker serves has them any more (KIP-107). */
final class DeletedRecordsTest {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final Simulation simulation = new Simulation(9);
    private final SimulatedOperator operator =
            new SimulatedOperator(simulation, SimulatedCluster.of(simulation, 3, "min.insync.replicas=2"));

    DeletedRecordsTest() {
        operator.create("t", Map.of(0, List.of(1, 2, 3)), Map.of());
        operator.sendAll("t", 0, 10, new byte[100]);
    }

    private Eventual<Map<TopicPartition, Result<Long>>> delete(long before) {
        return operator.begin(() -> operator.admin().deleteRecords(Map.of(PARTITION, before)));
    }

    private Result<Long> result(Eventual<Map<TopicPartition, Result<Long>>> deletion) {
        simulation.runUntil("answered", deletion::isSettled, SimulatedOperator.LIMIT);
        return requireNonNull(deletion.result().orElseThrow().orThrow().get(PARTITION));
    }

    private long start(int node) {
        return operator.replica(node, "t", 0).orElseThrow().logStartOffset();
    }

    @Test
    void noReplicaHasThemWhenItIsAnswered() {
        Duration before = simulation.now();

        assertThat(result(delete(5)).orThrow()).isEqualTo(5);

        assertThat(simulation.now().minus(before)).isLessThan(Duration.ofMillis(500));
        for (int node = 1; node <= 3; node++) {
            assertThat(start(node)).as("node " + node).isEqualTo(5);
        }
        assertThat(result(delete(3)).orThrow()).isEqualTo(5);
    }

    @Test
    void aFollowerThatStandsStillIsWaitedFor() {
        operator.host(3).pause();
        Eventual<Map<TopicPartition, Result<Long>>> deletion = delete(5);
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(deletion.isSettled()).isFalse();

        operator.host(3).resume();

        assertThat(result(deletion).orThrow()).isEqualTo(5);
        assertThat(start(3)).isEqualTo(5);
    }

    @Test
    void aFollowerThatIsGoneIsNot() {
        operator.host(3).crash();

        assertThat(result(delete(5)).orThrow()).isEqualTo(5);

        operator.host(3).restart();
        operator.await("it is in sync", "t", 0, state -> state.inSync().size() == 3);
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(start(3)).isEqualTo(5);
    }

    @Test
    void moreThanThereIsCannotBeDeleted() {
        assertThat(result(delete(11)))
                .isInstanceOfSatisfying(
                        Result.Failure.class,
                        failure -> assertThat(((ClientError.Refused) failure.error()).code())
                                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE));
    }
}
