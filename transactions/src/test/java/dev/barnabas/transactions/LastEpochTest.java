package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the epochs of a producer id are used up, the producer goes on with another id. */
final class LastEpochTest {
    /** What a producer may be given last. */
    private static final short LAST = Short.MAX_VALUE - 1;

    private static final String LAST_OF_P1 = "P1/" + LAST;

    private final TestCoordinator coordinator = new TestCoordinator(TransactionSettings.DEFAULTS);
    private final Scenario scenario = new Scenario(coordinator);

    @BeforeEach
    void theProducerHasItsLastEpoch() {
        play("init A");
        coordinator.rewrite(
                "t", it -> it.initialized(LAST, 60_000, coordinator.loop().wallMs()));
    }

    private String play(String command) {
        return scenario.play(command);
    }

    @Test
    void theEndOfATransactionBringsAnotherProducerId() {
        assertThat(play("add A a/0 as=" + LAST_OF_P1)).isEqualTo("A: a/0 NONE");
        coordinator.holdMarkers(true);

        assertThat(play("commit A as=" + LAST_OF_P1)).isEqualTo("A: NONE, now P2 epoch 0");
        assertThat(play("describe")).startsWith("t: PrepareCommit P1 epoch " + Short.MAX_VALUE);
        assertThat(play("add A a/0")).isEqualTo("A: a/0 CONCURRENT_TRANSACTIONS");

        coordinator.holdMarkers(false);
        assertThat(play("describe")).startsWith("t: CompleteCommit P2 epoch 0");
        assertThat(coordinator.markers().written(new TopicPartition("a", 0)))
                .singleElement()
                .satisfies(marker -> assertThat(marker.producerEpoch()).isEqualTo(Short.MAX_VALUE));
    }

    @Test
    void whoAsksAgainWithTheOldIdIsAnsweredAgainAlsoByAnotherCoordinator() {
        play("add A a/0 as=" + LAST_OF_P1);
        play("commit A as=" + LAST_OF_P1);
        coordinator.reload();

        assertThat(play("commit A as=" + LAST_OF_P1)).isEqualTo("A: NONE, now P2 epoch 0");
        assertThat(play("abort A as=" + LAST_OF_P1)).isEqualTo("A: INVALID_TXN_STATE");
        assertThat(play("add A a/0")).isEqualTo("A: a/0 NONE");
        assertThat(play("commit A as=" + LAST_OF_P1)).isEqualTo("A: INVALID_PRODUCER_ID_MAPPING");
    }

    @Test
    void anAbortWithoutATransactionBringsAnotherProducerIdToo() {
        assertThat(play("abort A as=" + LAST_OF_P1)).isEqualTo("A: NONE, now P2 epoch 0");
    }

    @Test
    void theNextProducerGetsAnotherId() {
        assertThat(play("init B")).isEqualTo("B: P2 epoch 0");
        assertThat(play("add A a/0 as=" + LAST_OF_P1)).isEqualTo("A: a/0 INVALID_PRODUCER_ID_MAPPING");
        assertThat(play("init A as=" + LAST_OF_P1)).isEqualTo("A: PRODUCER_FENCED");
    }

    @Test
    void whoGoesOnWithAnotherIdMayAskAgain() {
        assertThat(play("init A as=" + LAST_OF_P1)).isEqualTo("A: P2 epoch 0");
        assertThat(play("init A as=" + LAST_OF_P1)).isEqualTo("A: P2 epoch 0");
        assertThat(play("init A as=P1/7")).isEqualTo("A: PRODUCER_FENCED");
    }

    @Test
    void aTransactionThatIsOpenForTooLongIsAbortedInTheEpochThatIsLeft() {
        play("add A a/0 as=" + LAST_OF_P1);

        coordinator.pass(Duration.ofSeconds(61));

        assertThat(play("describe")).startsWith("t: CompleteAbort P2 epoch 0");
        assertThat(play("add A a/0 as=" + LAST_OF_P1)).isEqualTo("A: a/0 INVALID_PRODUCER_ID_MAPPING");
    }

    @Test
    void withoutEpochsForEachTransactionTheProducerAfterTheFencedOneGetsAnotherId() {
        coordinator.transactionVersion(1);
        play("add A a/0 version=3 as=" + LAST_OF_P1);

        assertThat(play("init B version=4")).isEqualTo("B: CONCURRENT_TRANSACTIONS");
        assertThat(play("describe")).startsWith("t: CompleteAbort P1 epoch " + Short.MAX_VALUE);
        assertThat(play("init B version=4")).isEqualTo("B: P2 epoch 0");
    }

    @Test
    void aProducerThatCannotBeGivenAnotherIdIsToldToAskAgain() {
        coordinator.ids().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        play("add A a/0 as=" + LAST_OF_P1);

        assertThat(play("commit A as=" + LAST_OF_P1)).isEqualTo("A: COORDINATOR_NOT_AVAILABLE");
        coordinator.pass(Duration.ofSeconds(61));
        assertThat(play("describe")).startsWith("t: Ongoing");

        coordinator.ids().refuse(null);
        coordinator.pass(Duration.ofSeconds(10));
        assertThat(play("describe")).startsWith("t: CompleteAbort P2 epoch 0");
    }
}
