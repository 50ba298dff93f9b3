package dev.barnabas.client;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as far as a client can tell: brokers that answer over the simulated network from one common memory. It
 * knows the truth at once and forgets nothing, so what goes wrong is only what a test makes go wrong: refusals,
 * silence, lost connections, leaders that move.
 */
final class FakeCluster {

    static final int PORT = 9092;
    static final String ID = "fake-cluster";

    final Simulation simulation;
    final List<SimulatedHost> hosts = new ArrayList<>();
    final Map<String, FakeTopic> topics = new TreeMap<>();
    final Map<String, FakeGroup> groups = new HashMap<>();
    final List<FakeConnection> connections = new ArrayList<>();

    /** What to answer next to an API instead of doing it. */
    final Map<ApiKey, Deque<Refusal>> refusals = new EnumMap<>(ApiKey.class);

    /** The highest version that the brokers speak, where that is not our own highest. */
    final Map<ApiKey, Integer> highestVersions = new EnumMap<>(ApiKey.class);

    final Map<ApiKey, Integer> requests = new EnumMap<>(ApiKey.class);
    final Map<ApiKey, Integer> lastVersions = new EnumMap<>(ApiKey.class);
    long nextProducerId = 1000;
    int nextMemberId = 1;
    int coordinator;

    /** Whether each broker coordinates everything, or only {@link #coordinator}. */
    boolean autoCreate;

    /** What to do instead of answering properly. */
    enum Refusal {
        /** Does it, but drops the connection instead of answering. */
        DROP_AFTERWARDS,
        /** Drops the connection without doing anything. */
        DROP_BEFORE,
        /** Never answers, and does nothing. */
        SILENCE,
        /** Answers with the wrong correlation id. */
        WRONG_CORRELATION,
        /** Answers with bytes that make no sense. */
        GARBAGE
    }

    /** The log of a topic, and who leads its partitions. */
    static final class FakeTopic {
        final String name;
        final Uuid id;
        final List<FakePartition> partitions = new ArrayList<>();

        FakeTopic(String name, Uuid id) {
            this.name = name;
            this.id = id;
        }
    }

    /** A partition's log. */
    static final class FakePartition {
        int leader;
        int leaderEpoch;
        long logStartOffset;
        long endOffset;
        final List<ByteBuffer> batches = new ArrayList<>();
        final Map<Long, ProducerState> producers = new LinkedHashMap<>();

        /** What to answer to the next produces, before anything is done. */
        final Deque<ErrorCode> produceErrors = new ArrayDeque<>();

        final Deque<ErrorCode> fetchErrors = new ArrayDeque<>();

        /** Who waits for records: told when there are some. */
        final List<Runnable> waiting = new ArrayList<>();

        void append(ByteBuffer batch) {
            ByteBuffer copy = ByteBuffer.allocate(batch.remaining())
                    .put(batch.duplicate())
                    .flip();
            RecordBatch view = RecordBatch.at(copy, 0);
            view.setBaseOffset(endOffset);
            view.setPartitionLeaderEpoch(leaderEpoch);
            batches.add(copy);
            endOffset = view.endOffset();
            List<Runnable> woken = List.copyOf(waiting);
            waiting.clear();
            woken.forEach(Runnable::run);
        }

        List<Record> records() {
            List<Record> records = new ArrayList<>();
            batches.forEach(batch -> RecordBatch.at(batch, 0).records().forEach(records::add));
            return records;
        }

        List<String> values() {
            return records().stream().map(record -> text(record.value())).toList();
        }
    }

    /** What a partition knows of a producer: the epoch, and its last batches with their offsets. */
    static final class ProducerState {
        short epoch;
        int nextSequence;
        final Deque<long[]> lastBatches = new ArrayDeque<>();
    }

    FakeCluster(Simulation simulation, int brokers) {
        this.simulation = simulation;
        for (int i = 0; i < brokers; i++) {
            int id = i;
            SimulatedHost host = simulation.addHost("broker" + i, 1);
            hosts.add(host);
            host.run(started -> FakeBroker.start(this, id, host));
        }
    }

    String bootstrap() {
        return String.join(
                ",", hosts.stream().map(host -> host.name() + ":" + PORT).toList());
    }

    Endpoint endpoint(int broker) {
        return new Endpoint(hosts.get(broker).name(), PORT);
    }

    FakeTopic create(String name, int partitions) {
        FakeTopic topic = new FakeTopic(name, new Uuid(7, topics.size() + 1L));
        topics.put(name, topic);
        addPartitions(topic, partitions);
        return topic;
    }

    void addPartitions(FakeTopic topic, int count) {
        while (topic.partitions.size() < count) {
            FakePartition partition = new FakePartition();
            partition.leader = topic.partitions.size() % hosts.size();
            topic.partitions.add(partition);
        }
    }

    FakeTopic topic(String name) {
        FakeTopic found = topics.get(name);
        if (found == null) {
            throw new AssertionError("no topic " + name);
        }
        return found;
    }

    FakePartition partition(String topic, int index) {
        return topic(topic).partitions.get(index);
    }

    @Nullable
    FakePartition find(String topic, int index) {
        FakeTopic found = topics.get(topic);
        return found == null || index >= found.partitions.size() ? null : found.partitions.get(index);
    }

    String nameOf(Uuid id) {
        return topics.values().stream()
                .filter(topic -> topic.id.equals(id))
                .map(topic -> topic.name)
                .findFirst()
                .orElse("");
    }

    void moveLeader(String topic, int index, int broker) {
        FakePartition partition = partition(topic, index);
        partition.leader = broker;
        partition.leaderEpoch++;
    }

    void refuse(ApiKey api, Refusal... next) {
        refusals.computeIfAbsent(api, absent -> new ArrayDeque<>()).addAll(List.of(next));
    }

    int requests(ApiKey api) {
        return requests.getOrDefault(api, 0);
    }

    /** Breaks all connections of all brokers. */
    void dropConnections() {
        List.copyOf(connections).forEach(FakeConnection::drop);
    }

    void runFor(Duration duration) {
        simulation.runFor(duration);
    }

    static String text(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? "null"
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
