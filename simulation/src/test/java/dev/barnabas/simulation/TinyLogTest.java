package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.Fault.Kind;
import dev.barnabas.simulation.TinyLog.Bug;
import dev.barnabas.simulation.history.Finding;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The proof of the whole: a small server under faults keeps its promises, and whatever promise it is made to break, the
 * checks find it.
 */
final class TinyLogTest {
    @Test
    void theServerKeepsItsPromisesWhateverHappens() {
        Seeds.check(100, new TinyLogScenario());
    }

    @ParameterizedTest
    @EnumSource(Bug.class)
    void everyBugIsFound(Bug bug) {
        Set<Finding.Kind> found = new TreeSet<>();
        long seed = LongStream.rangeClosed(1, 300)
                .filter(candidate -> {
                    List<Finding> findings =
                            TinyLogScenario.run(new Simulation(candidate), kinds(bug), EnumSet.of(bug));
                    findings.forEach(finding -> found.add(finding.kind()));
                    return !findings.isEmpty();
                })
                .findFirst()
                .orElseThrow(() -> new AssertionError(bug + " was not found"));

        assertThat(found)
                .as("seed %s", seed)
                .containsAnyOf(
                        switch (bug) {
                            case ACKNOWLEDGES_BEFORE_SYNC -> Finding.Kind.LOST_WRITE;
                            case SERVES_WHAT_IS_NOT_SYNCED -> Finding.Kind.INCONSISTENT_OFFSET;
                            case BELIEVES_TORN_RECORDS -> Finding.Kind.CORRUPT;
                            case FORGETS_WHAT_IT_STORED -> Finding.Kind.DUPLICATE;
                            case DOES_NOT_SYNC_AFTER_RECOVERY -> Finding.Kind.LOST_WRITE;
                            case SKIPS_RECORDS -> Finding.Kind.POLL_SKIP;
                        });
    }

    /** Few kinds go deeper: this one takes a crash, and then a loss of power before anything else is synced. */
    private static Set<Kind> kinds(Bug bug) {
        return bug == Bug.DOES_NOT_SYNC_AFTER_RECOVERY
                ? EnumSet.of(Kind.CRASH_IN_TASK, Kind.POWER_LOSS_IN_TASK)
                : TinyLogScenario.KINDS;
    }
}
