package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.share.ShareSettings.Order;
import dev.barnabas.simulation.Seeds;
import org.junit.jupiter.api.Test;

/**
 * Members come and go, take, finish, give back and forget records; writes fail or are lost, leaders change, records are
 * deleted. {@link ShareStory} has the plain model and what holds all the time; in the end nothing fails any more, and
 * everything must come to an end.
 */
final class SharePartitionStoryTest {

    @Test
    void everyRecordIsWithOneMemberAtATimeAndComesToOneEnd() {
        Seeds.check(300, simulation -> new ShareStory(simulation.dice("story"), Order.NONE, false).play());
    }

    @Test
    void recordsOfAKeyStayInOrder() {
        Seeds.check(300, simulation -> new ShareStory(simulation.dice("story"), Order.KEY, false).play());
    }

    @Test
    void recordsOfAKeyAreFinishedOneAfterTheOther() {
        Seeds.check(300, simulation -> new ShareStory(simulation.dice("story"), Order.STRICT_KEY, false).play());
    }

    @Test
    void everyRecordThatIsGivenUpHasADeadLetter() {
        Seeds.check(300, simulation -> new ShareStory(simulation.dice("story"), Order.NONE, true).play());
    }

    @Test
    void aLockThatIsForgottenIsFound() {
        ErrorCode found = ErrorCode.NONE;
        try {
            Seeds.check(50, simulation -> {
                ShareStory story = new ShareStory(simulation.dice("story"), Order.NONE, false);
                story.plantForgottenLocks();
                story.play();
            });
        } catch (AssertionError | RuntimeException e) {
            found = ErrorCode.UNKNOWN_SERVER_ERROR;
        }
        assertThat(found).as("the canary").isNotEqualTo(ErrorCode.NONE);
    }
}
