package dev.barnabas.log;

import dev.barnabas.simulation.Seeds;
import org.junit.jupiter.api.Test;

/** Many lives of a log that is compacted, and that end at any moment: see {@link CompactionScenario}. */
final class CompactionCrashTest {
    @Test
    void theLastValueOfEveryKeySurvivesAndNothingComesBack() {
        Seeds.check(160, new CompactionScenario(false));
    }

    @Test
    void faultsOfTheDiskAreSurvivedToo() {
        Seeds.check(100, new CompactionScenario(true));
    }
}
