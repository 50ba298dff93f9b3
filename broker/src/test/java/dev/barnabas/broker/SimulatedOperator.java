package dev.barnabas.broker;

import static java.util.Objects.requireNonNull;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Consumer;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.Delivered;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.Polled;
import dev.barnabas.client.Producer;
import dev.barnabas.client.ProducerRecord;
import dev.barnabas.client.ProducerSettings;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.client.Topics;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Somebody who asks a simulated cluster, sends to it, and waits for what becomes of it. */
final class SimulatedOperator {

    static final Duration LIMIT = Duration.ofMinutes(5);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Cluster client;
    private final Admin admin;
    private @Nullable Producer producer;

    SimulatedOperator(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.client = cluster.client("operator");
        this.admin = new Admin(client);
        client.loop().execute(() -> producer = new Producer(client, ProducerSettings.defaults()));
        simulation.runUntil("all nodes serve", cluster::isServing, LIMIT);
    }

    Admin admin() {
        return admin;
    }

    <T> Eventual<T> begin(Supplier<Eventual<T>> operation) {
        AtomicReference<Eventual<T>> eventual = new AtomicReference<>();
        client.loop().execute(() -> eventual.set(operation.get()));
        simulation.runUntil("asked", () -> eventual.get() != null, LIMIT);
        return requireNonNull(eventual.get());
    }

    <T> Result<T> result(Supplier<Eventual<T>> operation) {
        Eventual<T> eventual = begin(operation);
        simulation.runUntil("the operation is done", eventual::isSettled, LIMIT);
        return eventual.result().orElseThrow();
    }

    <T> T get(Supplier<Eventual<T>> operation) {
        return result(operation).orThrow();
    }

    /** Each partition with its replicas. */
    void create(String topic, Map<Integer, List<Integer>> replicas, Map<String, String> settings) {
        get(() -> admin.createTopics(List.of(new Topics.New(topic, -1, -1, replicas, settings))))
                .values()
                .forEach(Result::orThrow);
    }

    private Producer producer() {
        Producer made = producer;
        if (made == null) {
            throw new IllegalStateException("not made yet");
        }
        return made;
    }

    Eventual<Delivered> send(String topic, int partition, byte[] value) {
        return begin(() -> producer().send(ProducerRecord.of(topic, null, value).withPartition(partition)));
    }

    /** Sends records one by one, each acknowledged before the next. */
    void sendAll(String topic, int partition, int records, byte[] value) {
        for (int i = 0; i < records; i++) {
            get(() -> producer().send(ProducerRecord.of(topic, null, value).withPartition(partition)));
        }
    }

    /** Reads so many records from the start of a partition, as a consumer; their offsets. */
    List<Long> readAll(String topic, int partition, int records) {
        Cluster reading = cluster.client("reader");
        List<Long> offsets = new ArrayList<>();
        reading.loop().execute(() -> {
            Consumer consumer = new Consumer(reading, ConsumerSettings.alone());
            consumer.assign(List.of(new TopicPartition(topic, partition)));
            poll(consumer, offsets, records);
        });
        simulation.runUntil("all is read", () -> offsets.size() >= records, LIMIT);
        return offsets;
    }

    private static void poll(Consumer consumer, List<Long> offsets, int records) {
        consumer.poll(Duration.ofMillis(500)).then(result -> {
            if (result instanceof Result.Success<Polled>(Polled polled)) {
                polled.partitions().forEach(fetched -> fetched.forEach(record -> offsets.add(record.offset())));
            }
            if (offsets.size() < records) {
                poll(consumer, offsets, records);
            }
        });
    }

    Replicas.State state(String topic, int partition) {
        return get(() -> admin.describeReplicas(topic)).get(partition);
    }

    void await(String what, String topic, int partition, Predicate<Replicas.State> condition) {
        for (int attempt = 0; attempt < 600; attempt++) {
            if (condition.test(state(topic, partition))) {
                return;
            }
            simulation.runFor(Duration.ofMillis(500));
        }
        throw simulation.failure(what + " did not happen: " + state(topic, partition), null);
    }

    SimulatedHost host(int node) {
        return cluster.nodes().get(node - 1);
    }

    Broker broker(int node) {
        return cluster.broker(host(node)).orElseThrow();
    }

    Observation observe(int node) {
        List<Observation> seen = new ArrayList<>();
        broker(node).observe(seen::add);
        simulation.runUntil("observed", () -> !seen.isEmpty(), LIMIT);
        return seen.getFirst();
    }

    /** The replica on a node, if it is open. To be asked for what may be read from any thread only. */
    Optional<dev.barnabas.replication.Partition> replica(int node, String topic, int partition) {
        Node asked = broker(node).parts().node();
        var id = asked.image().topic(topic).orElseThrow().id();
        AtomicReference<Optional<dev.barnabas.replication.Partition>> found = new AtomicReference<>();
        LoopShare share = asked.share(asked.ownerOf(id, partition));
        share.loop()
                .execute(() -> found.set(Optional.ofNullable(share.partitions().find(id, partition))));
        simulation.runUntil("looked up", () -> found.get() != null, LIMIT);
        return requireNonNull(found.get());
    }
}
