package dev.barnabas.cli;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Blocking;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.ClusterSettings;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.Result;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.live.LiveHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A command's connection to a cluster, for its main thread, which waits for what it asks. */
final class Session implements AutoCloseable {

    private static final int PROBE_MS = 5_000;

    /** EX_SOFTWARE of sysexits.h. */
    private static final int EXIT_SOFTWARE = 70;

    private final LiveHost host;
    private final Cluster cluster;
    private final Admin admin;
    private final Blocking blocking;

    private Session(LiveHost host, Cluster cluster) {
        this.host = host;
        this.cluster = cluster;
        this.admin = new Admin(cluster);
        this.blocking = new Blocking(cluster.loop());
    }

    /**
     * Connects.
     *
     * @throws Failure if the servers' notation is wrong or nobody listens at any of them; that is told at once, not
     *     after a timeout
     */
    static Session open(String servers, Duration timeout) {
        ClusterSettings settings;
        try {
            settings = ClusterSettings.of(servers).withClientId("barnabas-cli");
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--bootstrap-server: " + e.getMessage());
        }
        requireListener(settings.bootstrap());
        LiveHost host = LiveHost.builder().loops(1).onDefect(Session::defect).build();
        ClusterSettings patient = settings.withTimeouts(settings.timeouts().withOperation(timeout));
        return new Session(host, new Cluster(host, host.loops().getFirst(), patient));
    }

    /** A command has no log, so it is said here; as a node does, the process stops at once. */
    private static void defect(String where, Throwable cause) {
        System.err.println("barnabas: a defect in " + where + "; please report it with this:");
        cause.printStackTrace();
        Runtime.getRuntime().halt(EXIT_SOFTWARE);
    }

    private static void requireListener(List<Endpoint> servers) {
        @Nullable IOException last = null;
        for (Endpoint server : servers) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(server.host(), server.port()), PROBE_MS);
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        String why = last instanceof UnknownHostException
                ? "the name is not known"
                : last == null ? "no server is named" : String.valueOf(last.getMessage());
        String names =
                String.join(", ", servers.stream().map(Endpoint::toString).toList());
        throw Failure.unreachable("no broker at " + names + " (" + why + ").\n"
                + "  Start one with ./barnabas start, or name another with --bootstrap-server HOST:PORT.");
    }

    Cluster cluster() {
        return cluster;
    }

    Admin admin() {
        return admin;
    }

    Blocking blocking() {
        return blocking;
    }

    /** @throws dev.barnabas.client.ClientException if it fails */
    <T> T get(Supplier<Eventual<T>> operation) {
        return blocking.get(operation);
    }

    /**
     * What succeeded; what failed is said on standard error.
     *
     * @param what comes before the key in the message, such as {@code topic}
     */
    static <K, V> Map<K, V> succeeded(Map<K, Result<V>> results, String what, Streams streams) {
        Map<K, V> values = new LinkedHashMap<>();
        results.forEach((key, result) -> {
            switch (result) {
                case Result.Success<V>(V value) -> values.put(key, value);
                case Result.Failure<V>(var error) ->
                    streams.err().println("barnabas: " + what + " " + key + ": " + Errors.describe(error));
            }
        });
        return values;
    }

    /**
     * What has to succeed for the command to go on.
     *
     * @param what comes before the error in the message, such as {@code topic logs}
     * @throws Failure if it has not
     */
    static <V> V required(String what, Result<V> result) {
        return switch (result) {
            case Result.Success<V>(V value) -> value;
            case Result.Failure<V>(var error) ->
                throw Failure.of(Errors.exitCode(error), what + ": " + Errors.describe(error));
        };
    }

    @Override
    public void close() {
        blocking.run(cluster::close);
        host.close();
    }
}
