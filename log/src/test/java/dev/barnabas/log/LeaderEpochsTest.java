package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LeaderEpochsTest {
    private final LeaderEpochs epochs = new LeaderEpochs();

    @Test
    void anEpochEndsWhereTheNextBegins() {
        epochs.begin(2, 0);
        epochs.begin(5, 10);
        epochs.begin(6, 25);

        assertThat(epochs.endOf(2, 40)).hasValue(new EpochEnd(2, 10));
        assertThat(epochs.endOf(5, 40)).hasValue(new EpochEnd(5, 25));
        assertThat(epochs.endOf(6, 40)).hasValue(new EpochEnd(6, 40));
    }

    @Test
    void anEpochWithoutRecordsHereEndsWithTheOneBeforeIt() {
        epochs.begin(2, 0);
        epochs.begin(5, 10);

        assertThat(epochs.endOf(4, 40)).hasValue(new EpochEnd(2, 10));
    }

    @Test
    void anEpochBeforeAllEndsWhereTheFirstBegins() {
        epochs.begin(5, 10);

        assertThat(epochs.endOf(3, 40)).hasValue(new EpochEnd(3, 10));
    }

    @Test
    void anEpochAfterAllIsUnknown() {
        assertThat(epochs.endOf(0, 0)).isEmpty();
        epochs.begin(5, 10);

        assertThat(epochs.endOf(6, 40)).isEmpty();
        assertThat(epochs.endOf(-1, 40)).isEmpty();
    }

    @Test
    void anEpochThatHadNoRecordsIsForgottenWhenTheNextBegins() {
        epochs.begin(5, 10);
        epochs.begin(6, 20);
        epochs.begin(7, 20);

        assertThat(epochs.endOf(5, 40)).hasValue(new EpochEnd(5, 20));
        assertThat(epochs.endOf(6, 40)).hasValue(new EpochEnd(5, 20));
        assertThat(epochs.latest()).hasValue(7);
    }

    @Test
    void anEpochWithoutRecordsGivesWayToRecordsOfAnEarlierOne() {
        epochs.begin(5, 10);
        epochs.begin(7, 20);

        epochs.append(6, 20);

        assertThat(epochs.latest()).hasValue(6);
        assertThat(epochs.at(19)).hasValue(5);
        assertThat(epochs.at(20)).hasValue(6);
        assertThat(epochs.endOf(7, 40)).isEmpty();
    }

    @Test
    void olderEpochsDoNotBeginAgain() {
        epochs.begin(5, 10);
        epochs.begin(5, 20);
        epochs.begin(4, 30);
        epochs.begin(-1, 40);

        assertThat(epochs.count()).isEqualTo(1);
        assertThat(epochs.start(0)).isEqualTo(10);
    }

    @Test
    void epochsBeforeTheLogStartAreForgotten() {
        epochs.begin(1, 0);
        epochs.begin(2, 10);
        epochs.begin(3, 20);

        epochs.truncateStart(15);

        assertThat(epochs.count()).isEqualTo(2);
        assertThat(epochs.start(0)).isEqualTo(15);
        assertThat(epochs.at(14)).isEmpty();
        assertThat(epochs.at(15)).hasValue(2);
        assertThat(epochs.at(20)).hasValue(3);
    }
}
