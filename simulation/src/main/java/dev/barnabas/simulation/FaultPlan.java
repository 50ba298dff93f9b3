package dev.barnabas.simulation;

import dev.barnabas.simulation.Fault.Kind;
import dev.barnabas.simulation.SimulatedHost.Crash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong when, drawn from the seed within limits. Which kinds of faults a run has at all, and how often, is
 * drawn too (swarm testing): runs with few kinds go deeper into them than runs in which everything goes wrong at once.
 *
 * <pre>{@code
 * FaultPlan plan = FaultPlan.draw(simulation, new Limits(kinds, brokers, 1, Duration.ofMinutes(2)));
 * plan.start();
 * simulation.runFor(plan.limits().during());   // safety: check what happened
 * plan.stop();                                 // liveness: everything is whole, now it must get on
 * }</pre>
 */
public final class FaultPlan {
    private static final Duration SHORTEST = Duration.ofMillis(10);

    private final Simulation simulation;
    private final Limits limits;
    private final Dice dice;
    private final Set<Kind> kinds;
    private final List<Planned> faults;
    private boolean stopped;

    /**
     * What may go wrong.
     *
     * @param kinds the kinds to draw from
     * @param hosts the machines that it may happen to
     * @param mostImpaired how many of them may be down, paused or isolated at a time
     * @param during how long faults are started
     * @param rotting the paths of files that bits may rot in
     * @param rotAge what was synced more recently does not rot; what a process had synced that died sooner does not
     *     either, so that a process has so long to write down that it was synced
     */
    public record Limits(
            Set<Kind> kinds,
            List<SimulatedHost> hosts,
            int mostImpaired,
            Duration during,
            Predicate<String> rotting,
            Duration rotAge) {
        public Limits {
            kinds = kinds.isEmpty() ? EnumSet.noneOf(Kind.class) : EnumSet.copyOf(kinds);
            hosts = List.copyOf(hosts);
        }

        public Limits(Set<Kind> kinds, List<SimulatedHost> hosts, int mostImpaired, Duration during) {
            this(kinds, hosts, mostImpaired, during, path -> true, Duration.ZERO);
        }
    }

    /** A fault and the time it begins at, from the start of the plan. */
    public record Planned(Duration at, Fault fault) {}

    private FaultPlan(Simulation simulation, Limits limits, Dice dice) {
        this.simulation = simulation;
        this.limits = limits;
        this.dice = dice;
        this.kinds = EnumSet.noneOf(Kind.class);
        // Runs with few kinds are as likely as runs with many.
        double share = dice.nextDouble() * dice.nextDouble();
        for (Kind kind : limits.kinds) {
            if (dice.chance(0.05 + share)) {
                kinds.add(kind);
            }
        }
        this.faults = draw();
    }

    public static FaultPlan draw(Simulation simulation, Limits limits) {
        return new FaultPlan(simulation, limits, simulation.fork("faults"));
    }

    public Limits limits() {
        return limits;
    }

    /** The kinds that this run has; none in some runs. */
    public Set<Kind> kinds() {
        return kinds;
    }

    public List<Planned> faults() {
        return faults;
    }

    /** Lets the plan begin now. */
    public void start() {
        simulation.mark("faults", kinds + ", " + faults.size() + " in " + limits.during);
        for (Planned planned : faults) {
            later(planned.at, () -> begin(planned.fault));
        }
    }

    /**
     * Ends all faults, also those under way: everything is whole, up and running. Machines whose disk failed under them
     * are started again.
     */
    public void stop() {
        stopped = true;
        simulation.mark("faults", "off");
        simulation.network().faults(NetworkFaults.NONE);
        simulation.network().healAll();
        for (SimulatedHost host : limits.hosts) {
            host.cancelPlannedCrash();
            host.resume();
            if (!host.isUp() || host.drives().stream().anyMatch(SimulatedDrive::hasFailed)) {
                host.startAgain();
            }
            host.drives().forEach(SimulatedDrive::repair);
        }
    }

