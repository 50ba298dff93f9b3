package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.metadata.Change;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterPartitionResponse;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.SettingsReader;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Brokers that do nothing but replicate one topic, and a controller that is always there: with the real partitions,
 * fetchers, fetch sessions and requests for in-sync changes between them.
 */
final class ReplicaWorld {

    static final String TOPIC = "topic";
    static final Uuid TOPIC_ID = new Uuid(1, 2);
    static final int PORT = 9092;

    private static final Duration CONTROLLER_TAKES = Duration.ofMillis(5);

    private final Simulation simulation;
    private final List<ReplicatingNode> nodes = new ArrayList<>();
    private final List<dev.barnabas.metadata.Partition> partitions = new ArrayList<>();
    private final int partitionCount;
    private ClusterImage image = ClusterImage.EMPTY;
    private int alterPartitionRequests;
    private boolean controllerIsAway;

    ReplicaWorld(Simulation simulation, int brokers, int partitionCount, String... settings) {
        this.simulation = simulation;
        this.partitionCount = partitionCount;
        change(new Change.ClusterStarted("cluster", new TreeMap<>()));
        List<Integer> ids = IntStream.rangeClosed(1, brokers).boxed().toList();
        for (int id : ids) {
            register(id, id);
        }
        for (int index = 0; index < partitionCount; index++) {
            partitions.add(dev.barnabas.metadata.Partition.of(ids, ids, ids.get(index % brokers), 0, 0));
        }
        change(new Change.TopicCreated(new Topic(TOPIC_ID, TOPIC, partitions), new TreeMap<>()));
        for (int id : ids) {
            nodes.add(new ReplicatingNode(this, simulation.addHost("node" + id, 2), id, settings(id, settings)));
        }
    }

    void startAll() {
        nodes.forEach(ReplicatingNode::start);
    }

    private static Settings settings(int id, String... given) {
        SettingsReader reader = new SettingsReader()
                .set("node.id=" + id)
                .set("listeners=PLAINTEXT://node" + id + ":" + PORT)
                .set("replica.lag.time.max.ms=3000");
        List.of(given).forEach(reader::set);
        return switch (reader.read()) {
            case Reading.Accepted accepted -> accepted.settings();
            case Reading.Refused refused -> throw new IllegalArgumentException(refused.toString());
        };
    }

    private void register(int id, long epoch) {
        change(new Change.BrokerRegistered(new dev.barnabas.metadata.Broker(
                id,
                epoch,
                new Uuid(id, epoch),
                List.of(new dev.barnabas.metadata.Broker.Endpoint("PLAINTEXT", "node" + id, PORT, (short) 0)),
                "rack" + id,
                List.of(),
                new TreeMap<>(),
                false,
                false,
                List.of())));
    }

    private void change(Change change) {
        image = image.apply(change, image.lastOffset() + 1);
    }

    Simulation simulation() {
        return simulation;
    }

    ClusterImage image() {
        return image;
    }

    int partitionCount() {
        return partitionCount;
    }

    ReplicatingNode node(int id) {
        return nodes.get(id - 1);
    }

    List<ReplicatingNode> nodes() {
        return nodes;
    }

    static PartitionId id(int partition) {
        return new PartitionId(TOPIC_ID, TOPIC, partition);
    }

    dev.barnabas.metadata.Partition agreed(int partition) {
        return partitions.get(partition);
    }

    static Endpoint address(int broker) {
        return new Endpoint("node" + broker, PORT);
    }

    int alterPartitionRequests() {
        return alterPartitionRequests;
    }

    /** From now on nobody answers who asks for other in-sync replicas. */
    void controllerIsAway(boolean away) {
        controllerIsAway = away;
    }

    /** Another leader is elected; the nodes hear of it, each in its time. */
    void elect(int partition, int leader) {
        dev.barnabas.metadata.Partition before = agreed(partition);
        agree(
                partition,
                dev.barnabas.metadata.Partition.of(
                        before.replicas(),
                        before.inSyncReplicas(),
                        leader,
                        before.leaderEpoch() + 1,
                        before.partitionEpoch() + 1));
    }

    private void agree(int partition, dev.barnabas.metadata.Partition state) {
        partitions.set(partition, state);
        TreeMap<Integer, dev.barnabas.metadata.Partition> changed = new TreeMap<>();
        changed.put(partition, state);
        change(new Change.PartitionsChanged(List.of(new Change.PartitionsChanged.OfTopic(TOPIC_ID, changed))));
        ClusterImage now = image;
        for (ReplicatingNode node : nodes) {
            simulation.after(
                    Duration.ofMillis(1 + simulation.dice("image").nextInt(10)),
                    "an image for node " + node.id(),
                    () -> node.update(now));
        }
    }

    /** What a controller answers to a leader. */
    void alterPartition(AlterPartitionRequest request, Consumer<Optional<AlterPartitionResponse>> then) {
        alterPartitionRequests++;
        simulation.after(CONTROLLER_TAKES, "the controller decides", () -> {
            if (controllerIsAway) {
                then.accept(Optional.empty());
                return;
            }
            List<AlterPartitionResponse.TopicData> topics = new ArrayList<>();
            for (AlterPartitionRequest.TopicData topic : request.topics()) {
                topics.add(AlterPartitionResponse.TopicData.builder()
                        .topicId(topic.topicId())
                        .partitions(topic.partitions().stream()
                                .map(wish -> decide(request.brokerId(), wish))
                                .toList())
                        .build());
            }
            then.accept(
                    Optional.of(AlterPartitionResponse.builder().topics(topics).build()));
        });
    }

    private AlterPartitionResponse.PartitionData decide(int broker, AlterPartitionRequest.PartitionData wish) {
        dev.barnabas.metadata.Partition before = agreed(wish.partitionIndex());
        ErrorCode error = before.leader() != broker || before.leaderEpoch() != wish.leaderEpoch()
                ? ErrorCode.FENCED_LEADER_EPOCH
                : before.partitionEpoch() != wish.partitionEpoch() ? ErrorCode.INVALID_UPDATE_VERSION : ErrorCode.NONE;
        if (error != ErrorCode.NONE) {
            return AlterPartitionResponse.PartitionData.builder()
                    .partitionIndex(wish.partitionIndex())
                    .errorCode(error.code())
                    .build();
        }
        List<Integer> inSync = wish.newIsrWithEpochs().stream()
                .map(AlterPartitionRequest.BrokerState::brokerId)
                .toList();
        dev.barnabas.metadata.Partition after = dev.barnabas.metadata.Partition.of(
                before.replicas(), inSync, before.leader(), before.leaderEpoch(), before.partitionEpoch() + 1);
        agree(wish.partitionIndex(), after);
        return AlterPartitionResponse.PartitionData.builder()
                .partitionIndex(wish.partitionIndex())
                .leaderId(after.leader())
                .leaderEpoch(after.leaderEpoch())
                .isr(inSync)
                .partitionEpoch(after.partitionEpoch())
                .build();
    }
}
