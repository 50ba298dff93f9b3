package dev.barnabas.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a command does when Ctrl-C or SIGTERM ends it before it ends by itself. The process waits for that, and for the
 * command to say that it has finished, but not for long.
 */
final class OnStop {

    private static final int PATIENCE_SECONDS = 10;

    private final Runnable action;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "barnabas-stop");

    private OnStop(Runnable action) {
        this.action = action;
    }

    /** @param action does all that is to be done */
    static OnStop run(Runnable action) {
        OnStop onStop = new OnStop(action);
        onStop.finished.countDown();
        Runtime.getRuntime().addShutdownHook(onStop.hook);
        return onStop;
    }

    /** @param signal tells the command to end; the process waits until it has {@link #finished} */
    static OnStop signal(Runnable signal) {
        OnStop onStop = new OnStop(signal);
        Runtime.getRuntime().addShutdownHook(onStop.hook);
        return onStop;
    }

    private void stop() {
        action.run();
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("barnabas: gave up waiting for a clean end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command has ended. */
    void finished() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // The hook is running; it has just been told.
            finished.countDown();
        }
    }
}