    private List<Planned> draw() {
        List<Planned> drawn = new ArrayList<>();
        if (kinds.isEmpty() || limits.hosts.isEmpty()) {
            return drawn;
        }
        List<Kind> choices = List.copyOf(kinds);
        // The only one whose disks do not keep what was synced: of everything there are good copies elsewhere.
        SimulatedHost fragile = dice.fork("fragile").pick(limits.hosts);
        long end = limits.during.toNanos();
        long usual = dice.magnitude(Math.max(1, end / 100), end);
        for (long at = dice.between(0, usual); at < end; at += dice.between(usual / 10, usual * 2)) {
            Fault fault = draw(dice.pick(choices), fragile);
            if (fault != null) {
                drawn.add(new Planned(Duration.ofNanos(at), fault));
            }
        }
        return List.copyOf(drawn);
    }

    private @Nullable Fault draw(Kind kind, SimulatedHost fragile) {
        SimulatedHost host = dice.pick(limits.hosts);
        Duration lasts = lasts();
        return switch (kind) {
            case CRASH, CRASH_IN_TASK, POWER_LOSS, POWER_LOSS_IN_TASK -> kill(kind, host);
            case PAUSE -> new Fault.Pause(host, lasts);
            case CUT, HALF_CUT -> cut(host, kind == Kind.HALF_CUT, lasts);
            case ISOLATION -> new Fault.Isolation(host, lasts);
            case RESET -> new Fault.Reset();
            case BAD_NETWORK -> new Fault.BadNetwork(badNetwork(), lasts);
            case SLOW_DISK -> new Fault.BadDisk(host, DiskFaults.NONE.withSlowness(upTo(3_000)), lasts);
            case FULL_DISK -> new Fault.FullDisk(host, dice.magnitude(1, 1 << 20) - 1, lasts);
            case FAILING_READS -> new Fault.BadDisk(host, DiskFaults.NONE.withReadFailure(dice.nextDouble()), lasts);
            case FAILING_APPENDS ->
                new Fault.BadDisk(host, DiskFaults.NONE.withAppendFailure(dice.nextDouble()), lasts);
            case FAILING_SYNCS -> new Fault.BadDisk(host, DiskFaults.NONE.withSyncFailure(dice.nextDouble()), lasts);
            case BIT_ROT -> new Fault.BitRot(fragile);
            case LOST_DISK -> new Fault.LostDisk(fragile, lasts);
            case CLOCK_JUMP -> {
                Duration by = Duration.ofMillis(dice.magnitude(10, 86_400_000));
                yield new Fault.ClockJump(host, dice.chance(0.5) ? by : by.negated());
            }
        };
    }

    /** Who is hit again while he gets up shows what he left unfinished: two in three kills have another after them. */
    private Fault.Kill kill(Kind kind, SimulatedHost host) {
        boolean inTask = kind == Kind.CRASH_IN_TASK || kind == Kind.POWER_LOSS_IN_TASK;
        Crash how = kind == Kind.CRASH || kind == Kind.CRASH_IN_TASK ? Crash.PROCESS : Crash.POWER;
        List<Kind> next = List.of(Kind.CRASH_IN_TASK, Kind.POWER_LOSS_IN_TASK).stream()
                .filter(kinds::contains)
                .toList();
        Fault.Kill again = next.isEmpty() || dice.chance(0.33) ? null : kill(dice.pick(next), host);
        return new Fault.Kill(host, how, inTask ? dice.magnitude(1, 30) - 1 : -1, lasts(), again);
    }

    private Duration lasts() {
        long longest = Math.max(SHORTEST.toNanos(), limits.during.toNanos() / 4);
        return Duration.ofNanos(dice.magnitude(SHORTEST.toNanos(), longest));
    }

    /** Between the host and another, which may be one that nothing else happens to, like a client. */
    private @Nullable Fault cut(SimulatedHost host, boolean oneWay, Duration lasts) {
        List<SimulatedHost> others =
                simulation.hosts().stream().filter(other -> other != host).toList();
        if (others.isEmpty()) {
            return null;
        }
        SimulatedHost other = dice.pick(others);
        return dice.chance(0.5) ? new Fault.Cut(host, other, oneWay, lasts) : new Fault.Cut(other, host, oneWay, lasts);
    }

