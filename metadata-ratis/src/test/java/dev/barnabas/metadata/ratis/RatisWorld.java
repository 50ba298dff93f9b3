package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.TestBed;
import dev.barnabas.host.live.LiveHost;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.QuorumContract;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Nodes in this process, each with a loop, files and a port of its own. */
final class RatisWorld implements QuorumContract.World, TestBed {

    /** Only ends a test that would hang. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path folder;
    private final Map<Integer, Endpoint> voters = new TreeMap<>();
    private final Map<Integer, Endpoint> others = new TreeMap<>();
    private final LiveHost host = LiveHost.builder().loops(4).build();
    private final Map<Integer, RatisMetadataLog> logs = new LinkedHashMap<>();

    RatisWorld(Path folder, int voterCount) throws IOException {
        this.folder = folder;
        for (int id = 1; id <= voterCount; id++) {
            voters.put(id, freePort());
        }
        others.put(4, freePort());
    }

    static Endpoint freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Endpoint("127.0.0.1", socket.getLocalPort());
        }
    }

    @Override
    public Endpoint address(int nodeId) {
        return Objects.requireNonNull(voters.getOrDefault(nodeId, others.get(nodeId)));
    }

    @Override
    public Loop start(int nodeId) {
        return host.loops().get(nodeId - 1);
    }

    QuorumSettings settings(int nodeId, Uuid directoryId) {
        return new QuorumSettings(
                nodeId,
                directoryId,
                folder.resolve(nodeId + "-" + directoryId),
                address(nodeId),
                address(nodeId),
                voters,
                List.of(),
                QuorumSettings.USUAL_FETCH_TIMEOUT,
                Optional.empty());
    }

    @Override
    public MetadataLog open(int nodeId, Uuid directoryId, Loop loop) throws Exception {
        return open(settings(nodeId, directoryId), loop);
    }

    RatisMetadataLog open(QuorumSettings settings, Loop loop) throws Exception {
        AtomicReference<@Nullable RatisMetadataLog> opened = new AtomicReference<>();
        AtomicReference<@Nullable IOException> failed = new AtomicReference<>();
        RatisMetadataLog.open(settings, loop, new Disk.Completion<>() {
            @Override
            public void done(RatisMetadataLog log) {
                opened.set(log);
            }

            @Override
            public void failed(IOException fault) {
                failed.set(fault);
            }
        });
        await("the log is open or has failed", () -> opened.get() != null || failed.get() != null);
        IOException fault = failed.get();
        if (fault != null) {
            throw fault;
        }
        RatisMetadataLog log = Objects.requireNonNull(opened.get());
        logs.put(settings.nodeId(), log);
        return log;
    }

    @Override
    public void kill(int nodeId) throws Exception {
        RatisMetadataLog log = Objects.requireNonNull(logs.get(nodeId));
        run(start(nodeId), log::close);
        log.awaitEnd();
    }

    @Override
    public void execute(Loop loop, Runnable task) throws Exception {
        run(loop, task::run);
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public String directory() {
        return folder.toString();
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
    public void close() throws Exception {
        for (int id : logs.keySet()) {
            kill(id);
        }
        host.close();
    }
}
