package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TransactionCoordinatorTest {
    private static final TopicPartition A0 = new TopicPartition("a", 0);
    private static final TopicPartition A1 = new TopicPartition("a", 1);

    private final TestCoordinator coordinator = new TestCoordinator(TransactionSettings.DEFAULTS);
    private final Scenario scenario = new Scenario(coordinator);
    private final List<String> answers = new ArrayList<>();

    private void begun() {
        scenario.play("init A");
        scenario.play("add A a/0 a/1");
    }

    /** Asks and does not wait. */
    private void commit(int epoch) {
        coordinator
                .coordinator()
                .endTxn(
                        new EndTxnRequest("t", 1_000, (short) epoch, true),
                        5,
                        coordinator.loop(),
                        answer -> answers.add(
                                ErrorCode.forCode(answer.errorCode()).name()));
        coordinator.loop().turn();
    }

    private void addAsBroker(int epoch) {
        AddPartitionsToTxnRequest request = AddPartitionsToTxnRequest.builder()
                .transactions(List.of(new AddPartitionsToTxnTransaction(
                        "t", 1_000, (short) epoch, false, List.of(new AddPartitionsToTxnTopic("a", List.of(0))))))
                .build();
        coordinator.coordinator().addPartitions(request, 5, coordinator.loop(), answer -> answers.add(error(answer)));
        coordinator.loop().turn();
    }

    private static String error(AddPartitionsToTxnResponse answer) {
        return ErrorCode.forCode(answer.resultsByTransaction()
                        .getFirst()
                        .topicResults()
                        .getFirst()
                        .resultsByPartition()
                        .getFirst()
                        .partitionErrorCode())
                .name();
    }

    @Test
    void noPartitionIsToldBeforeTheOutcomeIsCommitted() {
        begun();
        coordinator.eachLog(log -> log.commits(false));

        commit(0);
        assertThat(coordinator.markers().written()).isEmpty();
        assertThat(answers).isEmpty();

        coordinator.eachLog(log -> log.commits(true));
        coordinator.loop().turn();
        assertThat(coordinator.markers().written(A0)).hasSize(1);
        assertThat(coordinator.markers().written(A1)).hasSize(1);
        assertThat(answers).containsExactly("NONE");
    }

    @Test
    void anOutcomeThatWasNotCommittedIsForgottenWithItsLeader() {
        begun();
        coordinator.eachLog(log -> log.commits(false));
        commit(0);

        coordinator.reload();

        assertThat(answers).containsExactly("NOT_COORDINATOR");
        assertThat(scenario.play("describe")).startsWith("t: Ongoing P1 epoch 0");
        assertThat(coordinator.markers().written()).isEmpty();
    }

    @Test
    void theNextLeaderTellsAllPartitionsAgainInItsEpoch() {
        begun();
        coordinator.holdMarkers(true);
        commit(0);
        coordinator.markers().settle(A0);
        coordinator.loop().turn();
        assertThat(scenario.play("describe")).endsWith("[a/1]");

        coordinator.reload();
        assertThat(scenario.play("describe")).endsWith("[a/0 a/1]");
        coordinator.holdMarkers(false);

        assertThat(coordinator.markers().written(A0))
                .extracting(Marker::coordinatorEpoch)
                .startsWith(1)
                .endsWith(2);
        assertThat(coordinator.markers().written(A1)).isNotEmpty().allMatch(Marker::committed);
        assertThat(scenario.play("describe")).startsWith("t: CompleteCommit P1 epoch 1");
    }

    @Test
    void theEndIsStoredLaterIfThatWasRefused() {
        begun();
        coordinator.holdMarkers(true);
        commit(0);
        coordinator.eachLog(log -> log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS));
        coordinator.holdMarkers(false);
        assertThat(scenario.play("describe")).startsWith("t: PrepareCommit");

        coordinator.eachLog(log -> log.refuse(null));
        coordinator.pass(Duration.ofSeconds(1));

        assertThat(scenario.play("describe")).startsWith("t: CompleteCommit");
        assertThat(coordinator.markers().written(A0)).hasSize(1);
    }

    @Test
    void aBrokerThatAddsPartitionsWaitsForTheTransactionBeforeToEnd() {
        begun();
        coordinator.holdMarkers(true);
        commit(0);

        addAsBroker(1);
        addAsBroker(0);
        coordinator.pass(Duration.ofMillis(50));
        assertThat(answers).containsExactly("NONE");

        coordinator.holdMarkers(false);
        coordinator.pass(Duration.ZERO);
        assertThat(answers).containsExactly("NONE", "NONE", "PRODUCER_FENCED");
        assertThat(scenario.play("describe")).startsWith("t: Ongoing P1 epoch 1");
    }

    @Test
    void aBrokerDoesNotWaitForEver() {
        begun();
        coordinator.holdMarkers(true);
        commit(0);

        addAsBroker(1);
        coordinator.pass(Duration.ofMillis(60));
        addAsBroker(1);
        coordinator.pass(Duration.ofMillis(41));

        assertThat(answers).containsExactly("NONE", "CONCURRENT_TRANSACTIONS", "CONCURRENT_TRANSACTIONS");
    }

    @Test
    void whoWaitsIsRefusedWhenTheLeaderGoes() {
        begun();
        coordinator.holdMarkers(true);
        commit(0);
        addAsBroker(1);

        coordinator.reload();

        assertThat(answers).containsExactly("NONE", "NOT_COORDINATOR");
    }

    @Test
    void whatARefusedAppendMeansIsSaidInTermsOfCoordinators() {
        begun();
        coordinator.eachLog(log -> log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS));
        commit(0);
        coordinator.eachLog(log -> log.refuse(ErrorCode.KAFKA_STORAGE_ERROR));
        commit(0);

        assertThat(answers).containsExactly("COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR");
    }

    @Test
    void aPartitionThatKnowsAnotherCoordinatorLeavesTheTransactionToThatOne() {
        begun();
        coordinator.markers().taken(A0, 1_000, 9);
        commit(0);

        assertThat(scenario.play("describe")).isEqualTo("t: PrepareCommit P1 epoch 1 timeout 60s begun [a/0]");
    }

    @Test
    void nobodyCoordinatesWhileThereIsNoTopic() {
        TransactionCoordinator none = new TransactionCoordinator(
                TransactionSettings.DEFAULTS,
                new MemoryTopics(),
                coordinator.ids(),
                coordinator.markers(),
                () -> 2,
                () -> 0);
        none.initProducerId(
                InitProducerIdRequest.builder()
                        .transactionalId("t")
                        .transactionTimeoutMs(1)
                        .build(),
                5,
                coordinator.loop(),
                answer -> answers.add(ErrorCode.forCode(answer.errorCode()).name()));
        none.describe(
                new DescribeTransactionsRequest(List.of("t", "t", "")),
                coordinator.loop(),
                answer -> answer.transactionStates()
                        .forEach(state ->
                                answers.add(ErrorCode.forCode(state.errorCode()).name())));

        assertThat(answers)
                .containsExactly("COORDINATOR_NOT_AVAILABLE", "COORDINATOR_NOT_AVAILABLE", "INVALID_REQUEST");
    }

    @Test
    void producersOfTwoPhaseCommitsHaveNoTimeoutIfTheyAreAllowed() {
        TestCoordinator allowing = new TestCoordinator(
                new TransactionSettings(900_000, 10_000, 604_800_000L, 3_600_000, 100, true, 5_000));
        Scenario story = new Scenario(allowing);

        assertThat(scenario.play("init A 2pc")).isEqualTo("A: TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
        assertThat(story.play("init A 2pc")).isEqualTo("A: P1 epoch 0");
        story.play("add A a/0");
        allowing.pass(Duration.ofDays(8));
        assertThat(story.play("describe")).startsWith("t: Ongoing");
        assertThat(story.play("init A 2pc keep")).isEqualTo("A: UNSUPPORTED_VERSION");
    }
}
