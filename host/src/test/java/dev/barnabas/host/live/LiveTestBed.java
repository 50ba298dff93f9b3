package dev.barnabas.host.live;

import dev.barnabas.host.Host;
import dev.barnabas.host.TestBed;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A {@link LiveHost} on a temporary folder; it waits by looking again and again. */
final class LiveTestBed implements TestBed {
    /** Only ends a test that would hang. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Defects defects = new Defects();
    private final LiveHost host;
    private final Path folder;

    LiveTestBed(Path folder, Transport transport) {
        this.folder = folder;
        host = LiveHost.builder()
                .loops(2)
                .transport(transport)
                .onDefect(defects)
                .build();
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public String directory() {
        return folder.resolve("log directory").toString();
    }

    @Override
    public void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            defects.assertNone();
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        host.close();
        defects.assertNone();
    }
}
