package dev.barnabas.host;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The world that a contract is tested in: one host, and the way a test waits for it. Live it waits for real threads, in
 * the simulator it lets virtual time go on.
 *
 * <p>The contracts call it from the test's own thread, which belongs to no loop.
 */
public interface TestBed {

    Host host();

    /** A log directory for {@link Host#disk} that belongs to this test alone. It does not exist yet. */
    String directory();

    /**
     * Lets the world go on until the condition holds, and fails, naming what was waited for, when it does not come to
     * that. The condition is asked often, on the test's thread; what it looks at must be safe to read there.
     */
    void await(String what, BooleanSupplier condition);

    /** Runs work on a loop, waits for it and passes on what it returns or throws. */
    default <T> T call(Loop loop, Callable<T> work) throws Exception {
        AtomicReference<@Nullable Outcome<T>> outcome = new AtomicReference<>();
        loop.execute(() -> outcome.set(Outcome.of(work)));
        await("the end of work on a loop", () -> outcome.get() != null);
        Outcome<T> done = outcome.get();
        if (done == null) {
            throw new AssertionError("await() came back before its condition held");
        }
        return done.get();
    }

    /** {@link #call} for work without a result. */
    default void run(Loop loop, Step step) throws Exception {
        call(loop, () -> {
            step.run();
            return true;
        });
    }

    /** Gives everything back; fails when a task of a loop has thrown. */
    void close() throws Exception;

    /** Work without a result. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** What came of a call: a value, or what it threw. */
    record Outcome<T>(@Nullable T value, @Nullable Throwable thrown) {

        /** Catches everything: an assertion that fails on a loop has to fail the test, not the loop. */
        @SuppressWarnings("CatchAndPrintStackTrace")
        static <T> Outcome<T> of(Callable<T> work) {
            try {
                return new Outcome<>(work.call(), null);
            } catch (Exception | AssertionError e) {
                return new Outcome<>(null, e);
            }
        }

        T get() throws Exception {
            if (thrown instanceof AssertionError error) {
                throw error;
            }
            if (thrown instanceof Exception exception) {
                throw exception;
            }
            if (value == null) {
                throw new AssertionError("work on a loop returned null");
            }
            return value;
        }
    }
}
