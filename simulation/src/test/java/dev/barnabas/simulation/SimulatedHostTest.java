package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SimulatedHostTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(1);
    private final SimulatedHost host = simulation.addHost("n1", 2);
    private final List<String> events = new ArrayList<>();

    @Test
    void aCrashForgetsTasksTimersAndWork() throws IOException {
        Disk disk = host.disk("data");
        Loop loop = host.loops().getFirst();
        loop.execute(() -> {
            loop.schedule(Duration.ofMillis(10), () -> events.add("timer"));
            disk.offload(() -> events.add("work"), loop, new Ignored<>());
            loop.execute(() -> {
                host.crash();
                events.add("the task that was running");
            });
            loop.execute(() -> events.add("task"));
        });

        simulation.runUntilIdle(LIMIT);

        assertThat(events).containsExactly("the task that was running");
        loop.execute(() -> events.add("task for the dead"));
        simulation.runUntilIdle(LIMIT);
        assertThat(events).hasSize(1);
    }

    @Test
    void theDeadTouchNothing() throws IOException {
        Disk disk = host.disk("data");
        host.crash();

        assertThatThrownBy(() -> disk.open("file")).isInstanceOf(ProcessDied.class);
        assertThatThrownBy(host::loops).isInstanceOf(ProcessDied.class);
        assertThat(host.isUp()).isFalse();
    }

    @Test
    void aRestartRunsTheProgramAgainOnTheSameDrives() {
        host.run(started -> {
            try {
                Disk disk = started.disk("data");
                events.add("found " + disk.list(""));
                disk.open("file-" + events.size());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        simulation.runUntilIdle(LIMIT);
        host.crash();
        host.restart();
        simulation.runUntilIdle(LIMIT);
        host.restart();
        simulation.runUntilIdle(LIMIT);

        assertThat(events).containsExactly("found []", "found [file-1]", "found [file-1, file-2]");
    }

    @Test
    void aPausedProcessDoesNothingUntilItIsResumed() throws IOException {
        Disk disk = host.disk("data");
        Loop loop = host.loops().getFirst();
        loop.execute(() -> {
            loop.schedule(Duration.ofMillis(10), () -> events.add("timer"));
            disk.offload(() -> events.add("work"), loop, new Ignored<>());
            disk.sync(List.of(), loop, fault -> events.add("sync"));
            host.pause();
        });

        simulation.runFor(Duration.ofHours(1));
        assertThat(events).isEmpty();
        host.resume();
        simulation.runUntilIdle(LIMIT);

        assertThat(events).containsExactlyInAnyOrder("timer", "work", "sync");
    }

    @Test
    void theWallClockJumpsAndMonotonicTimeDoesNot() {
        long wall = host.clock().wallMs();
        long nanos = host.clock().nanos();

        host.jumpWallClock(Duration.ofDays(-1));

        assertThat(host.clock().wallMs()).isEqualTo(wall - Duration.ofDays(1).toMillis());
        assertThat(host.clock().nanos()).isEqualTo(nanos);
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(host.clock().wallMs()).isEqualTo(wall - Duration.ofDays(1).toMillis() + 2_000);
        assertThat(host.clock().nanos()).isEqualTo(nanos + 2_000_000_000L);
    }

    @Test
    void loopsInterleaveInMoreThanOneWay() {
        Set<List<String>> orders = new LinkedHashSet<>();
        for (long seed = 1; seed <= 50; seed++) {
            SimulatedHost other = new Simulation(seed).addHost("n1", 2);
            List<String> order = new ArrayList<>();
            for (String task : List.of("1", "2")) {
                other.loops().get(0).execute(() -> order.add("a" + task));
                other.loops().get(1).execute(() -> order.add("b" + task));
            }
            other.simulation().runUntilIdle(LIMIT);
            orders.add(order);
        }
        assertThat(orders).hasSize(6);
    }

    @Test
    void aTaskThatThrowsFailsTheRunWithItsSeedAndTimeline() {
        simulation.note("test", "something went before");
        host.loops().getFirst().execute(() -> {
            throw new IllegalStateException("a bug");
        });

        assertThatThrownBy(() -> simulation.runUntilIdle(LIMIT))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("a bug")
                .hasMessageContaining("seed 1")
                .hasMessageContaining("something went before")
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void workThatThrowsADefectFailsTheRun() throws IOException {
        host.disk("data")
                .offload(
                        () -> {
                            throw new IllegalStateException("a bug");
                        },
                        host.loops().getFirst(),
                        new Ignored<>());

        assertThatThrownBy(() -> simulation.runUntilIdle(LIMIT)).isInstanceOf(SimulationFailure.class);
    }

    @Test
    void aRunThatDoesNotGetThereFails() {
        Loop loop = host.loops().getFirst();
        assertThatThrownBy(() -> simulation.runUntil("never", () -> false, LIMIT))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("nothing is left to happen");
        loop.execute(() -> tick(loop));

        assertThatThrownBy(() -> simulation.runUntil("never", () -> false, LIMIT))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("not within PT1M: never");
    }

    private static void tick(Loop loop) {
        loop.schedule(Duration.ofSeconds(1), () -> tick(loop));
    }

    private static final class Ignored<T> implements Disk.Completion<T> {
        @Override
        public void done(T result) {}

        @Override
        public void failed(IOException fault) {
            throw new AssertionError(fault);
        }
    }
}
