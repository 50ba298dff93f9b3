package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.SimulatedHost;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log keeps account of for transactions (KIP-98); their coordinator is elsewhere. */
final class TransactionsTest {
    private final World world = new World(1);
    private final TestLog log = world.open(LogSettings.DEFAULT);

    private void highWatermark(TestLog of, long offset) {
        world.on(() -> of.get().highWatermark(offset));
    }

    @Test
    void anOpenTransactionIsUnstableFromItsFirstRecordOn() {
        log.append(Batches.of("before"));
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.transactional(7, 0, 1, "b"));
        log.append(Batches.transactional(8, 0, 0, "c"));

        assertThat(log.get().firstUnstableOffset()).hasValue(1);
        assertThat(log.get().producers())
                .extracting(ProducerSummary::transactionStartOffset)
                .containsExactlyInAnyOrder(1L, 3L);
    }

    @Test
    void itIsStableWhenItsMarkerIsBelowTheHighWatermark() {
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.marker(7, 0, true, 3), AppendOrigin.COORDINATOR, 1);
        assertThat(log.get().firstUnstableOffset()).hasValue(0);

        highWatermark(log, 2);

        assertThat(log.get().firstUnstableOffset()).isEmpty();
        assertThat(log.get().abortedTransactions(0, 10)).isEmpty();
        assertThat(log.get().producers().getFirst().coordinatorEpoch()).isEqualTo(3);
    }

    @Test
    void abortedTransactionsAreFoundWhereTheyHaveRecords() {
        log.append(Batches.of("x", "y"));
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.of("z"));
        log.append(Batches.marker(7, 0, false, 0), AppendOrigin.COORDINATOR, 1);

        AbortedTransaction aborted = new AbortedTransaction(7, 2, 4);
        assertThat(log.get().abortedTransactions(0, 5)).containsExactly(aborted);
        assertThat(log.get().abortedTransactions(4, 5)).containsExactly(aborted);
        assertThat(log.get().abortedTransactions(0, 2)).isEmpty();
        assertThat(log.get().abortedTransactions(5, 9)).isEmpty();
    }

    @Test
    void allThatOutlivesAnOrderlyRestartAndACrash() {
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.marker(7, 0, false, 0), AppendOrigin.COORDINATOR, 1);
        log.append(Batches.transactional(8, 0, 0, "b"));
        log.awaitStable(3);
        highWatermark(log, 2);

        world.restart();
        check(world.open(LogSettings.DEFAULT));
        world.crash(SimulatedHost.Crash.POWER);
        check(world.open(LogSettings.DEFAULT));
    }

    private void check(TestLog again) {
        highWatermark(again, 2);
        assertThat(again.get().abortedTransactions(0, 9)).containsExactly(new AbortedTransaction(7, 0, 1));
        assertThat(again.get().firstUnstableOffset()).hasValue(2);
    }

    @Test
    void aCoordinatorOfThePastIsFenced() {
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.marker(7, 0, true, 5), AppendOrigin.COORDINATOR, 1);

        assertThat(log.append(Batches.marker(7, 0, false, 4), AppendOrigin.COORDINATOR, 1)
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    }

    @Test
    void aMarkerMayBumpTheEpochOfTheProducer() {
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.marker(7, 1, true, 0), AppendOrigin.COORDINATOR, 1);

        assertThat(log.append(Batches.transactional(7, 0, 1, "late")).refusal().error())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(log.append(Batches.transactional(7, 1, 1, "wrong")).refusal().error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(log.append(Batches.transactional(7, 1, 0, "fine")).isRefused())
                .isFalse();
    }

    @Test
    void transactionsBeforeTheLogStartAreForgotten() {
        log.append(Batches.transactional(7, 0, 0, "a"));
        log.append(Batches.marker(7, 0, false, 0), AppendOrigin.COORDINATOR, 1);
        log.append(Batches.of("x"));

        log.deleteRecords(2);

        assertThat(log.get().abortedTransactions(0, 9)).isEmpty();
    }

    @Test
    void theAccountIsRightWhateverIsWrittenCutAndKilled() {
        Seeds.check(150, new TransactionsScenario());
    }

    @Test
    void aMarkerThatBumpsTheEpochIsWrittenOnce() {
        log.append(Batches.transactional(7, 0, 0, "a"));

        assertThat(append(Batches.marker(7, 1, true, 0), true).appended().duplicate())
                .isFalse();
        assertThat(append(Batches.marker(7, 1, true, 0), true).appended().duplicate())
                .isTrue();
        assertThat(log.get().endOffset()).isEqualTo(2);
    }

    @Test
    void aLateMarkerDoesNotEndTheNextTransaction() {
        log.append(Batches.transactional(7, 0, 0, "a"));
        append(Batches.marker(7, 1, true, 0), true);
        log.append(Batches.transactional(7, 1, 0, "b"));

        assertThat(append(Batches.marker(7, 1, true, 0), true).refusal().error())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(log.get().firstUnstableOffset()).hasValue(0);
    }

    @Test
    void recordsOutsideOfTheOpenTransactionAreRefused() {
        log.append(Batches.transactional(7, 0, 0, "a"));

        assertThat(log.append(Batches.of(7, 0, 1, "b")).refusal().error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void inOneTurnEachAppendSeesWhatIsBeforeIt() {
        List<TestLog.Written> written = log.appendTogether(List.of(
                new Append(Batches.transactional(7, 0, 0, "a"), AppendOrigin.CLIENT, 1),
                new Append(Batches.marker(7, 0, true, 5), AppendOrigin.COORDINATOR, 1),
                new Append(Batches.marker(7, 0, true, 4), AppendOrigin.COORDINATOR, 1),
                new Append(Batches.transactional(7, 0, 1, "b"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(7, 0, 2, "c"), AppendOrigin.CLIENT, 1)));

        assertThat(written.get(1).isRefused()).isFalse();
        assertThat(written.get(2).refusal().error()).isEqualTo(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
        assertThat(written.get(3).isRefused()).isFalse();
        assertThat(written.get(4).refusal().error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    private TestLog.Written append(ByteBuffer marker, boolean bumpsEpoch) {
        return log.appendTogether(List.of(
                        new Append(marker, AppendOrigin.COORDINATOR, 1, Verifications.NOT_REQUIRED, bumpsEpoch)))
                .getFirst();
    }
}
