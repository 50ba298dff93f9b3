package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.TestBed;
import dev.barnabas.host.live.LiveHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** The embedded log on real files. */
final class EmbeddedMetadataLogLiveTest extends MetadataLogContract {

    @TempDir
    private Path folder = Path.of("");

    private @Nullable Disk disk;

    @Override
    protected TestBed bed() throws IOException {
        LiveBed bed = new LiveBed(folder);
        disk = bed.host().disk(bed.directory());
        return bed;
    }

    @Override
    protected MetadataLog open(TestBed world, Loop owner) throws Exception {
        return EmbeddedMetadataLogTest.open(world, Objects.requireNonNull(disk), owner);
    }

    private static final class LiveBed implements TestBed {

        /** Only ends a test that would hang. */
        private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

        private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

        private final LiveHost host = LiveHost.builder().loops(1).build();
        private final Path folder;

        LiveBed(Path folder) {
            this.folder = folder;
        }

        @Override
        public Host host() {
            return host;
        }

        @Override
        public String directory() {
            return folder.resolve("data").toString();
        }

        @Override
        public void await(String what, BooleanSupplier condition) {
            long start = System.nanoTime();
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - start > LIMIT_NANOS) {
                    throw new AssertionError("waited in vain for " + what);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        @Override
        public void close() {
            host.close();
        }
    }
}
