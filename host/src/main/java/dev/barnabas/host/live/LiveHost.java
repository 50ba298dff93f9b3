package dev.barnabas.host.live;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Entropy;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The machine this process runs on. Its loops keep the process alive until it is closed.
 *
 * <p>A test builds one with {@code LiveHost.builder().loops(1).onDefect(handler).build()}, takes {@link #disk} on a
 * temporary folder and closes it at the end.
 */
public final class LiveHost implements Host, AutoCloseable {
    /**
     * Pools of buffers grow by 8 KB shifted by 7, which is 1 MB. They give a chunk back whenever nothing of it is in
     * use, and a new one is filled with zeros: with Netty's 4 MB that cost more than what requests of 128 KB cost
     * otherwise.
     */
    private static final int PAGE = 8 << 10;

    private static final int CHUNK_ORDER = 7;
    private static final int SMALL_CACHED = 256;
    private static final int NORMAL_CACHED = 64;

    private final Clock clock = new LiveClock();
    private final Entropy entropy = new LiveEntropy();
    private final Builder settings;
    private final List<LiveLoop> loops;
    private final PooledByteBufAllocator allocator;
    private final LiveNetwork network;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Set<LiveDisk> disks = ConcurrentHashMap.newKeySet();

    private LiveHost(Builder settings) {
        this.settings = settings;
        // Linking them takes tens of milliseconds, which a start need not wait for.
        Thread.ofPlatform().daemon().name("barnabas-link").start(LinuxCalls::get);
        List<LiveLoop> started = new ArrayList<>();
        for (int i = 0; i < settings.loops; i++) {
            started.add(new LiveLoop("barnabas-loop-" + i, clock, settings.defects, settings.transport.io()));
        }
        loops = List.copyOf(started);
        // One arena per loop and none on the heap: loops never wait for each other's memory.
        allocator = new PooledByteBufAllocator(
                true, 0, settings.loops, PAGE, CHUNK_ORDER, SMALL_CACHED, NORMAL_CACHED, false);
        network = new LiveNetwork(
                settings.transport, allocator, new FrameBudget(settings.frameBytes), loops, settings.defects);
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Entropy entropy() {
        return entropy;
    }

    @Override
    public List<Loop> loops() {
        return List.copyOf(loops);
    }

    @Override
    public Network network() {
        return network;
    }

    @Override
    public Disk disk(String directory) throws IOException {
        LiveDisk.Limits limits = new LiveDisk.Limits(settings.openFiles, settings.workers, settings.defects);
        LiveDisk disk = LiveDisk.open(directory, limits, disks::remove);
        disks.add(disk);
        return disk;
    }

    /** Bytes of memory outside of the heap that received frames which are not released, and unsent ones, take. */
    public long bufferBytes() {
        return allocator.pinnedDirectMemory();
    }

    /**
     * Stops everything, in this order: listeners, loops (their connections are closed and told so), disks. What has
     * been appended is in the page cache; nothing is synced. Not from a loop of this host.
     */
    @Override
    public void close() {
        if (loops.stream().anyMatch(LiveLoop::isCurrent)) {
            throw new IllegalStateException("a loop cannot close its own host");
        }
        if (closed.getAndSet(true)) {
            return;
        }
        network.closeListeners();
        loops.forEach(LiveLoop::close);
        List.copyOf(disks).forEach(LiveDisk::close);
    }

    /** What may be chosen; the defaults are for a broker that has the machine to itself. */
    public static final class Builder {
        private static final int OPEN_FILES = 1_000;
        private static final int WORKERS = 4;
        private static final long FRAME_BYTES = 96L << 20;

        private int loops = Runtime.getRuntime().availableProcessors();
        private int openFiles = OPEN_FILES;
        private int workers = WORKERS;
        private long frameBytes = FRAME_BYTES;
        private DefectHandler defects = new Halt();
        private Transport transport = Transport.best();

        private Builder() {}

        /** How many loops; default one per core. */
        public Builder loops(int count) {
            loops = atLeastOne(count, "loops");
            return this;
        }

        /** How many files a disk keeps open; more can be in use, they are opened when needed. */
        public Builder openFiles(int count) {
            openFiles = atLeastOne(count, "openFiles");
            return this;
        }

        /**
         * How many bytes the big received frames of all connections together may take until they are released; default
         * 96 MB. Connections whose next frame does not fit wait; one frame may be larger. There should be twice as much
         * direct memory.
         */
        public Builder frameBytes(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("frameBytes must be at least 1: " + bytes);
            }
            frameBytes = bytes;
            return this;
        }

        /** How many threads a disk has for {@link Disk#offload}, and again for syncs. */
        public Builder workers(int count) {
            workers = atLeastOne(count, "workers");
            return this;
        }

        /** What a task that throws does; default: log it and halt the process. */
        public Builder onDefect(DefectHandler handler) {
            defects = handler;
            return this;
        }

        Builder transport(Transport chosen) {
            transport = chosen;
            return this;
        }

        public LiveHost build() {
            return new LiveHost(this);
        }

        private static int atLeastOne(int count, String what) {
            if (count < 1) {
                throw new IllegalArgumentException(what + " must be at least 1: " + count);
            }
            return count;
        }
    }
}
