package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FollowerSessionTest {

    private final FollowerSession session = new FollowerSession();

    @Test
    void itBeginsWithAFullRequestThatIsAnsweredBeforeTheNext() {
        FollowerSession.Step first = session.next();

        assertThat(first.isFull()).isTrue();
        assertThat(session.isReady(1)).isFalse();
        assertThat(session.answered(first, 77)).isTrue();
        assertThat(session.isReady(1)).isTrue();
    }

    @Test
    void epochsFollowEachOtherWithoutWaitingForAnswers() {
        session.answered(session.next(), 77);

        assertThat(session.next()).isEqualTo(new FollowerSession.Step(77, 1, 0));
        assertThat(session.next()).isEqualTo(new FollowerSession.Step(77, 2, 0));
    }

    @Test
    void answersFromBeforeTheSessionWasLostDoNotCount() {
        session.answered(session.next(), 77);
        FollowerSession.Step onItsWay = session.next();
        session.lose();

        assertThat(session.answered(onItsWay, 77)).isFalse();
        assertThat(session.isNew()).isTrue();
        assertThat(session.next().isFull()).isTrue();
    }

    @Test
    void withoutASessionEveryRequestIsFull() {
        session.answered(session.next(), 0);

        assertThat(session.isReady(0)).isTrue();
        assertThat(session.next().isFull()).isTrue();
    }
}
