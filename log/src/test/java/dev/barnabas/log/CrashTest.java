package dev.barnabas.log;

import dev.barnabas.simulation.Seeds;
import org.junit.jupiter.api.Test;

/** Many lives of a log that end at any moment, in any way: see {@link CrashScenario} for what is done and checked. */
final class CrashTest {
    @Test
    void nothingStableIsLostAndNothingTornIsServed() {
        Seeds.check(500, new CrashScenario(CrashScenario.Trouble.CRASHES));
    }

    @Test
    void faultsOfTheDiskAreSurvivedToo() {
        Seeds.check(300, new CrashScenario(CrashScenario.Trouble.CRASHES_AND_FAULTS));
    }

    @Test
    void aScrubBesideItRaisesNoFalseAlarm() {
        Seeds.check(300, new CrashScenario(CrashScenario.Trouble.CRASHES_AND_SCRUB));
    }
}
