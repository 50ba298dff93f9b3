package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SharePartitionTest {
    private static final ShareKey KEY = new ShareKey("g", new Uuid(1, 2), 0);
    private static final AcquireLimits MANY = new AcquireLimits(500, 500, false);
    private static final int LOCK_MS = 30_000;

    private final TestClock clock = new TestClock();
    private final MemoryShareStore store = new MemoryShareStore();
    private final List<String> letters = new ArrayList<>();
    private final List<Runnable> lettersWritten = new ArrayList<>();
    private final Holder anna = new Holder("anna");
    private final Holder bert = new Holder("bert");
    private ShareSettings settings = new ShareSettings(LOCK_MS, 5, 2000, true, false, ShareSettings.Order.NONE);
    private int leaderEpoch;
    private SharePartition partition = begin(0);

    private SharePartition begin(long startOffset) {
        store.of(KEY).startOffset = startOffset;
        return load();
    }

    private SharePartition load() {
        SharePartition loaded = new SharePartition(
                KEY, ++leaderEpoch, clock, store, () -> settings, this::letter, new SharePartition.Events() {
                    @Override
                    public void available() {}

                    @Override
                    public void ended(ErrorCode why) {}
                });
        loaded.load(0, then -> then.accept(ErrorCode.NONE, 7L), error -> {});
        return loaded;
    }

    private void letter(ShareKey key, long first, long last, short count, DeadLetters.Cause cause, Runnable then) {
        letters.add(first + "-" + last + " x" + count + " " + cause);
        lettersWritten.add(then);
    }

    private List<Acquired> acquire(Holder holder, long first, long last) {
        return acquire(holder, MANY, first, last);
    }

    private List<Acquired> acquire(Holder holder, AcquireLimits limits, long first, long last) {
        return partition.acquire(holder, limits, first, List.of(new Span(first, last, true)));
    }

    private ErrorCode acknowledge(Holder holder, long first, long last, Acknowledgement.Type... types) {
        List<ErrorCode> answer = new ArrayList<>();
        partition.acknowledge(
                holder.memberId(), List.of(new Acknowledgement(first, last, List.of(types))), answer::add);
        return answer.isEmpty() ? ErrorCode.UNKNOWN_SERVER_ERROR : answer.getFirst();
    }

    @Test
    void aBatchIsOutWithOneMemberUntilItIsAccepted() {
        assertThat(acquire(anna, 0, 9)).containsExactly(new Acquired(0, 9, (short) 1));
        assertThat(acquire(bert, 0, 9)).isEmpty();
        assertThat(acknowledge(bert, 0, 9, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.INVALID_RECORD_STATE);

        assertThat(acknowledge(anna, 0, 9, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.NONE);

        assertThat(partition.startOffset()).isEqualTo(10);
        assertThat(store.of(KEY).startOffset).isEqualTo(10);
        assertThat(store.of(KEY).offsets).isEmpty();
    }

    @Test
    void whatIsReleasedComesBackAndCounts() {
        acquire(anna, 0, 9);

        assertThat(acknowledge(anna, 3, 5, Acknowledgement.Type.RELEASE)).isEqualTo(ErrorCode.NONE);

        assertThat(partition.nextFetchOffset()).isEqualTo(3);
        assertThat(acquire(bert, 0, 9)).containsExactly(new Acquired(3, 5, (short) 2));
        assertThat(store.of(KEY).offsets.keySet()).containsExactly(3L, 4L, 5L);
    }

    @Test
    void eachOffsetOfABatchMayHaveAnotherFate() {
        acquire(anna, 0, 4);

        assertThat(acknowledge(
                        anna,
                        0,
                        4,
                        Acknowledgement.Type.ACCEPT,
                        Acknowledgement.Type.REJECT,
                        Acknowledgement.Type.RELEASE,
                        Acknowledgement.Type.GAP,
                        Acknowledgement.Type.ACCEPT))
                .isEqualTo(ErrorCode.NONE);

        assertThat(partition.startOffset()).isEqualTo(2);
        assertThat(store.of(KEY).deliveryCompleteCount).isEqualTo(2);
        assertThat(acquire(bert, 0, 4)).containsExactly(new Acquired(2, 2, (short) 2));
    }

    @Test
    void aLockThatIsOverMakesRecordsAvailable() {
        acquire(anna, 0, 9);
        assertThat(partition.nextTickNanos())
                .isEqualTo(clock.nanos() + Duration.ofMillis(LOCK_MS).toNanos());
        clock.pass(Duration.ofMillis(LOCK_MS));

        partition.tick();

        assertThat(acknowledge(anna, 0, 9, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.INVALID_RECORD_STATE);
        assertThat(acquire(bert, 0, 9)).containsExactly(new Acquired(0, 9, (short) 2));
    }

    @Test
    void renewingBeginsTheLockAnew() {
        acquire(anna, 0, 9);
        clock.pass(Duration.ofMillis(LOCK_MS - 1));
        int writes = store.writes();

        assertThat(acknowledge(anna, 0, 4, Acknowledgement.Type.RENEW)).isEqualTo(ErrorCode.NONE);

        assertThat(store.writes()).isEqualTo(writes);
        clock.pass(Duration.ofMillis(1));
        partition.tick();
        assertThat(acquire(bert, 0, 9)).containsExactly(new Acquired(5, 9, (short) 2));
    }

    @Test
    void anAcknowledgementIsAnsweredWhenItIsStored() {
        acquire(anna, 0, 9);
        store.hold(true);
        List<ErrorCode> answers = new ArrayList<>();
        partition.acknowledge(
                "anna", List.of(new Acknowledgement(0, 4, List.of(Acknowledgement.Type.ACCEPT))), answers::add);
        partition.acknowledge(
                "anna", List.of(new Acknowledgement(5, 6, List.of(Acknowledgement.Type.ACCEPT))), answers::add);
        partition.acknowledge(
                "anna", List.of(new Acknowledgement(7, 9, List.of(Acknowledgement.Type.RELEASE))), answers::add);

        assertThat(answers).isEmpty();
        assertThat(acknowledge(anna, 0, 4, Acknowledgement.Type.RELEASE)).isEqualTo(ErrorCode.INVALID_RECORD_STATE);
        store.letGo(true, ErrorCode.NONE);
        assertThat(answers).containsExactly(ErrorCode.NONE);
        assertThat(store.heldWrites()).isEqualTo(1);
        store.letGo(true, ErrorCode.NONE);
        assertThat(answers).containsExactly(ErrorCode.NONE, ErrorCode.NONE, ErrorCode.NONE);
        assertThat(partition.startOffset()).isEqualTo(7);
    }

    @Test
    void whatCannotBeStoredIsTakenBack() {
        acquire(anna, 0, 9);
        store.hold(true);
        List<ErrorCode> answers = new ArrayList<>();
        partition.acknowledge(
                "anna", List.of(new Acknowledgement(0, 9, List.of(Acknowledgement.Type.ACCEPT))), answers::add);

        store.letGo(false, ErrorCode.NOT_COORDINATOR);

        assertThat(answers).containsExactly(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(partition.isActive()).isTrue();
        store.hold(false);
        assertThat(acknowledge(anna, 0, 9, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aLockThatEndsWhileAnAcknowledgementFailsIsOver() {
        acquire(anna, 0, 9);
        store.hold(true);
        partition.acknowledge(
                "anna", List.of(new Acknowledgement(0, 9, List.of(Acknowledgement.Type.ACCEPT))), error -> {});
        clock.pass(Duration.ofMillis(LOCK_MS));
        partition.tick();
        assertThat(acquire(bert, 0, 9)).isEmpty();

        store.letGo(false, ErrorCode.NOT_COORDINATOR);

        assertThat(acquire(bert, 0, 9)).containsExactly(new Acquired(0, 9, (short) 2));
    }

    @Test
    void whoeverIsFencedEnds() {
        acquire(anna, 0, 9);
        store.of(KEY).stateEpoch = 1;

        assertThat(acknowledge(anna, 0, 9, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.FENCED_STATE_EPOCH);

        assertThat(partition.hasEnded()).isTrue();
        assertThat(partition.whyEnded()).isEqualTo(ErrorCode.FENCED_STATE_EPOCH);
    }

    @Test
    void aNewLeaderGoesOnFromWhatIsStored() {
        acquire(anna, 0, 9);
        acknowledge(anna, 0, 9, Acknowledgement.Type.RELEASE);
        acquire(anna, 0, 9);
        acknowledge(anna, 4, 5, Acknowledgement.Type.ACCEPT);
        acquire(bert, 10, 19);
        acknowledge(bert, 15, 15, Acknowledgement.Type.ACCEPT);

        partition = load();

        assertThat(partition.endOffset()).isEqualTo(16);
        assertThat(acquire(bert, 0, 19))
                .containsExactly(
                        new Acquired(0, 3, (short) 2),
                        new Acquired(6, 9, (short) 2),
                        new Acquired(10, 14, (short) 1),
                        new Acquired(16, 19, (short) 1));
    }

    @Test
    void whereAGroupBeginsIsStoredBeforeAnythingIsGivenOut() {
        store.of(KEY).startOffset = StoredState.NO_START;
        store.hold(true);

        partition = load();

        assertThat(partition.isActive() && store.heldWrites() == 1).isTrue();
        store.letGo(true, ErrorCode.NONE);
        assertThat(store.of(KEY).startOffset).isEqualTo(7);
        assertThat(partition.nextFetchOffset()).isEqualTo(7);
    }

    @Test
    void whatWasDeliveredTooOftenIsArchived() {
        for (int i = 1; i < 5; i++) {
            acquire(anna, 0, 0);
            acknowledge(anna, 0, 0, Acknowledgement.Type.RELEASE);
        }
        assertThat(acquire(anna, 0, 0)).containsExactly(new Acquired(0, 0, (short) 5));

        assertThat(acknowledge(anna, 0, 0, Acknowledgement.Type.RELEASE)).isEqualTo(ErrorCode.NONE);

        assertThat(partition.startOffset()).isEqualTo(1);
    }

    @Test
    void aBatchThatFailsAgainAndAgainIsDividedAndInTheEndEachRecordIsAlone() {
        for (int i = 0; i < 3; i++) {
            assertThat(acquire(anna, 0, 9)).containsExactly(new Acquired(0, 9, (short) (i + 1)));
            acknowledge(anna, 0, 9, Acknowledgement.Type.RELEASE);
        }

        assertThat(acquire(anna, 0, 9)).containsExactly(new Acquired(0, 4, (short) 4));
        acknowledge(anna, 0, 4, Acknowledgement.Type.RELEASE);
        assertThat(acquire(anna, 0, 9)).containsExactly(new Acquired(0, 0, (short) 5));
        assertThat(acquire(anna, 0, 9)).containsExactly(new Acquired(1, 1, (short) 5));
    }

    @Test
    void whatIsRejectedGoesToTheDeadLettersBeforeItIsFinished() {
        settings = new ShareSettings(LOCK_MS, 5, 2000, true, true, ShareSettings.Order.NONE);
        acquire(anna, 0, 9);

        assertThat(acknowledge(anna, 0, 3, Acknowledgement.Type.REJECT)).isEqualTo(ErrorCode.NONE);

        assertThat(letters).containsExactly("0-3 x1 REJECTED");
        assertThat(partition.startOffset()).isZero();
        assertThat(store.of(KEY).offsets.get(0L))
                .isEqualTo(new MemoryShareStore.Offset(RecordState.ARCHIVING, (short) 1));
        lettersWritten.getFirst().run();
        assertThat(partition.startOffset()).isEqualTo(4);
        assertThat(store.of(KEY).startOffset).isEqualTo(4);
    }

    @Test
    void aNewLeaderGoesOnWithTheDeadLetters() {
        settings = new ShareSettings(LOCK_MS, 5, 2000, true, true, ShareSettings.Order.NONE);
        acquire(anna, 0, 9);
        acknowledge(anna, 0, 3, Acknowledgement.Type.REJECT);

        partition = load();

        assertThat(letters)
                .containsExactly(
                        "0-3 x1 REJECTED", "0-0 x1 REJECTED", "1-1 x1 REJECTED", "2-2 x1 REJECTED", "3-3 x1 REJECTED");
    }

    @Test
    void whatIsNotDeliveredIsFinishedAtOnce() {
        List<Acquired> acquired = partition.acquire(
                anna,
                MANY,
                0,
                List.of(new Span(0, 4, true), new Span(5, 5, false), new Span(9, 11, true), new Span(12, 12, false)));

        assertThat(acquired).containsExactly(new Acquired(0, 4, (short) 1), new Acquired(9, 11, (short) 1));
        acknowledge(anna, 0, 4, Acknowledgement.Type.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(9);
        acknowledge(anna, 9, 11, Acknowledgement.Type.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(13);
    }

    @Test
    void recordsThatAreDeletedAreNotWaitedFor() {
        acquire(anna, 0, 9);
        acquire(bert, 10, 19);

        partition.logStartMoved(5);

        assertThat(partition.startOffset()).isEqualTo(5);
        assertThat(acknowledge(anna, 0, 9, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.NONE);
        partition.logStartMoved(30);
        assertThat(partition.startOffset()).isEqualTo(30);
        assertThat(partition.nextFetchOffset()).isEqualTo(30);
        assertThat(acknowledge(bert, 10, 19, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.NONE);
        assertThat(store.of(KEY).startOffset).isEqualTo(30);
    }

    @Test
    void batchesAreTakenAsAWholeUnlessTheLimitIsExact() {
        List<Span> batches = List.of(new Span(0, 9, true), new Span(10, 19, true), new Span(20, 29, true));

        assertThat(partition.acquire(anna, new AcquireLimits(12, 5, false), 0, batches))
                .containsExactly(new Acquired(0, 9, (short) 1), new Acquired(10, 19, (short) 1));
        assertThat(partition.acquire(bert, new AcquireLimits(3, 5, true), 20, batches))
                .containsExactly(new Acquired(20, 22, (short) 1));
        assertThat(partition.nextFetchOffset()).isEqualTo(23);
    }

    @Test
    void noMoreThanTheLimitIsOut() {
        settings = new ShareSettings(LOCK_MS, 5, 100, true, false, ShareSettings.Order.NONE);
        for (int i = 0; i < 20 && partition.mayAcquire(1000); i++) {
            acquire(anna, 10L * i, 10L * i + 9);
        }

        assertThat(partition.endOffset()).isEqualTo(100);
        assertThat(partition.mayAcquire(1000)).isFalse();
        acknowledge(anna, 50, 59, Acknowledgement.Type.ACCEPT);
        assertThat(partition.mayAcquire(1000)).isTrue();
        assertThat(acquire(bert, 100, 109)).containsExactly(new Acquired(100, 109, (short) 1));
    }

    @Test
    void aSessionThatEndsGivesBackWhatItHas() {
        acquire(anna, 0, 9);
        acquire(bert, 10, 19);
        Holder annaAgain = new Holder("anna");

        partition.release(annaAgain);
        assertThat(acquire(bert, 0, 9)).isEmpty();
        partition.release(anna);

        assertThat(acquire(annaAgain, 0, 9)).containsExactly(new Acquired(0, 9, (short) 2));
    }

    @Test
    void offsetsThatNobodyEverHadAreAnInvalidRequest() {
        acquire(anna, 0, 9);

        assertThat(acknowledge(anna, 5, 10, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(acknowledge(anna, 10, 10, Acknowledgement.Type.ACCEPT)).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void recordsOfAKeyAreWithOneMemberAtATimeAndOthersFlowOn() {
        settings = new ShareSettings(LOCK_MS, 5, 2000, true, false, ShareSettings.Order.KEY);
        partition = load();
        Span batch = new Span(0, 5, true, new long[] {1, 2, 1, 3, Span.NO_KEY, 2});

        assertThat(partition.acquire(anna, new AcquireLimits(1, 1, true), 0, List.of(batch)))
                .containsExactly(new Acquired(0, 0, (short) 1));
        assertThat(partition.acquire(bert, new AcquireLimits(2, 1, true), 0, List.of(batch)))
                .containsExactly(new Acquired(1, 1, (short) 1), new Acquired(3, 3, (short) 1));
        assertThat(partition.acquire(anna, MANY, 0, List.of(batch)))
                .containsExactly(new Acquired(2, 2, (short) 1), new Acquired(4, 4, (short) 1));
        assertThat(acknowledge(anna, 0, 0, Acknowledgement.Type.RELEASE)).isEqualTo(ErrorCode.NONE);
        assertThat(partition.acquire(bert, MANY, 0, List.of(batch))).containsExactly(new Acquired(5, 5, (short) 1));
        assertThat(partition.acquire(anna, MANY, 0, List.of(batch))).containsExactly(new Acquired(0, 0, (short) 2));
    }

    @Test
    void inStrictOrderOneRecordOfAKeyIsOut() {
        settings = new ShareSettings(LOCK_MS, 5, 2000, true, false, ShareSettings.Order.STRICT_KEY);
        partition = load();
        Span batch = new Span(0, 3, true, new long[] {1, 1, 2, 1});

        assertThat(partition.acquire(anna, MANY, 0, List.of(batch)))
                .containsExactly(new Acquired(0, 0, (short) 1), new Acquired(2, 2, (short) 1));
        assertThat(partition.nextFetchOffset()).isEqualTo(4);
        acknowledge(anna, 0, 0, Acknowledgement.Type.RELEASE);
        assertThat(partition.nextFetchOffset()).isZero();
        acquireAll(bert, batch, new Acquired(0, 0, (short) 2));
        acknowledge(bert, 0, 0, Acknowledgement.Type.ACCEPT);
        assertThat(partition.nextFetchOffset()).isEqualTo(1);
        acquireAll(bert, batch, new Acquired(1, 1, (short) 1));
    }

    private void acquireAll(Holder holder, Span batch, Acquired... expected) {
        assertThat(partition.acquire(holder, MANY, partition.nextFetchOffset(), List.of(batch)))
                .containsExactly(expected);
    }
}
