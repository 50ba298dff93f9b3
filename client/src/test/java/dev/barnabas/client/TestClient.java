package dev.barnabas.client;

import dev.barnabas.host.Loop;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A machine with a client on it, for tests that look at it from outside: runs the world until an operation is done. */
final class TestClient {

    /** Short, so that tests need not wait long for what nobody tells a client. */
    private static final Duration METADATA_AGE = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofMinutes(30);

    final Simulation simulation;
    final SimulatedHost host;
    final Loop loop;
    final Cluster cluster;

    TestClient(FakeCluster brokers, String name) {
        this(
                brokers,
                name,
                ClusterSettings.of(brokers.bootstrap())
                        .withClientId(name)
                        .withTimeouts(new ClusterSettings.Timeouts(
                                Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), METADATA_AGE)));
    }

    TestClient(FakeCluster brokers, String name, ClusterSettings settings) {
        this.simulation = brokers.simulation;
        this.host = simulation.addHost(name, 1);
        this.loop = host.loops().getFirst();
        this.cluster = new Cluster(host, loop, settings);
    }

    <T> T get(Supplier<Eventual<T>> operation) {
        return result(operation).orThrow();
    }

    <T> ClientError error(Supplier<Eventual<T>> operation) {
        return switch (result(operation)) {
            case Result.Failure<T>(ClientError error) -> error;
            case Result.Success<T>(T value) -> throw simulation.failure("succeeded: " + value, null);
        };
    }

    <T> Result<T> result(Supplier<Eventual<T>> operation) {
        AtomicReference<Eventual<T>> eventual = new AtomicReference<>();
        loop.execute(() -> eventual.set(operation.get()));
        simulation.runUntil(
                "the operation is done",
                () -> eventual.get() != null && eventual.get().isSettled(),
                PATIENCE);
        return Optional.ofNullable(eventual.get()).flatMap(Eventual::result).orElseThrow();
    }

    /** Does something on the client's loop. */
    void run(Runnable task) {
        get(() -> {
            task.run();
            return Eventual.done();
        });
    }

    <T> T make(Supplier<T> supplier) {
        return get(() -> Eventual.of(supplier.get()));
    }
}
