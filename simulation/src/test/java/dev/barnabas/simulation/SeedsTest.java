package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class SeedsTest {
    @Test
    void aFailureSaysWhichSeedItWasAndHowToRepeatIt() {
        assertThatThrownBy(() -> Seeds.check(10, simulation -> {
                    simulation.note("test", "this is seed " + simulation.seed());
                    assertThat(simulation.seed()).isNotEqualTo(7);
                }))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("seed 7")
                .hasMessageContaining("this is seed 7")
                .hasMessageContaining("-Dbarnabas.seed=7")
                .hasMessageContaining("-Dtest='SeedsTest#")
                .hasCauseInstanceOf(AssertionError.class);
    }

    @Test
    void whatDoesNotFollowFromItsSeedIsNoticed() {
        int[] runs = new int[1];

        assertThatThrownBy(() -> Seeds.check(10, simulation -> simulation.note("test", "run " + runs[0]++)))
                .hasMessageContaining("does not follow from the seed");
    }

    @Test
    void seedsAreCountedOrNamed() {
        assertThat(Seeds.seeds(3, null, null)).containsExactly(1L, 2L, 3L);
        assertThat(Seeds.seeds(3, null, "5")).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(Seeds.seeds(3, "-4,17", "5")).containsExactly(-4L, 17L);
        assertThat(Seeds.seeds(3, "17,20..22", null)).containsExactly(17L, 20L, 21L, 22L);
    }

    @Test
    void theMainFindsScenariosAndSaysWhatItDoesNotUnderstand() throws InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

        assertThat(Marathon.start(new String[] {"TinyLogScenario", "--from", "1", "--seeds", "3", "--for", "5m"}, out))
                .isZero();
        assertThat(Marathon.start(new String[] {"nonsense"}, out)).isEqualTo(2);
        assertThat(Marathon.start(new String[] {"--for"}, out)).isEqualTo(2);

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("3 runs, 0 failed")
                .contains("unknown: nonsense")
                .contains("scenarios: [TinyLogScenario]");
    }

    @Test
    void aMarathonGoesOnAfterAFailureAndNamesTheSeeds() throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Scenario> scenarios = new ArrayList<>();
        scenarios.add(new Scenario() {
            @Override
            public void run(Simulation simulation) {
                assertThat(simulation.seed() % 10).isNotEqualTo(3);
            }

            @Override
            public String name() {
                return "not-three";
            }
        });

        Set<String> failed = new Marathon(scenarios, new PrintStream(out, true, StandardCharsets.UTF_8))
                .run(100, 30, Duration.ofMinutes(5), 2);

        assertThat(failed).containsExactly("not-three 103", "not-three 113", "not-three 123");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("30 runs, 3 failed, 0.0 simulated hours");
    }
}
