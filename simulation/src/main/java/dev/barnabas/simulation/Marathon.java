package dev.barnabas.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs scenarios under fresh seeds for hours, and prints the seeds that failed. Every seed is a world of its own, so
 * several threads run several at a time.
 *
 * <p>This is no part of a simulation: it reads the real clock and starts threads.
 */
public final class Marathon {
    private static final String USAGE = """
        usage: Marathon [SCENARIO...] [--for DURATION] [--from SEED] [--seeds N] [--threads N]

          SCENARIO        what to run; all that are found if none is named
          --for 8h        how long: s, m, h (default 10m)
          --from SEED     the first seed (default: from the clock, so that every run is a new one)
          --seeds N       how many seeds at most
          --threads N     how many worlds at a time (default: one per processor)
        """;

    private final List<Scenario> scenarios;
    private final PrintStream out;
    private final Set<String> failures = new ConcurrentSkipListSet<>();
    private final AtomicLong runs = new AtomicLong();
    private final AtomicLong simulatedMs = new AtomicLong();

    Marathon(List<Scenario> scenarios, PrintStream out) {
        this.scenarios = scenarios;
        this.out = out;
    }

    /** Exit status 0: all passed; 1: some failed; 2: not understood. */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(start(arguments, System.out));
    }

    static int start(String[] arguments, PrintStream out) throws InterruptedException {
        Map<String, Scenario> found = new TreeMap<>();
        ServiceLoader.load(Scenario.class).forEach(scenario -> found.put(scenario.name(), scenario));
        List<Scenario> chosen = new ArrayList<>();
        Duration howLong = Duration.ofMinutes(10);
        long first = System.nanoTime();
        long most = Long.MAX_VALUE;
        int threads = Runtime.getRuntime().availableProcessors();
        Iterator<String> left = List.of(arguments).iterator();
        try {
            while (left.hasNext()) {
                String argument = left.next();
                switch (argument) {
                    case "--for" -> howLong = duration(left.next());
                    case "--from" -> first = Long.parseLong(left.next());
                    case "--seeds" -> most = Long.parseLong(left.next());
                    case "--threads" -> threads = Integer.parseInt(left.next());
                    default ->
                        chosen.add(Optional.ofNullable(found.get(argument))
                                .orElseThrow(() -> new IllegalArgumentException("unknown: " + argument)));
                }
            }
        } catch (IllegalArgumentException | NoSuchElementException | DateTimeParseException e) {
            out.println(e.getMessage() + "\n\n" + USAGE + "\nscenarios: " + found.keySet());
            return 2;
        }
        Marathon marathon = new Marathon(chosen.isEmpty() ? List.copyOf(found.values()) : chosen, out);
        return marathon.run(first, most, howLong, threads).isEmpty() ? 0 : 1;
    }

    /** Like {@code 90s}, {@code 10m} or {@code 8h}. */
    static Duration duration(String text) {
        return Duration.parse("PT" + text);
    }

    /** Runs them all, and returns what failed: scenario and seed. */
    Set<String> run(long firstSeed, long most, Duration howLong, int threads) throws InterruptedException {
        out.println("running " + scenarios.stream().map(Scenario::name).toList() + " from seed " + firstSeed + " for "
                + howLong + " on " + threads + " threads");
        long end = System.nanoTime() + howLong.toNanos();
        AtomicLong started = new AtomicLong();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(Thread.ofPlatform().name("marathon-" + i).start(() -> {
                for (long n = started.getAndIncrement();
                        n < most && System.nanoTime() - end < 0;
                        n = started.getAndIncrement()) {
                    runAll(firstSeed + n);
                }
            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        out.println(summary());
        failures.forEach(out::println);
        return failures;
    }

    private void runAll(long seed) {
        for (Scenario scenario : scenarios) {
            try {
                simulatedMs.addAndGet(
                        Seeds.run(seed, scenario.name(), scenario).simulated().toMillis());
            } catch (SimulationFailure e) {
                failures.add(scenario.name() + " " + seed);
                out.println("FAILED: " + scenario.name() + " seed " + seed + "\n" + e.getMessage());
                e.printStackTrace(out);
            }
            if (runs.incrementAndGet() % 1_000 == 0) {
                out.println(summary());
            }
        }
    }

    private String summary() {
        return runs.get() + " runs, " + failures.size() + " failed, "
                + String.format(Locale.ROOT, "%.1f simulated hours", simulatedMs.get() / 3_600_000.0);
    }
}
