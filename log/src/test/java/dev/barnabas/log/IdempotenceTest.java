package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.TimestampType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of the batches of idempotent producers (KIP-98, KIP-360). */
final class IdempotenceTest {
    private static final int MAX = Integer.MAX_VALUE;

    private final World world = new World(1);
    private final TestLog log = world.open(LogSettings.DEFAULT);

    @Test
    void consecutiveSequencesAreAccepted() {
        assertThat(log.append(Batches.of(7, 0, 0, "a", "b")).appended().baseOffset())
                .isZero();
        assertThat(log.append(Batches.of(7, 0, 2, "c")).appended().baseOffset()).isEqualTo(2);
        assertThat(log.append(Batches.of(7, 0, 3, "d")).appended().baseOffset()).isEqualTo(3);
    }

    @Test
    void aBatchThatIsSentAgainIsAnsweredWithItsFirstOffsets() {
        log.append(Batches.of(7, 0, 0, "a", "b"));
        log.append(Batches.of("of somebody else"));
        log.append(Batches.of(7, 0, 2, "c"));

        assertThat(log.append(Batches.of(7, 0, 0, "a", "b")).appended())
                .isEqualTo(new Appended(0, 1, Batches.NOW_MS, 0, true));
        assertThat(log.append(Batches.of(7, 0, 2, "c")).appended())
                .isEqualTo(new Appended(3, 3, Batches.NOW_MS, 0, true));
        assertThat(log.get().endOffset()).isEqualTo(4);
    }

    /** Its producer was not answered in time, and went on trying. */
    @Test
    void aBatchThatIsSentAgainMayBeTooOldByNow() {
        log.append(Batches.of(7, 0, 0, "a"));
        change(new LogSettings.Batches(
                1_048_588, null, TimestampType.CREATE_TIME, 60_000, 60_000, false, LogSettings.Check.PLAIN_RECORDS));
        world.simulation.runFor(Duration.ofMinutes(10));

        assertThat(log.append(Batches.of(7, 0, 0, "a")).appended())
                .isEqualTo(new Appended(0, 0, Batches.NOW_MS, 0, true));
        assertThat(log.append(Batches.of(7, 0, 1, "b")).refusal().error()).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
    }

    @Test
    void norIsItRefusedBecauseSmallerOnesAreAskedForSince() {
        log.append(Batches.of(7, 0, 0, "x".repeat(1_000)));
        change(new LogSettings.Batches(
                500,
                null,
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                3_600_000,
                true,
                LogSettings.Check.PLAIN_RECORDS));

        assertThat(log.append(Batches.of(7, 0, 0, "x".repeat(1_000))).appended().duplicate())
                .isTrue();
        assertThat(log.append(Batches.of(7, 0, 1, "x".repeat(1_000))).refusal().error())
                .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    }

    private void change(LogSettings.Batches batches) {
        world.on(() -> log.get().changeSettings(LogSettings.DEFAULT.with(batches)));
    }

