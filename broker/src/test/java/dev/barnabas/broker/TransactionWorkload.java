package dev.barnabas.broker;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Consumer;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.FetchedRecords;
import dev.barnabas.client.OffsetReset;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Polled;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Producers that write a record to each of some partitions in a transaction, and in the end a reader of what is
 * committed, who has to see of each transaction what its producer was told: all of it, nothing, or, if nobody was told,
 * either. Two producers share a transactional id, and fence each other.
 */
final class TransactionWorkload {

    static final String TOPIC = "accounts";
    static final int PARTITIONS = 3;
    /** How the {@link #finding} begins if a transaction is neither there nor not. */
    static final String TORN = "a transaction is torn: ";

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Dice dice;
    private final List<SimulatedTransactions> producers = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    /** How often the reader has seen which transaction in which partition. */
    private final Map<String, Map<Integer, Integer>> seen = new TreeMap<>();

    private @Nullable Audit audit;

    TransactionWorkload(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.dice = simulation.dice("transactions");
    }

    /** One transaction. */
    static final class Attempt {
        final String name;
        final List<Integer> partitions;
        private Outcome outcome = Outcome.NEVER_TO_COMMIT;

        private Attempt(String name, List<Integer> partitions) {
            this.name = name;
            this.partitions = partitions;
        }

        /** Whoever asks once cannot take it back. */
        void asksToCommit() {
            if (outcome == Outcome.NEVER_TO_COMMIT) {
                outcome = Outcome.ASKED_TO_COMMIT;
            }
        }

        void committed() {
            outcome = Outcome.COMMITTED;
        }
    }

    private enum Outcome {
        NEVER_TO_COMMIT,
        ASKED_TO_COMMIT,
        COMMITTED
    }

    void start() {
        String[] ids = {"first", "first", "second"};
        for (int i = 0; i < ids.length; i++) {
            String name = ids[i] + "-" + i;
            boolean newest = dice.chance(0.7);
            SimulatedTransactions producer = new SimulatedTransactions(
                    simulation.dice(name),
                    simulation.addHost(name, 1),
                    cluster.nodes().stream()
                            .map(node -> new Endpoint(node.name(), 9092))
                            .toList(),
                    ids[i],
                    newest,
                    () -> attempt(name));
            producers.add(producer);
            producer.start();
        }
    }

    private Attempt attempt(String producer) {
        List<Integer> partitions = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (partition == 0 || dice.chance(0.6)) {
                partitions.add(partition);
            }
        }
        Attempt attempt = new Attempt(producer + "#" + attempts.size(), partitions);
        attempts.add(attempt);
        return attempt;
    }

    void stop() {
        producers.forEach(SimulatedTransactions::stop);
    }

    boolean allStopped() {
        return producers.stream().allMatch(SimulatedTransactions::isStopped);
    }

    /** Reads what is committed, from the start of each partition to its end. */
    void readAll() {
        Cluster client = cluster.client("auditor");
        client.loop().execute(() -> {
            audit = new Audit(client);
            audit.start();
        });
    }

    boolean allRead() {
        return audit != null && audit.done;
    }

    /** How many transactions their producers know to be committed. */
    long committed() {
        return attempts.stream()
                .filter(attempt -> attempt.outcome == Outcome.COMMITTED)
                .count();
    }

    /** What is wrong; empty if nothing is. */
    Optional<String> finding() {
        Map<String, Attempt> byName = new HashMap<>();
        attempts.forEach(attempt -> byName.put(attempt.name, attempt));
        for (String name : seen.keySet()) {
            if (!byName.containsKey(name)) {
                return Optional.of("a record that nobody sent: " + name);
            }
        }
        for (Attempt attempt : attempts) {
            Map<Integer, Integer> found = seen.getOrDefault(attempt.name, Map.of());
            if (found.values().stream().anyMatch(times -> times > 1)) {
                return Optional.of("a record was doubled: " + attempt.name + " " + found);
            }
            boolean all = found.keySet().containsAll(attempt.partitions);
            boolean right = switch (attempt.outcome) {
                case NEVER_TO_COMMIT -> found.isEmpty();
                case ASKED_TO_COMMIT -> found.isEmpty() || all;
                case COMMITTED -> all;
            };
            if (!right) {
                return Optional.of(TORN + attempt.name + " wrote to " + attempt.partitions + " and is "
                        + attempt.outcome + ", found is " + found);
            }
        }
        return Optional.empty();
    }

    /** Reads all partitions to the end that they have when it starts. */
    private final class Audit {
        private final Cluster client;
        private final Consumer consumer;
        private final Admin admin;
        private final List<TopicPartition> partitions = new ArrayList<>();
        private boolean done;

        private Audit(Cluster client) {
            this.client = client;
            this.consumer = new Consumer(
                    client,
                    new ConsumerSettings(
                            null,
                            OffsetReset.earliest(),
                            null,
                            ConsumerSettings.Isolation.READ_COMMITTED,
                            ConsumerSettings.Fetch.DEFAULT,
                            false));
            this.admin = new Admin(client);
            for (int number = 0; number < PARTITIONS; number++) {
                partitions.add(new TopicPartition(TOPIC, number));
            }
        }

        /** To the end of everything, committed or not: that no transaction is left open is part of it. */
        private void start() {
            Map<TopicPartition, Offsets.Spec> specs = new HashMap<>();
            partitions.forEach(partition -> specs.put(partition, new Offsets.Spec.Latest()));
            admin.listOffsets(specs).then(result -> {
                if (!(result instanceof Result.Success<Map<TopicPartition, Result<Offsets.Found>>>(var found))
                        || !found.values().stream().allMatch(Result.Success.class::isInstance)) {
                    client.loop().schedule(Duration.ofMillis(500), this::start);
                    return;
                }
                Map<TopicPartition, Long> ends = new HashMap<>();
                found.forEach(
                        (partition, end) -> ends.put(partition, end.orThrow().offset()));
                consumer.assign(partitions);
                read(ends);
            });
        }

        private void read(Map<TopicPartition, Long> ends) {
            if (ends.entrySet().stream()
                    .allMatch(end -> end.getValue() == 0
                            || consumer.position(end.getKey()).orElse(-1) >= end.getValue())) {
                done = true;
                return;
            }
            consumer.poll(Duration.ofSeconds(1)).then(result -> {
                if (result instanceof Result.Success<Polled>(Polled polled)) {
                    polled.partitions().forEach(this::note);
                    client.loop().execute(() -> read(ends));
                } else {
                    client.loop().schedule(Duration.ofMillis(100), () -> read(ends));
                }
            });
        }

        private void note(FetchedRecords records) {
            for (Record record : records) {
                String name = StandardCharsets.UTF_8.decode(record.value()).toString();
                seen.computeIfAbsent(name, _ -> new TreeMap<>())
                        .merge(records.partition().partition(), 1, Integer::sum);
            }
        }
    }
}
