package dev.barnabas.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FrameBudgetTest {
    private static final int MB = 1 << 20;

    /** Of which 20 MB are for big frames and 10 MB for huge ones. */
    private final FrameBudget budget = new FrameBudget(30 * MB);

    private final List<String> events = new ArrayList<>();

    @Test
    void whoAskedFirstIsServedFirst() {
        FrameBudget.Claim first = claim("first", 4 * MB);
        budget.take(4 * MB);
        budget.take(4 * MB);
        budget.take(4 * MB);
        budget.take(4 * MB);
        FrameBudget.Claim second = claim("second", 4 * MB);
        FrameBudget.Claim third = claim("third", MB);

        assertThat(first.isGranted()).isTrue();
        assertThat(second.isGranted()).isFalse();
        assertThat(third.isGranted()).isFalse();

        budget.give(4 * MB);
        assertThat(events).containsExactly("second granted");
        first.drop();
        assertThat(events).containsExactly("second granted", "third granted");
    }

    @Test
    void whoWaitsForAHugeFrameKeepsNobodyElseWaiting() {
        FrameBudget.Claim huge = claim("huge", 9 * MB);
        FrameBudget.Claim anotherHuge = claim("another huge", 9 * MB);
        FrameBudget.Claim big = claim("big", 4 * MB);

        assertThat(huge.isGranted()).isTrue();
        assertThat(anotherHuge.isGranted()).isFalse();
        assertThat(big.isGranted()).isTrue();
    }

    @Test
    void aFrameThatIsLargerThanAllThereIsComesAlone() {
        FrameBudget.Claim small = claim("huge", 5 * MB);
        FrameBudget.Claim larger = claim("larger", 100 * MB);

        assertThat(larger.isGranted()).isFalse();
        small.complete();
        budget.give(5 * MB);

        assertThat(larger.isGranted()).isTrue();
        assertThat(budget.usedBytes()).isEqualTo(100 * MB);
    }

    @Test
    void whatDoesNotComeIsExpelledWhenOthersWait() {
        FrameBudget.Claim idle = claim("idle", 5 * MB);
        FrameBudget.Claim busy = claim("busy", 5 * MB);
        busy.progress(MB);

        idle.expelStalled(Duration.ofSeconds(11).toNanos());
        assertThat(events).isEmpty();

        FrameBudget.Claim waits = claim("waits", 5 * MB);
        busy.progress(MB);
        waits.expelStalled(Duration.ofSeconds(20).toNanos());
        assertThat(events).isEmpty();
        waits.expelStalled(Duration.ofSeconds(22).toNanos());
        assertThat(events).containsExactly("idle expelled");

        idle.drop();
        assertThat(waits.isGranted()).isTrue();
    }

    @Test
    void whatComesToAHaltIsExpelledHoweverMuchHasCome() {
        FrameBudget.Claim halted = claim("halted", 100 * MB);
        FrameBudget.Claim waits = claim("waits", 100 * MB);
        halted.progress(90 * MB);

        waits.expelStalled(Duration.ofSeconds(11).toNanos());
        assertThat(events).isEmpty();
        waits.expelStalled(Duration.ofSeconds(22).toNanos());
        assertThat(events).containsExactly("halted expelled");
    }

    @Test
    void whoGoesAwayWhileItWaitsTakesNothing() {
        FrameBudget.Claim holds = claim("holds", 100 * MB);
        FrameBudget.Claim waits = claim("waits", 100 * MB);

        waits.drop();
        holds.drop();

        assertThat(events).isEmpty();
        assertThat(budget.usedBytes()).isZero();
    }

    private FrameBudget.Claim claim(String name, int size) {
        return budget.claim(
                size,
                new FrameBudget.Claimant() {
                    @Override
                    public void granted() {
                        events.add(name + " granted");
                    }

                    @Override
                    public void expelled() {
                        events.add(name + " expelled");
                    }
                },
                0);
    }
}