    @Test
    void fiveBatchesAreRemembered() {
        for (int i = 0; i < 7; i++) {
            log.append(Batches.of(7, 0, i, "v" + i));
        }

        for (int i = 2; i < 7; i++) {
            assertThat(log.append(Batches.of(7, 0, i, "v" + i)).appended().baseOffset())
                    .isEqualTo(i);
        }
        assertThat(log.append(Batches.of(7, 0, 1, "v1")).refusal().error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void duplicatesAreNoticedWithinOneTurn() {
        List<TestLog.Written> answers = log.appendTogether(List.of(
                new Append(Batches.of(7, 0, 0, "a"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(7, 0, 0, "a"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(7, 0, 1, "b"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(7, 0, 3, "gap"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(7, 1, 0, "new epoch"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(7, 0, 2, "old epoch"), AppendOrigin.CLIENT, 1)));

        assertThat(answers.get(0).appended().duplicate()).isFalse();
        assertThat(answers.get(1).appended()).isEqualTo(new Appended(0, 0, Batches.NOW_MS, 0, true));
        assertThat(answers.get(2).appended().baseOffset()).isEqualTo(1);
        assertThat(answers.get(3).refusal().error()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(answers.get(4).appended().baseOffset()).isEqualTo(2);
        assertThat(answers.get(5).refusal().error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(log.values()).containsExactly("a", "b", "new epoch");
    }

    @Test
    void aGapIsOutOfOrder() {
        log.append(Batches.of(7, 0, 0, "a"));

        assertThat(log.append(Batches.of(7, 0, 2, "c")).refusal().error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(log.append(Batches.of(7, 0, 1, "b")).isRefused()).isFalse();
    }

    @Test
    void sequencesWrapToZero() {
        log.append(Batches.of(7, 0, MAX - 1, "a", "b"));

        assertThat(log.append(Batches.of(7, 0, 0, "c")).appended().baseOffset()).isEqualTo(2);
        assertThat(log.append(Batches.of(7, 0, MAX - 1, "a", "b")).appended())
                .isEqualTo(new Appended(0, 1, Batches.NOW_MS, 0, true));
    }

    @Test
    void aBatchMayWrapInTheMiddle() {
        log.append(Batches.of(7, 0, MAX, "a", "b", "c"));

        assertThat(log.append(Batches.of(7, 0, 2, "d")).isRefused()).isFalse();
        assertThat(log.append(Batches.of(7, 0, MAX, "a", "b", "c")).appended())
                .isEqualTo(new Appended(0, 2, Batches.NOW_MS, 0, true));
    }

    @Test
    void anUnknownProducerMayBeginAnywhere() {
        assertThat(log.append(Batches.of(7, 3, 1_000, "a")).isRefused()).isFalse();
    }

    @Test
    void anOlderEpochIsFenced() {
        log.append(Batches.of(7, 1, 0, "a"));

        assertThat(log.append(Batches.of(7, 0, 1, "b")).refusal().error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void aNewEpochBeginsAtZero() {
        log.append(Batches.of(7, 0, 0, "a"));

        assertThat(log.append(Batches.of(7, 1, 1, "b")).refusal().error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(log.append(Batches.of(7, 1, 0, "b")).isRefused()).isFalse();
        assertThat(log.append(Batches.of(7, 0, 0, "a")).refusal().error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void producersDoNotDisturbEachOther() {
        log.append(Batches.of(7, 0, 0, "a"));
        log.append(Batches.of(8, 5, 0, "b"));

        assertThat(log.append(Batches.of(7, 0, 1, "c")).isRefused()).isFalse();
        assertThat(log.append(Batches.of(8, 5, 1, "d")).isRefused()).isFalse();
        assertThat(log.get().producers())
                .extracting(ProducerSummary::producerId)
                .containsExactlyInAnyOrder(7L, 8L);
    }

    @Test
    void whatCoordinatorsAndLeadersAppendIsNotCheckedForSequences() {
        log.append(Batches.of(7, 0, 0, "a"));

        assertThat(log.append(Batches.of(7, 0, 5, "b"), AppendOrigin.COORDINATOR, 1)
                        .isRefused())
                .isFalse();
        assertThat(log.append(
                                Batches.records(
                                                Batches.builder().baseOffset(2).producer(7, (short) 0, 9),
                                                Batches.NOW_MS,
                                                "c")
                                        .build(),
                                AppendOrigin.REPLICATION,
                                1)
                        .isRefused())
                .isFalse();
        assertThat(log.append(Batches.of(7, 0, 10, "d")).isRefused()).isFalse();
    }

    @Test
    void producersAreRememberedAcrossARestart() {
        log.append(Batches.of(7, 0, 0, "a"));
        log.append(Batches.of(7, 0, 1, "b"));
        world.restart();
        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(again.append(Batches.of(7, 0, 0, "a")).appended().duplicate())
                .isTrue();
        assertThat(again.append(Batches.of(7, 0, 3, "d")).isRefused()).isTrue();
        assertThat(again.append(Batches.of(7, 0, 2, "c")).isRefused()).isFalse();
    }

    @Test
    void aProducerThatSendsNothingForLongIsForgotten() {
        log.append(Batches.of(7, 0, 0, "a"));
        world.simulation.runFor(Duration.ofHours(23));
        log.append(Batches.of(8, 0, 0, "b"));

        world.simulation.runFor(Duration.ofHours(2));

        assertThat(log.get().producers())
                .extracting(ProducerSummary::producerId)
                .containsExactly(8L);
        assertThat(log.append(Batches.of(7, 0, 55, "c")).isRefused()).isFalse();
    }

    @Test
    void oldTimestampsDoNotMakeAProducerForgotten() {
        log.append(Batches.records(
                        Batches.builder().producer(7, (short) 0, 0),
                        Batches.NOW_MS - 100 * 86_400_000L,
                        "from the past")
                .build());
        world.simulation.runFor(Duration.ofHours(1));

        assertThat(log.append(Batches.of(7, 0, 55, "c")).refusal().error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
}
