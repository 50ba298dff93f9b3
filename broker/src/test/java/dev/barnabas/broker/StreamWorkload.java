package dev.barnabas.broker;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Consumer;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.Delivery;
import dev.barnabas.client.Done;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.FetchedRecords;
import dev.barnabas.client.OffsetReset;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Polled;
import dev.barnabas.client.Producer;
import dev.barnabas.client.ProducerRecord;
import dev.barnabas.client.ProducerSettings;
import dev.barnabas.client.RebalanceListener;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.history.Entry;
import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.History;
import dev.barnabas.simulation.history.Message;
import dev.barnabas.simulation.history.Partition;
import dev.barnabas.simulation.history.Payload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Producers that send numbered records, members of a group that read and commit, and in the end a reader that reads
 * everything. All that they do and see goes into a history.
 */
final class StreamWorkload {

    private static final String TOPIC = "events";
    private static final int PARTITIONS = 3;
    private static final String GROUP = "readers";

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Dice dice;
    private final History history = new History();
    private final List<Sender> senders = new ArrayList<>();
    /** On their way; in the order in which they were sent. */
    private final List<Commit> commits = new ArrayList<>();

    private @Nullable FullRead fullRead;
    private boolean stopped;

    StreamWorkload(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.dice = simulation.dice("workload");
    }

    History history() {
        return history;
    }

    void start() {
        int producers = 1 + dice.nextInt(2);
        for (int i = 0; i < producers; i++) {
            Cluster client = cluster.client("producer-" + i);
            String name = "producer-" + i;
            client.loop().execute(() -> {
                Sender sender = new Sender(name, client);
                senders.add(sender);
                sender.next();
            });
        }
        int members = dice.nextInt(3);
        for (int i = 0; i < members; i++) {
            Cluster client = cluster.client("member-" + i);
            String name = "member-" + i;
            client.loop().execute(() -> new Member(name, client).start());
        }
    }

    /** Sends no more; what is on its way still has to end. */
    void stopSending() {
        stopped = true;
    }

    boolean allAnswered() {
        return senders.stream().allMatch(sender -> sender.pending == 0);
    }

    /** Reads every partition from its start to its end, alone. */
    void readAll() {
        Cluster client = cluster.client("auditor");
        client.loop().execute(() -> {
            fullRead = new FullRead(client);
            fullRead.start();
        });
    }

    boolean allRead() {
        return fullRead != null && fullRead.done;
    }

    private long now() {
        return simulation.now().toMillis();
    }

    private void polled(String reader, Polled polled) {
        for (FetchedRecords records : polled.partitions()) {
            List<Entry> entries = new ArrayList<>();
            for (Record record : records) {
                ByteBuffer value = record.value();
                entries.add(
                        new Entry(record.offset(), value == null ? java.util.Optional.empty() : Payload.decode(value)));
            }
            history.add(new Event.Polled(now(), reader, partition(records.partition()), entries));
        }
    }

    /** Whether an answer says what was committed, or that nothing was. */
    private static boolean isKnown(Result<Offsets.Committed> answer) {
        return switch (answer) {
            case Result.Success<Offsets.Committed> _ -> true;
            case Result.Failure<Offsets.Committed>(ClientError error) -> error instanceof ClientError.NoOffset;
        };
    }

    private static Partition partition(TopicPartition partition) {
        return new Partition(partition.topic(), partition.partition());
    }

    /** An idempotent producer that sends at random times. */
    private final class Sender {
        private final String name;
        private final Producer producer;
        private final Cluster cluster;
        private long number;
        private int pending;

        Sender(String name, Cluster cluster) {
            this.name = name;
            this.cluster = cluster;
            Compression[] codecs = {Compression.NONE, Compression.LZ4, Compression.GZIP};
            this.producer = new Producer(
                    cluster,
                    ProducerSettings.builder()
                            .compression(codecs[dice.nextInt(codecs.length)])
                            .linger(Duration.ofMillis(dice.nextInt(10)))
                            .build());
        }

        dev.barnabas.host.Loop loop() {
            return cluster.loop();
        }

        void next() {
            if (stopped) {
                return;
            }
            Message message = new Message(name, number++);
            Partition partition = new Partition(TOPIC, dice.nextInt(PARTITIONS));
            ProducerRecord record = ProducerRecord.of(TOPIC, null, Payload.encode(message, 40 + dice.nextInt(400)))
                    .withPartition(partition.number());
            history.add(new Event.Sent(now(), partition, message));
            pending++;
            boolean taken = producer.trySend(record, new Delivery() {
                @Override
                public void delivered(TopicPartition where, long offset, long timestampMs) {
                    pending--;
                    history.add(new Event.Acknowledged(now(), partition, message, offset));
                }

                @Override
                public void failed(ClientError error) {
                    // It may be there or not: nothing can be said.
                    pending--;
                }
            });
            if (!taken) {
                pending--;
                history.add(new Event.Refused(now(), partition, message));
            }
            loop().schedule(Duration.ofMillis(dice.magnitude(1, 200)), this::next);
        }
    }

    /** A member of the group: polls, commits what it has polled, polls again. */
    private final class Member {
        private final String name;
        private final Cluster cluster;
        private final Consumer consumer;

        Member(String name, Cluster cluster) {
            this.name = name;
            this.cluster = cluster;
            this.consumer = new Consumer(
                    cluster,
                    ConsumerSettings.group(GROUP)
                            .withReset(OffsetReset.earliest())
                            .withoutAutoCommit());
        }

