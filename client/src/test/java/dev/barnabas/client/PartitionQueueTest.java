package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PartitionQueueTest {

    private static final ProducerIdentity IDENTITY = new ProducerIdentity(1, (short) 0);
    private static final ProducerIdentity NEXT = IDENTITY.next();

    private final PartitionQueue queue = new PartitionQueue(new TopicPartition("t", 0), true, 5);

    @Test
    void untilTheBrokerKnowsTheProducerBatchesGoOneByOne() {
        ProduceBatch first = batch(1);
        ProduceBatch second = batch(1);
        send(IDENTITY);
        assertThat(queue.next(batch -> true)).isEmpty();

        queue.retry(first);
        assertThat(send(IDENTITY)).isSameAs(first);
        assertThat(queue.next(batch -> true)).isEmpty();

        queue.done(first);
        assertThat(send(IDENTITY)).isSameAs(second);
        batch(1);
        assertThat(queue.next(batch -> true)).isPresent();
    }

    /**
     * A leader that loses its role refuses what it has written, and the next leader has it. If that one then refuses
     * the batch for another reason, it is there all the same: another batch of its number would be taken for it.
     */
    @Test
    void aBatchThatMayBeWrittenKeepsItsNumberWhenItIsRefused() {
        acknowledgeOne();
        ProduceBatch first = batch(1);
        ProduceBatch second = batch(1);
        send(IDENTITY);
        queue.retry(first);
        assertThat(send(IDENTITY)).isSameAs(first);
        queue.refused(first);

        assertThat(queue.next(batch -> true)).contains(second);
        assertThat(queue.needsOtherThan(IDENTITY)).isTrue();
        assertThat(send(NEXT)).isSameAs(second);
        assertThat(second.baseSequence()).isZero();
    }

    @Test
    void underAnotherIdentityBatchesGoOneByOneAgain() {
        acknowledgeOne();
        batch(1);
        batch(1);
        send(NEXT);

        assertThat(queue.next(batch -> true)).isEmpty();
    }

    @Test
    void batchesGetSequenceNumbersInTheOrderInWhichTheyAreSent() {
        acknowledgeOne();
        ProduceBatch first = batch(3);
        ProduceBatch second = batch(2);

        assertThat(send(IDENTITY)).isSameAs(first);
        assertThat(send(IDENTITY)).isSameAs(second);

        assertThat(first.baseSequence()).isEqualTo(1);
        assertThat(second.baseSequence()).isEqualTo(4);
        assertThat(queue.next(batch -> true)).isEmpty();
    }

    @Test
    void noMoreThanFiveAreInFlight() {
        acknowledgeOne();
        for (int i = 0; i < 6; i++) {
            batch(1);
        }
        for (int i = 0; i < 5; i++) {
            send(IDENTITY);
        }

        assertThat(queue.next(batch -> true)).isEmpty();
    }

    @Test
    void aBatchThatIsStuckIsNotOvertakenByMoreThanTheBrokerRemembers() {
        acknowledgeOne();
        for (int i = 0; i < 6; i++) {
            batch(1);
        }
        ProduceBatch stuck = send(IDENTITY);
        for (int i = 0; i < 4; i++) {
            queue.done(send(IDENTITY));
        }

        assertThat(queue.next(batch -> true)).isEmpty();
        queue.done(stuck);
        assertThat(queue.next(batch -> true)).isPresent();
    }

    @Test
    void afterAFailureEverythingComesBackBeforeAnythingIsSentAgainInOrder() {
        acknowledgeOne();
        ProduceBatch first = batch(1);
        ProduceBatch second = batch(1);
        ProduceBatch third = batch(1);
        send(IDENTITY);
        send(IDENTITY);

        queue.retry(first);
        assertThat(queue.next(batch -> true)).isEmpty();
        queue.retry(second);

        assertThat(send(IDENTITY)).isSameAs(first);
        assertThat(queue.next(batch -> true)).isEmpty();
        queue.done(first);
        assertThat(send(IDENTITY)).isSameAs(second);
        assertThat(send(IDENTITY)).isSameAs(third);
        assertThat(List.of(first.baseSequence(), second.baseSequence(), third.baseSequence()))
                .containsExactly(1, 2, 3);
    }

    @Test
    void aRefusedLastBatchLeavesItsNumberToTheNext() {
        ProduceBatch first = batch(4);
        send(IDENTITY);
        queue.refused(first);
        ProduceBatch second = batch(1);

        assertThat(queue.needsOtherThan(IDENTITY)).isFalse();
        send(IDENTITY);

        assertThat(second.baseSequence()).isZero();
    }

    @Test
    void aGapIsClosedByTheNextEpochWhenAllOthersAreResolved() {
        acknowledgeOne();
        ProduceBatch first = batch(1);
        ProduceBatch second = batch(1);
        send(IDENTITY);
        send(IDENTITY);
        // Nothing is known of the first, and it is given up; the second may or may not have been written.
        queue.retry(first);
        queue.removeWaiting(batch -> batch == first);
        queue.retry(second);
        assertThat(queue.needsOtherThan(IDENTITY)).isFalse();

        assertThat(send(IDENTITY)).isSameAs(second);
        assertThat(second.baseSequence()).isEqualTo(2);
        assertThat(queue.followsUnresolved(second)).isFalse();
        queue.lost(second);

        assertThat(queue.needsOtherThan(IDENTITY)).isTrue();
        assertThat(send(NEXT)).isSameAs(second);
        assertThat(second.baseSequence()).isZero();
        assertThat(queue.needsOtherThan(NEXT)).isFalse();
    }

    @Test
    void anOutOfOrderBatchWaitsForTheOneBeforeIt() {
        acknowledgeOne();
        ProduceBatch first = batch(1);
        ProduceBatch second = batch(1);
        send(IDENTITY);
        send(IDENTITY);
        queue.retry(first);

        assertThat(queue.followsUnresolved(second)).isTrue();
        assertThat(queue.followsUnresolved(first)).isFalse();
    }

    @Test
    void aPartitionWithoutTroublesChangesToTheNewEpochWhenNothingIsInFlight() {
        acknowledgeOne();
        ProduceBatch first = batch(1);
        ProduceBatch second = batch(1);
        ProduceBatch third = batch(1);
        send(IDENTITY);
        send(NEXT);
        assertThat(second.baseSequence()).isEqualTo(2);
        queue.done(first);
        queue.done(second);

        send(NEXT);

        assertThat(third.baseSequence()).isZero();
    }

    @Test
    void thePiecesOfABatchTakeItsPlace() {
        ProduceBatch large = batch(4);
        ProduceBatch next = batch(1);
        send(IDENTITY);
        ProduceBatch one = piece(large);
        ProduceBatch other = piece(large);

        queue.retryUnwritten(large, List.of(one, other));

        assertThat(send(IDENTITY)).isSameAs(one);
        queue.done(one);
        assertThat(send(IDENTITY)).isSameAs(other);
        assertThat(send(IDENTITY)).isSameAs(next);
        assertThat(List.of(one.baseSequence(), other.baseSequence(), next.baseSequence()))
                .containsExactly(0, 2, 4);
    }

    /** From now on the broker knows the producer. */
    private void acknowledgeOne() {
        batch(1);
        queue.done(send(IDENTITY));
    }

    private ProduceBatch send(ProducerIdentity identity) {
        ProduceBatch batch = queue.next(any -> true).orElseThrow();
        queue.take(batch, identity);
        return batch;
    }

    private ProduceBatch batch(int records) {
        ProduceBatch batch =
                new ProduceBatch(queue, new RecordBatchBuilder(1_000), new FlushEpoch(), 0, queue.nextOrder());
        fill(batch, records);
        queue.add(batch);
        return batch;
    }

    private ProduceBatch piece(ProduceBatch of) {
        ProduceBatch piece = new ProduceBatch(queue, new RecordBatchBuilder(1_000), new FlushEpoch(), 0, of.order);
        fill(piece, of.recordCount() / 2);
        return piece;
    }

    private static void fill(ProduceBatch batch, int records) {
        for (int i = 0; i < records; i++) {
            batch.append(ProducerRecord.ofText("t", null, "v"), 0, Delivery.ignored(), 1_000);
        }
    }
}
