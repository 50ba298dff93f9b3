package dev.barnabas.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link Scenario} under many seeds, for a test:
 *
 * <pre>{@code
 * @Test
 * void nothingAcknowledgedIsLost() {
 *     Seeds.check(200, simulation -> { ... });
 * }
 * }</pre>
 *
 * <p>The seeds are 1, 2, 3 and so on, so that a build that passed passes again. {@code -Dbarnabas.seeds=N} runs that
 * many instead, and {@code -Dbarnabas.seed=S} (or {@code S,T..U}) just those. {@code -Dbarnabas.for=8h} runs fresh
 * seeds for so long, on all processors, and lists all that failed; what goes on meanwhile is in the test's output file.
 * The first seed, and now and then another, is run twice, to prove that a run still follows from its seed. The first
 * failure ends the test and says how to repeat it.
 */
public final class Seeds {
    private static final int RUNS_PER_PROOF = 50;

    private Seeds() {}

    /** Called by the test method itself: its name goes into the command that repeats a failure. */
    public static void check(int count, Scenario scenario) {
        String test = StackWalker.getInstance()
                .walk(frames -> frames.skip(1).findFirst())
                .map(caller -> simpleName(caller.getClassName()) + "#" + methodName(caller.getMethodName()))
                .orElse("?");
        List<Long> seeds = seeds(count, System.getProperty("barnabas.seed"), System.getProperty("barnabas.seeds"));
        String howLong = System.getProperty("barnabas.for");
        if (howLong != null) {
            runFor(Marathon.duration(howLong), test, scenario);
            return;
        }
        for (int i = 0; i < seeds.size(); i++) {
            long seed = seeds.get(i);
            long hash = run(seed, test, scenario).hash;
            if (i % RUNS_PER_PROOF == 0 && run(seed, test, scenario).hash != hash) {
                throw new AssertionError("seed " + seed + " of " + test
                        + " took another way when it was run again: something in it does not follow from the seed");
            }
        }
    }

    private static void runFor(Duration howLong, String test, Scenario scenario) {
        Scenario named = new Scenario() {
            @Override
            public void run(Simulation simulation) throws Exception {
                scenario.run(simulation);
            }

            @Override
            public String name() {
                return test;
            }
        };
        try {
            Set<String> failed = new Marathon(List.of(named), System.out)
                    .run(
                            System.nanoTime(),
                            Long.MAX_VALUE,
                            howLong,
                            Runtime.getRuntime().availableProcessors());
            if (!failed.isEmpty()) {
                throw new AssertionError("failed: " + failed + "; repeat one with -Dbarnabas.seed=SEED");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What a run was.
     *
     * @param hash of the trace
     * @param simulated virtual time
     */
    record Outcome(long hash, Duration simulated) {}

    /** Runs one seed; whatever goes wrong becomes a {@link SimulationFailure}. */
    static Outcome run(long seed, String test, Scenario scenario) {
        Simulation simulation = new Simulation(seed, command(seed, test));
        try {
            scenario.run(simulation);
        } catch (SimulationFailure e) {
            throw e;
        } catch (Exception | Error e) {
            throw simulation.failure("the scenario has thrown " + e, e);
        }
        return new Outcome(simulation.trace().hash(), simulation.now());
    }

    static List<Long> seeds(int count, @Nullable String single, @Nullable String many) {
        if (single != null) {
            return Stream.of(single.split(",")).flatMap(Seeds::range).toList();
        }
        long last = many == null ? count : Long.parseLong(many);
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** {@code 17}, or {@code 17..25}. */
    private static Stream<Long> range(String text) {
        int dots = text.indexOf("..");
        long first = Long.parseLong(dots < 0 ? text : text.substring(0, dots));
        return LongStream.rangeClosed(first, dots < 0 ? first : Long.parseLong(text.substring(dots + 2)))
                .boxed();
    }

    private static String command(long seed, String test) {
        String module = System.getProperty("basedir", "");
        String project = module.isEmpty() ? "" : "-pl " + module.substring(module.lastIndexOf('/') + 1) + " -am ";
        return "mvn -q " + project + "test -Dtest='" + test + "' -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dbarnabas.seed=" + seed;
    }

    /** A call within a lambda is one of the method that the lambda stands in. */
    private static String methodName(String name) {
        return name.startsWith("lambda$") ? name.substring(7, name.lastIndexOf('$')) : name;
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
