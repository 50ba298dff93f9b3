package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.SimulatedHost;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No batch begins a transaction that its coordinator does not know of (KIP-890). */
final class VerificationsTest {
    private final World world = new World(1);
    private TestLog log = world.open(LogSettings.DEFAULT);

    private long begin(long producerId, int epoch, int sequence) {
        return begin(producerId, epoch, sequence, false);
    }

    private long begin(long producerId, int epoch, int sequence, boolean startsAtZero) {
        return world.call(() -> log.get().beginVerification(producerId, (short) epoch, sequence, startsAtZero));
    }

    private static Append append(ByteBuffer batch, long verification) {
        return new Append(batch, AppendOrigin.CLIENT, 1, verification, false);
    }

    private static Append marker(long producerId, int epoch) {
        return new Append(Batches.marker(producerId, epoch, false, 0), AppendOrigin.COORDINATOR, 1);
    }

    private TestLog.Written write(Append append) {
        return log.appendTogether(List.of(append)).getFirst();
    }

    private ErrorCode refusal(Append append) {
        return write(append).refusal().error();
    }

    @Test
    void aFirstBatchThatWasNotVerifiedIsRefused() {
        assertThat(refusal(append(Batches.transactional(7, 0, 0, "a"), Verifications.NONE)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(refusal(append(Batches.transactional(7, 0, 0, "a"), 99))).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void onceTheTransactionIsOpenThereIsNothingToVerify() {
        long verification = begin(7, 0, 0);
        assertThat(write(append(Batches.transactional(7, 0, 0, "a"), verification))
                        .isRefused())
                .isFalse();

        assertThat(begin(7, 0, 1)).isEqualTo(Verifications.NONE);
        assertThat(write(append(Batches.transactional(7, 0, 1, "b"), Verifications.NONE))
                        .isRefused())
                .isFalse();
    }

    @Test
    void aMarkerVoidsWhatWasVerifiedBefore() {
        long verification = begin(7, 0, 0);
        write(marker(7, 0));

        assertThat(refusal(append(Batches.transactional(7, 0, 0, "late"), verification)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
        long again = begin(7, 0, 0);
        assertThat(write(append(Batches.transactional(7, 0, 0, "new"), again)).isRefused())
                .isFalse();
    }

    @Test
    void aMarkerInTheSameTurnDoesSoToo() {
        long verification = begin(7, 0, 0);
        List<TestLog.Written> written =
                log.appendTogether(List.of(marker(7, 0), append(Batches.transactional(7, 0, 0, "late"), verification)));

        assertThat(written.get(1).refusal().error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void concurrentFirstBatchesShareOneVerification() {
        long first = begin(7, 0, 0);
        long second = begin(7, 0, 1);
        assertThat(second).isEqualTo(first);

        List<TestLog.Written> written = log.appendTogether(List.of(
                append(Batches.transactional(7, 0, 0, "a"), first),
                append(Batches.transactional(7, 0, 1, "b"), second)));
        assertThat(written).noneMatch(TestLog.Written::isRefused);
    }

    @Test
    void aBatchDoesNotOvertakeOneThatCouldNotBeVerified() {
        long verification = begin(7, 0, 3);
        begin(7, 0, 5);

        assertThat(refusal(append(Batches.transactional(7, 0, 5, "second"), verification)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(write(append(Batches.transactional(7, 0, 3, "first", "more"), verification))
                        .isRefused())
                .isFalse();
    }

    @Test
    void whereEachTransactionHasItsEpochSequencesBeginAtZero() {
        long verification = begin(7, 4, 3, true);

        assertThat(refusal(append(Batches.transactional(7, 4, 3, "a"), verification)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void aZombieDoesNotVoidWhatItsSuccessorHasVerified() {
        long successor = begin(7, 1, 0);
        long zombie = begin(7, 0, 0);

        assertThat(refusal(append(Batches.transactional(7, 0, 0, "zombie"), zombie)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(write(append(Batches.transactional(7, 1, 0, "a"), successor)).isRefused())
                .isFalse();
    }

    @Test
    void anOpenTransactionOfAnEarlierEpochDoesNotStandForTheNext() {
        write(append(Batches.transactional(7, 0, 0, "a"), begin(7, 0, 0)));

        assertThat(begin(7, 1, 0)).isNotEqualTo(Verifications.NONE);
        assertThat(refusal(append(Batches.transactional(7, 1, 0, "b"), Verifications.NONE)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void nothingIsVerifiedAnyMoreAfterARestart() {
        long verification = begin(7, 0, 0);
        world.crash(SimulatedHost.Crash.PROCESS);
        log = world.open(LogSettings.DEFAULT);

        assertThat(refusal(append(Batches.transactional(7, 0, 0, "a"), verification)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void norAfterATruncation() {
        log.appendValues("x", "y");
        log.appendValues("z");
        long verification = begin(7, 0, 0);
        log.truncate(2);

        assertThat(refusal(append(Batches.transactional(7, 0, 0, "a"), verification)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(begin(7, 0, 0)).isNotEqualTo(verification);
    }

    @Test
    void whatACoordinatorWritesInATransactionIsVerifiedToo() {
        ByteBuffer batch = Batches.transactional(7, 0, -1, "offset");
        assertThat(refusal(new Append(World.copy(batch), AppendOrigin.COORDINATOR, 1, Verifications.NONE, false)))
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
        long verification = begin(7, 0, -1);
        assertThat(write(new Append(batch, AppendOrigin.COORDINATOR, 1, verification, false))
                        .isRefused())
                .isFalse();
    }
}