    private NetworkFaults badNetwork() {
        NetworkFaults drawn = NetworkFaults.NONE;
        if (dice.chance(0.5)) {
            drawn = drawn.withLatency(Duration.ofMillis(1), upTo(300).plusMillis(1));
        }
        if (dice.chance(0.5)) {
            drawn = drawn.withSpikes(dice.nextDouble() * 0.3, upTo(5_000));
        }
        if (dice.chance(0.5)) {
            drawn = drawn.withResets(dice.nextDouble() * 0.1);
        }
        return dice.chance(0.3) ? drawn.withRefusals(dice.nextDouble()) : drawn;
    }

    private Duration upTo(long mostMs) {
        return Duration.ofMillis(dice.magnitude(1, mostMs));
    }

    private void begin(Fault fault) {
        switch (fault) {
            case Fault.Kill kill -> {
                if (mayImpair(kill.host())) {
                    carryOut(kill);
                }
            }
            case Fault.Pause pause -> {
                if (mayImpair(pause.host())) {
                    pause.host().pause();
                    later(pause.lasts(), pause.host()::resume);
                }
            }
            case Fault.Cut cut -> {
                simulation.network().cutOneWay(cut.from(), cut.to());
                if (!cut.oneWay()) {
                    simulation.network().cutOneWay(cut.to(), cut.from());
                }
                later(cut.lasts(), () -> simulation.network().heal(cut.from(), cut.to()));
            }
            case Fault.Isolation isolation -> {
                if (mayImpair(isolation.host())) {
                    simulation.network().isolate(isolation.host());
                    later(isolation.lasts(), () -> simulation.network().rejoin(isolation.host()));
                }
            }
            case Fault.Reset() -> simulation.network().resetOne();
            case Fault.BadNetwork bad -> {
                simulation.network().faults(bad.faults());
                later(bad.lasts(), () -> simulation.network().faults(NetworkFaults.NONE));
            }
            case Fault.BadDisk bad -> {
                bad.host().drives().forEach(drive -> drive.faults(bad.faults()));
                later(bad.lasts(), () -> bad.host().drives().forEach(drive -> drive.faults(DiskFaults.NONE)));
            }
            case Fault.FullDisk full -> {
                full.host().drives().forEach(drive -> drive.fillUp(full.left()));
                later(full.lasts(), () -> full.host().drives().forEach(SimulatedDrive::unlimited));
            }
            case Fault.BitRot rot -> rot.host().drives().forEach(drive -> drive.rot(limits.rotting, limits.rotAge));
            case Fault.LostDisk lost -> {
                if (mayImpair(lost.host())) {
                    lost.host().powerLoss();
                    lost.host().drives().forEach(SimulatedDrive::replace);
                    later(lost.lasts(), lost.host()::startAgain);
                }
            }
            case Fault.ClockJump jump -> jump.host().jumpWallClock(jump.by());
        }
    }

    private void carryOut(Fault.Kill kill) {
        if (kill.operations() >= 0) {
            kill.host().crashAtDiskOperation(kill.operations(), kill.how());
        } else {
            kill.host().end(kill.how());
        }
        later(kill.lasts(), () -> {
            // It may not have come to that many operations.
            if (kill.host().isUp()) {
                kill.host().end(kill.how());
            }
            kill.host().startAgain();
            Fault.Kill again = kill.again();
            if (again != null) {
                carryOut(again);
            }
        });
    }

    private boolean mayImpair(SimulatedHost host) {
        long impaired = limits.hosts.stream()
                .filter(other -> other.isImpaired() || simulation.network().isIsolated(other))
                .count();
        return !host.isImpaired() && impaired < limits.mostImpaired;
    }

    private void later(Duration delay, Runnable action) {
        simulation.at(simulation.nanos() + delay.toNanos(), () -> {
            if (!stopped) {
                action.run();
            }
        });
    }
}
