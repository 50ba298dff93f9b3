package dev.barnabas.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Loop}, {@link Clock} and {@link Entropy} promise, live and simulated. */
public abstract class LoopContract {
    private TestBed bed;
    private Loop loop;

    /** A new world whose host has at least two loops. */
    protected abstract TestBed bed() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        bed = bed();
        loop = bed.host().loops().getFirst();
    }

    @AfterEach
    void cleanUp() throws Exception {
        bed.close();
    }

    @Test
    void tasksOfOneSenderRunInTheOrderInWhichTheyWereSent() {
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();

        for (int i = 0; i < 500; i++) {
            int number = i;
            loop.execute(() -> ran.add(number));
        }

        bed.await("500 tasks", () -> ran.size() == 500);
        assertThat(ran)
                .containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
    }

    @Test
    void whatOneLoopSendsToAnotherArrivesInOrder() {
        Loop other = bed.host().loops().get(1);
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();

        loop.execute(() -> {
            for (int i = 0; i < 100; i++) {
                int number = i;
                other.execute(() -> ran.add(number));
            }
        });

        bed.await("100 tasks", () -> ran.size() == 100);
        assertThat(ran)
                .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void aTaskThatIsSentFromTheLoopItselfRunsAfterTheCurrentOne() {
        Queue<String> ran = new ConcurrentLinkedQueue<>();

        loop.execute(() -> {
            loop.execute(() -> ran.add("second"));
            ran.add("first");
        });

        bed.await("both tasks", () -> ran.size() == 2);
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void aLoopKnowsWhetherItIsTheCallersOwn() throws Exception {
        Loop other = bed.host().loops().get(1);

        assertThat(loop.isCurrent()).isFalse();
        assertThatThrownBy(loop::requireCurrent).isInstanceOf(IllegalStateException.class);
        bed.run(loop, () -> {
            assertThat(loop.isCurrent()).isTrue();
            assertThat(other.isCurrent()).isFalse();
            loop.requireCurrent();
        });
    }

    @Test
    void oneTaskRunsAtATimeAndSeesWhatTheFormerOnesDid() {
        // Not atomic on purpose: only the loop protects it.
        int[] counter = new int[1];
        AtomicInteger seen = new AtomicInteger();
        List<Loop> senders = bed.host().loops();

        for (Loop sender : senders) {
            sender.execute(() -> {
                for (int i = 0; i < 200; i++) {
                    loop.execute(() -> seen.set(++counter[0]));
                }
            });
        }

        bed.await("all tasks", () -> seen.get() == 200 * senders.size());
    }

    @Test
    void aTimerRunsOnItsLoopAndNotBeforeItsTime() throws Exception {
        AtomicBoolean onTheLoop = new AtomicBoolean();
        AtomicLong ranAt = new AtomicLong(-1);
        Duration delay = Duration.ofMillis(20);

        long scheduledAt = bed.call(loop, () -> {
            long now = loop.clock().nanos();
            loop.schedule(delay, () -> {
                onTheLoop.set(loop.isCurrent());
                ranAt.set(loop.clock().nanos());
            });
            return now;
        });

        bed.await("the timer", () -> ranAt.get() != -1L);
        assertThat(onTheLoop).isTrue();
        assertThat(ranAt.get() - scheduledAt).isGreaterThanOrEqualTo(delay.toNanos());
    }

    @Test
    void timersRunInTheOrderOfTheirDeadlinesAndEqualDelaysInTheOrderOfTheirScheduling() throws Exception {
        Queue<String> ran = new ConcurrentLinkedQueue<>();

        bed.run(loop, () -> {
            loop.schedule(Duration.ofMillis(60), () -> ran.add("late"));
            loop.schedule(Duration.ofMillis(5), () -> ran.add("early 1"));
            loop.schedule(Duration.ofMillis(5), () -> ran.add("early 2"));
            loop.schedule(Duration.ZERO, () -> ran.add("at once"));
            ran.add("not inside the call");
        });

        bed.await("the timers", () -> ran.size() == 5);
        assertThat(ran).containsExactly("not inside the call", "at once", "early 1", "early 2", "late");
    }

    @Test
    void aCancelledTimerDoesNotRun() throws Exception {
        Queue<String> ran = new ConcurrentLinkedQueue<>();

        bed.run(loop, () -> {
            Loop.Timer cancelled = loop.schedule(Duration.ofMillis(5), () -> ran.add("cancelled"));
            Loop.Timer cancelledLater = loop.schedule(Duration.ofMillis(20), () -> ran.add("cancelled later"));
            loop.schedule(Duration.ofMillis(10), () -> {
                cancelledLater.cancel();
                ran.add("canceller");
            });
            loop.schedule(Duration.ofMillis(40), () -> ran.add("last"));
            cancelled.cancel();
            cancelled.cancel();
        });

        bed.await("the last timer", () -> ran.contains("last"));
        assertThat(ran).containsExactly("canceller", "last");
    }

    @Test
    void cancellingATimerThatHasRunDoesNothing() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        List<Loop.Timer> timers = new ArrayList<>();

        bed.run(
                loop,
                () -> timers.add(loop.schedule(Duration.ofMillis(1), () -> {
                    runs.incrementAndGet();
                    timers.getFirst().cancel();
                })));
        bed.await("the timer", () -> runs.get() == 1);

        bed.run(loop, () -> timers.getFirst().cancel());
        assertThat(runs).hasValue(1);
    }

    @Test
    void theEndOfTheTurnComesAfterEverythingThatWasReady() throws Exception {
        Queue<String> ran = new ConcurrentLinkedQueue<>();

        loop.execute(() -> {
            loop.execute(() -> ran.add("ready 1"));
            loop.execute(() -> ran.add("ready 2"));
            loop.atEndOfTurn(() -> {
                ran.add("end of turn");
                loop.execute(() -> ran.add("next turn"));
            });
            loop.execute(() -> ran.add("ready later"));
            ran.add("task");
        });

        bed.await("the next turn", () -> ran.contains("next turn") && ran.contains("ready later"));
        assertThat(ran).containsSubsequence("task", "ready 1", "ready 2", "end of turn", "next turn");
    }

    @Test
    void everyTaskForTheEndOfTheTurnRunsOnceAndInOrderAlsoWithoutAnythingElseToDo() {
        Queue<String> ran = new ConcurrentLinkedQueue<>();

        loop.execute(() -> {
            loop.atEndOfTurn(() -> {
                ran.add("1");
                loop.atEndOfTurn(() -> ran.add("3"));
            });
            loop.atEndOfTurn(() -> ran.add("2"));
        });

        bed.await("three ends of turn", () -> ran.size() == 3);
        assertThat(ran).containsExactly("1", "2", "3");
    }

    @Test
    void monotonicTimeNeverGoesBack() throws Exception {
        Clock clock = bed.host().clock();
        long last = clock.nanos();

        for (int i = 0; i < 100; i++) {
            long now = bed.call(loop, clock::nanos);
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
        assertThat(clock.wallMs()).isGreaterThan(Duration.ofDays(365 * 50).toMillis());
    }

    @Test
    void entropyGivesNumbersWithinItsBounds() throws Exception {
        Entropy entropy = bed.host().entropy();

        List<Integer> numbers = bed.call(
                loop,
                () -> IntStream.range(0, 200).mapToObj(i -> entropy.nextInt(3)).toList());

        assertThat(numbers).containsOnly(0, 1, 2).contains(0, 1, 2);
        assertThatThrownBy(() -> entropy.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
