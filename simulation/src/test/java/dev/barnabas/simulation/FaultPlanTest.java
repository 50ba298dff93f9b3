package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.Fault.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FaultPlanTest {
    private static final Duration DURING = Duration.ofMinutes(1);

    @Test
    void everyKindOfFaultOccursAndEverythingIsWholeAfterwards() {
        Set<Class<?>> occurred = new HashSet<>();
        Set<Set<Kind>> swarms = new HashSet<>();
        Seeds.check(150, simulation -> {
            List<SimulatedHost> brokers =
                    List.of(simulation.addHost("n1", 1), simulation.addHost("n2", 1), simulation.addHost("n3", 1));
            simulation.addHost("client", 1);
            brokers.forEach(broker -> broker.drive("data"));
            FaultPlan plan =
                    FaultPlan.draw(simulation, new FaultPlan.Limits(EnumSet.allOf(Kind.class), brokers, 1, DURING));
            plan.start();
            while (simulation.now().compareTo(DURING) < 0) {
                simulation.runFor(Duration.ofMillis(100));
                assertThat(brokers.stream().filter(SimulatedHost::isImpaired)).hasSizeLessThanOrEqualTo(1);
            }
            plan.stop();
            simulation.runFor(DURING);

            assertThat(brokers).allMatch(SimulatedHost::isUp).noneMatch(SimulatedHost::isImpaired);
            assertThat(brokers).noneMatch(simulation.network()::isIsolated);
            assertThat(brokers)
                    .allMatch(broker -> broker.drive("data").faults().equals(DiskFaults.NONE)
                            && broker.drive("data").usableBytes() > 1 << 30);
            assertThat(simulation.network().faults()).isEqualTo(NetworkFaults.NONE);
            plan.faults().forEach(planned -> occurred.add(planned.fault().getClass()));
            swarms.add(plan.kinds());
        });

        assertThat(occurred).hasSameElementsAs(List.of(Fault.class.getPermittedSubclasses()));
        assertThat(swarms).hasSizeGreaterThan(100);
    }

    @Test
    void onlyWhatIsAllowedIsDrawn() {
        Seeds.check(50, simulation -> {
            SimulatedHost host = simulation.addHost("n1", 1);
            FaultPlan plan =
                    FaultPlan.draw(simulation, new FaultPlan.Limits(EnumSet.of(Kind.CRASH), List.of(host), 1, DURING));

            assertThat(plan.faults())
                    .allMatch(planned -> planned.fault() instanceof Fault.Kill kill
                            && kill.how() == SimulatedHost.Crash.PROCESS
                            && planned.at().compareTo(DURING) < 0);
        });
    }
}