        void start() {
            consumer.subscribe(List.of(TOPIC), new RebalanceListener() {
                @Override
                public Eventual<Done> assigned(Set<TopicPartition> partitions) {
                    for (TopicPartition partition : partitions) {
                        history.add(new Event.Positioned(now(), name, partition(partition), -1));
                    }
                    return Eventual.done();
                }
            });
            poll();
        }

        private void poll() {
            if (stopped) {
                return;
            }
            consumer.poll(Duration.ofMillis(500)).then(result -> {
                if (result instanceof Result.Success<Polled>(Polled polled) && !polled.isEmpty()) {
                    polled(name, polled);
                    commit(polled);
                } else {
                    cluster.loop().schedule(Duration.ofMillis(50), this::poll);
                }
            });
        }

        private void commit(Polled polled) {
            Map<TopicPartition, Offsets.Committed> offsets = new HashMap<>();
            polled.partitions()
                    .forEach(records -> offsets.put(records.partition(), Offsets.Committed.at(records.nextOffset())));
            Commit commit = new Commit(now(), offsets);
            commits.add(commit);
            consumer.commit(offsets).then(result -> {
                commits.remove(commit);
                Map<TopicPartition, Result<Done>> answers =
                        result instanceof Result.Success<Map<TopicPartition, Result<Done>>>(var each) ? each : Map.of();
                commit.note(partition -> answers.get(partition) instanceof Result.Success<Done>);
                cluster.loop().schedule(Duration.ofMillis(dice.magnitude(1, 100)), this::poll);
            });
        }
    }

    /** Offsets on their way to the group's coordinator. */
    private final class Commit {
        private final long at;
        private final Map<TopicPartition, Offsets.Committed> offsets;

        Commit(long at, Map<TopicPartition, Offsets.Committed> offsets) {
            this.at = at;
            this.offsets = offsets;
        }

        /** What is not acknowledged may have been stored or not, or be some day. */
        void note(Predicate<TopicPartition> acknowledged) {
            offsets.forEach((partition, offset) -> history.add(new Event.Committed(
                    at,
                    acknowledged.test(partition) ? now() : Long.MAX_VALUE,
                    GROUP,
                    partition(partition),
                    offset.offset())));
        }
    }

    /** Reads all partitions to the end that they have when it starts. */
    private final class FullRead {
        private final Cluster cluster;
        private final Consumer consumer;
        private final dev.barnabas.client.Admin admin;
        private final List<TopicPartition> partitions = new ArrayList<>();
        private boolean done;

        private FullRead(Cluster cluster) {
            this.cluster = cluster;
            this.consumer = new Consumer(cluster, ConsumerSettings.alone());
            this.admin = new dev.barnabas.client.Admin(cluster);
            for (int number = 0; number < PARTITIONS; number++) {
                partitions.add(new TopicPartition(TOPIC, number));
            }
        }

        private void start() {
            Map<TopicPartition, Offsets.Spec> specs = new HashMap<>();
            partitions.forEach(partition -> specs.put(partition, new Offsets.Spec.Latest()));
            admin.listOffsets(specs).then(result -> {
                if (!(result instanceof Result.Success<Map<TopicPartition, Result<Offsets.Found>>>(var found))
                        || !found.values().stream().allMatch(Result.Success.class::isInstance)) {
                    cluster.loop().schedule(Duration.ofMillis(500), this::start);
                    return;
                }
                Map<TopicPartition, Long> ends = new HashMap<>();
                found.forEach(
                        (partition, end) -> ends.put(partition, end.orThrow().offset()));
                consumer.assign(partitions);
                partitions.forEach(
                        partition -> history.add(new Event.Positioned(now(), "auditor", partition(partition), 0)));
                read(ends);
            });
        }

        private void read(Map<TopicPartition, Long> ends) {
            boolean all = ends.entrySet().stream()
                    .allMatch(end -> end.getValue() == 0
                            || consumer.position(end.getKey()).orElse(-1) >= end.getValue());
            if (all) {
                ends.forEach((partition, end) ->
                        history.add(new Event.ReadToEnd(now(), "auditor", partition(partition), 0, end)));
                readCommitted();
                return;
            }
            consumer.poll(Duration.ofSeconds(1)).then(result -> {
                if (result instanceof Result.Success<Polled>(Polled polled)) {
                    polled("auditor", polled);
                    cluster.loop().execute(() -> read(ends));
                } else {
                    cluster.loop().schedule(Duration.ofMillis(100), () -> read(ends));
                }
            });
        }

        private void readCommitted() {
            long at = now();
            admin.groupOffsets(GROUP, partitions).then(result -> {
                if (!(result instanceof Result.Success<Map<TopicPartition, Result<Offsets.Committed>>>(var found))
                        || !found.values().stream().allMatch(StreamWorkload::isKnown)) {
                    cluster.loop().schedule(Duration.ofMillis(500), this::readCommitted);
                    return;
                }
                commits.forEach(commit -> commit.note(partition -> false));
                for (TopicPartition partition : partitions) {
                    long offset = found.get(partition) instanceof Result.Success<Offsets.Committed>(var committed)
                            ? committed.offset()
                            : -1;
                    history.add(new Event.CommittedRead(at, now(), GROUP, partition(partition), offset));
                }
                done = true;
            });
        }
    }
}
