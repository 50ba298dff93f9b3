package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.BrokerSessions.Over;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BrokerSessionsTest {

    private final Given given = Given.brokers(3);
    private final BrokerSessions sessions = new BrokerSessions(Duration.ofSeconds(4));
    private long nowMs = 1_000;

    private static long ns(long ms) {
        return Duration.ofMillis(ms).toNanos();
    }

    private void heartbeat(int id) {
        sessions.contact(id, given.broker(id).epoch(), given.image().version(), ns(nowMs));
    }

    private Over over(int id) {
        return new Over(id, given.broker(id).epoch());
    }

    /** Time passes, and the node is awake. */
    private void pass(long ms) {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs = Math.min(end, nowMs + 200);
            sessions.over(ns(nowMs));
        }
    }

    @Test
    void whoIsSilentForTooLongIsOver() {
        sessions.start(given.image(), ns(nowMs));
        pass(3_000);
        heartbeat(1);
        heartbeat(2);
        pass(999);
        assertThat(sessions.over(ns(nowMs))).isEmpty();
        pass(1);
        assertThat(sessions.over(ns(nowMs))).containsExactly(over(3));
        pass(3_000);
        assertThat(sessions.over(ns(nowMs))).containsExactly(over(1), over(2), over(3));
    }

    @Test
    void aBrokerThatIsHeardFromWhileItIsFencedIsNotOverAfterwards() {
        sessions.start(given.image(), ns(nowMs));
        long epoch = given.broker(2).epoch();
        given.fence(2);
        sessions.update(given.image(), ns(nowMs));
        heartbeat(2);
        sessions.lost(2, epoch);

        assertThat(sessions.over(ns(nowMs))).isEmpty();
    }

    @Test
    void theControllerBeforeHasHalfASessionUnlessItIsHeardFrom() {
        sessions.start(given.image(), ns(nowMs));
        sessions.suspect(2);
        sessions.suspect(3);
        pass(1_000);
        heartbeat(3);
        pass(1_000);
        assertThat(sessions.over(ns(nowMs))).containsExactly(over(2));
        pass(1_999);
        assertThat(sessions.over(ns(nowMs))).containsExactly(over(2));
    }

    @Test
    void aSessionThatIsOverIsForgottenWhenTheBrokerIsFenced() {
        sessions.start(given.image(), ns(nowMs));
        pass(4_000);
        given.fence(3);
        heartbeat(1);
        heartbeat(2);
        sessions.update(given.image(), ns(nowMs));

        assertThat(sessions.over(ns(nowMs))).isEmpty();
    }

    @Test
    void aProcessThatIsGoneIsOverAtOnceButNotItsSuccessor() {
        sessions.start(given.image(), ns(nowMs));
        long epoch = given.broker(2).epoch();

        sessions.lost(2, epoch);
        sessions.lost(3, given.broker(3).epoch() - 1);

        assertThat(sessions.over(ns(nowMs))).containsExactly(over(2));
        assertThat(sessions.nextDeadline()).hasValue(ns(nowMs));
        given.fence(2);
        given.start(2, 22);
        sessions.update(given.image(), ns(nowMs));
        sessions.lost(2, epoch);
        assertThat(sessions.over(ns(nowMs))).isEmpty();
    }

    @Test
    void timeInWhichTheControllerStoodStillDoesNotCount() {
        sessions.start(given.image(), ns(nowMs));
        pass(1_000);
        nowMs += 60_000;

        assertThat(sessions.over(ns(nowMs))).isEmpty();
        pass(2_000);
        assertThat(sessions.over(ns(nowMs))).isEmpty();
        pass(1_000);
        assertThat(sessions.over(ns(nowMs))).hasSize(3);
    }

    @Test
    void theNextDeadlineComesSoonEnoughToNoticeThat() {
        assertThat(sessions.nextDeadline()).isEmpty();
        sessions.start(given.image(), ns(nowMs));

        assertThat(sessions.nextDeadline()).hasValue(ns(nowMs) + BrokerSessions.LONGEST_SLEEP.toNanos());
        pass(3_900);
        assertThat(sessions.nextDeadline()).hasValue(ns(nowMs + 100));
    }

    @Test
    void tellsWhetherAllHaveAnImage() {
        sessions.start(given.image(), ns(nowMs));
        heartbeat(1);
        heartbeat(2);
        assertThat(sessions.haveAll(given.image().version())).isFalse();
        sessions.lost(3, given.broker(3).epoch());

        assertThat(sessions.haveAll(given.image().version())).isTrue();
        assertThat(sessions.haveAll(given.image().version() + 1)).isFalse();
    }
}
