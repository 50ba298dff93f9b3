package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.FetchSession.Wanted;
import dev.barnabas.protocol.Uuid;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FetchSessionTest {

    private static final TopicPartition A = new TopicPartition("t", 0);
    private static final TopicPartition B = new TopicPartition("t", 1);

    private final FetchSession session = new FetchSession();

    @Test
    void theFirstRequestSendsEverything() {
        FetchSession.Step step = session.next(Map.of(A, at(5)));

        assertThat(step.sessionId()).isZero();
        assertThat(step.epoch()).isZero();
        assertThat(step.send()).containsOnlyKeys(A);
    }

    @Test
    void afterwardsOnlyChangesAreSent() {
        session.next(both(5, 7));
        session.answered(99);

        FetchSession.Step step = session.next(both(5, 8));

        assertThat(step.sessionId()).isEqualTo(99);
        assertThat(step.epoch()).isEqualTo(1);
        assertThat(step.send()).containsOnlyKeys(B);
        assertThat(step.forget()).isEmpty();
        assertThat(step.all()).containsOnlyKeys(A, B);
    }

    @Test
    void whatIsNotWantedAnyMoreIsForgotten() {
        session.next(both(5, 7));
        session.answered(99);

        assertThat(session.next(Map.of(B, at(7))).forget()).containsOnlyKeys(A);
    }

    @Test
    void aTopicThatWasCreatedAnewIsForgottenUnderItsOldId() {
        session.next(Map.of(A, at(5)));
        session.answered(99);

        FetchSession.Step step = session.next(Map.of(A, new Wanted(new Uuid(2, 2), 5, 0, -1, 100)));

        assertThat(step.forget()).containsEntry(A, new Uuid(1, 1));
        assertThat(step.send()).containsOnlyKeys(A);
    }

    @Test
    void aSessionThatTheBrokerDoesNotKnowBeginsAnew() {
        session.next(Map.of(A, at(5)));
        session.answered(99);
        session.next(Map.of(A, at(6)));

        session.failed(true);
        FetchSession.Step step = session.next(Map.of(A, at(6)));

        assertThat(step.sessionId()).isZero();
        assertThat(step.epoch()).isZero();
        assertThat(step.send()).containsOnlyKeys(A);
    }

    @Test
    void aBrokerWithoutRoomForSessionsIsSentEverythingAlways() {
        session.next(Map.of(A, at(5)));
        session.answered(0);

        FetchSession.Step step = session.next(Map.of(A, at(5)));

        assertThat(step.epoch()).isZero();
        assertThat(step.send()).containsOnlyKeys(A);
    }

    private static Map<TopicPartition, Wanted> both(long a, long b) {
        Map<TopicPartition, Wanted> wanted = new LinkedHashMap<>();
        wanted.put(A, at(a));
        wanted.put(B, at(b));
        return wanted;
    }

    private static Wanted at(long offset) {
        return new Wanted(new Uuid(1, 1), offset, 0, -1, 100);
    }
}
