package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterPartitionResponse;
import dev.barnabas.replication.InSyncChanges.Member;
import dev.barnabas.replication.InSyncChanges.Outcome;
import dev.barnabas.replication.InSyncChanges.Proposal;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class InSyncRequestsTest {

    private static final Uuid TOPIC = new Uuid(1, 1);

    private final Simulation simulation = new Simulation(1);
    private final Loop loop = simulation.addHost("leader", 1).loops().getFirst();
    private final List<AlterPartitionRequest> requests = new ArrayList<>();
    private final Queue<Consumer<Optional<AlterPartitionResponse>>> unanswered = new ArrayDeque<>();
    private final Map<Integer, Outcome> outcomes = new TreeMap<>();
    private final InSyncRequests changes = new InSyncRequests(
            loop,
            new FakeController((request, then) -> {
                requests.add(request);
                unanswered.add(then);
            }),
            1,
            () -> 100,
            (replica, epoch) -> epoch == 7);

    @Test
    void whatOneTurnProposesGoesIntoOneRequest() {
        propose(0, 1, 2);

        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.brokerId()).isEqualTo(1);
            assertThat(request.brokerEpoch()).isEqualTo(100);
            assertThat(request.topics())
                    .singleElement()
                    .satisfies(topic -> assertThat(topic.partitions()).hasSize(3));
        });
    }

    @Test
    void theLeaderIsNamedWithItsOwnEpoch() {
        propose(0);

        AlterPartitionRequest.PartitionData partition =
                requests.getFirst().topics().getFirst().partitions().getFirst();
        assertThat(partition.newIsrWithEpochs())
                .containsExactly(
                        new AlterPartitionRequest.BrokerState(1, 100), new AlterPartitionRequest.BrokerState(2, 7));
    }

    @Test
    void oneRequestIsUnderWayAndTheNextGathers() {
        propose(0);
        propose(1);
        propose(2);
        assertThat(requests).hasSize(1);

        answer(ErrorCode.NONE, ErrorCode.NONE, 0);

        assertThat(requests).hasSize(2);
        assertThat(requests.get(1).topics().getFirst().partitions()).hasSize(2);
        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Agreed(5, 10, List.of(1, 2), false));
    }

    @Test
    void anErrorOfAPartitionIsARefusal() {
        propose(0);

        answer(ErrorCode.NONE, ErrorCode.INVALID_UPDATE_VERSION, 0);

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Refused(ErrorCode.INVALID_UPDATE_VERSION));
    }

    @Test
    void withoutAnAnswerTheOutcomeIsUnknownAfterAPause() {
        propose(0);

        unanswered.remove().accept(Optional.empty());
        simulation.runFor(Duration.ofMillis(5));
        assertThat(outcomes).isEmpty();
        simulation.runFor(Duration.ofMillis(100));

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Unknown());
    }

    @Test
    void soItIsWhenTheWholeRequestIsRefused() {
        propose(0);

        answer(ErrorCode.STALE_BROKER_EPOCH, ErrorCode.NONE, 0);
        simulation.runFor(Duration.ofMillis(100));

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Unknown());
    }

    @Test
    void andWhenTheAnswerDoesNotMentionThePartition() {
        propose(0, 1);

        answer(ErrorCode.NONE, ErrorCode.NONE, 0);
        simulation.runFor(Duration.ofMillis(100));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Agreed.class);
        assertThat(outcomes.get(1)).isEqualTo(new Outcome.Unknown());
    }

    private void propose(int... partitions) {
        loop.execute(() -> {
            for (int partition : partitions) {
                changes.ask(
                        new PartitionId(TOPIC, "topic", partition),
                        new Proposal(5, 9, List.of(new Member(1, -1), new Member(2, 7)), false),
                        outcome -> outcomes.put(partition, outcome));
            }
        });
        simulation.runFor(Duration.ofMillis(1));
    }

    private void answer(ErrorCode whole, ErrorCode each, int... partitions) {
        List<AlterPartitionResponse.PartitionData> answers = new ArrayList<>();
        for (int partition : partitions) {
            answers.add(AlterPartitionResponse.PartitionData.builder()
                    .partitionIndex(partition)
                    .errorCode(each.code())
                    .leaderId(1)
                    .leaderEpoch(5)
                    .isr(List.of(1, 2))
                    .partitionEpoch(10)
                    .build());
        }
        unanswered
                .remove()
                .accept(Optional.of(AlterPartitionResponse.builder()
                        .errorCode(whole.code())
                        .topics(List.of(AlterPartitionResponse.TopicData.builder()
                                .topicId(TOPIC)
                                .partitions(answers)
                                .build()))
                        .build()));
        simulation.runFor(Duration.ofMillis(1));
    }
}
