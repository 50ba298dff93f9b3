package dev.barnabas.broker;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Delivery;
import dev.barnabas.client.Producer;
import dev.barnabas.client.ProducerRecord;
import dev.barnabas.client.ProducerSettings;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.protocol.message.ShareFetchRequest.AcknowledgementBatch;
import dev.barnabas.protocol.message.ShareFetchResponse;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A producer, and members of a share group that take records of one partition, accept them, give them back, or lose
 * them with their connection. What a member was told is accepted nobody else may be told; and where the group keeps the
 * order of keys, a record is given out only after somebody has accepted all that come before it with its key.
 */
final class ShareQueueWorkload {

    static final String GROUP = "workers";
    static final String TOPIC = "queue";

    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final byte ACCEPT = 1;
    private static final byte RELEASE = 2;
    private static final int KEYS = 4;

    private final Uuid topicId;
    private final Dice dice;
    private final boolean keepsOrder;
    private final Cluster client;
    private final List<Member> members = new ArrayList<>();
    private final NavigableSet<Long> produced = new TreeSet<>();
    /** What was ever given out. */
    private final NavigableMap<Long, Byte> keys = new TreeMap<>();
    /** What somebody has accepted, whether that was stored or not. */
    private final NavigableSet<Long> said = new TreeSet<>();
    /** What somebody was told is accepted. */
    private final NavigableSet<Long> accepted = new TreeSet<>();

    private @Nullable String finding;
    private boolean stopped;
    private int sent;

    ShareQueueWorkload(Simulation simulation, SimulatedCluster cluster, Uuid topicId, boolean keepsOrder) {
        this.topicId = topicId;
        this.dice = simulation.dice("share-queue");
        this.keepsOrder = keepsOrder;
        this.client = cluster.client("producer");
        List<Endpoint> nodes = cluster.nodes().stream()
                .map(node -> new Endpoint(node.name(), 9092))
                .toList();
        for (int i = 0; i < 3; i++) {
            members.add(new Member("worker-" + i, new WanderingPeer(simulation, "worker-" + i, nodes)));
        }
    }

    void start() {
        client.loop().execute(() -> produce(new Producer(client, ProducerSettings.defaults())));
        members.forEach(member -> member.peer.loop().execute(member::fetch));
    }

    /** Nothing is produced any more. */
    void stopProducing() {
        stopped = true;
    }

    /** What must not be. */
    Optional<String> finding() {
        return Optional.ofNullable(finding);
    }

    int acceptedCount() {
        return accepted.size();
    }

    /** Whether everything that was produced has been accepted by somebody. */
    boolean isDone() {
        return stopped && said.containsAll(produced);
    }

    private void found(String what) {
        if (finding == null) {
            finding = what;
        }
    }

    private void produce(Producer producer) {
        if (stopped) {
            return;
        }
        byte key = (byte) (sent++ % KEYS);
        producer.trySend(
                new ProducerRecord(
                        TOPIC,
                        0,
                        ProducerRecord.NOW,
                        ByteBuffer.wrap(new byte[] {key}),
                        ByteBuffer.allocate(10),
                        List.of()),
                new Delivery() {
                    @Override
                    public void delivered(TopicPartition partition, long offset, long timestampMs) {
                        if (offset >= 0) {
                            produced.add(offset);
                        }
                    }

                    @Override
                    public void failed(ClientError error) {
                        // It may be there or not.
                    }
                });
        client.loop().schedule(Duration.ofMillis(5 + dice.nextInt(50)), () -> produce(producer));
    }

    private final class Member {
        private final String id;
        private final WanderingPeer peer;
        private int epoch;
        private List<Long> held = new ArrayList<>();

        private Member(String id, WanderingPeer peer) {
            this.id = id;
            this.peer = peer;
        }

        private void fetch() {
            if (dice.nextInt(60) == 0) {
                // The process dies with what it has.
                peer.wander();
                again();
                return;
            }
            List<AcknowledgementBatch> acknowledged = new ArrayList<>();
            List<Long> accepts = new ArrayList<>();
            for (long offset : held) {
                boolean accept = dice.nextInt(8) != 0;
                acknowledged.add(new AcknowledgementBatch(offset, offset, List.of(accept ? ACCEPT : RELEASE)));
                if (accept) {
                    accepts.add(offset);
                    said.add(offset);
                }
            }
            held = new ArrayList<>();
            ShareFetchRequest request = ShareFetchRequest.builder()
                    .groupId(GROUP)
                    .memberId(id)
                    .shareSessionEpoch(epoch)
                    .maxWaitMs(500)
                    .minBytes(1)
                    .maxRecords(1 + dice.nextInt(20))
                    .batchSize(10)
                    .topics(List.of(new ShareFetchRequest.FetchTopic(
                            topicId,
                            List.of(ShareFetchRequest.FetchPartition.builder()
                                    .partitionIndex(0)
                                    .acknowledgementBatches(acknowledged)
                                    .build()))))
                    .forgottenTopicsData(List.of())
                    .build();
            peer.ask(request, 2, ShareFetchResponse.class, answer -> answered(accepts, answer), this::again);
        }

        private void again() {
            epoch = 0;
            held = new ArrayList<>();
            peer.loop().schedule(PAUSE, this::fetch);
        }

        private void answered(List<Long> accepts, ShareFetchResponse answer) {
            if (answer.errorCode() != 0) {
                again();
                return;
            }
            epoch++;
            for (ShareFetchResponse.ShareFetchableTopicResponse topic : answer.responses()) {
                for (ShareFetchResponse.PartitionData partition : topic.partitions()) {
                    if (partition.acknowledgeErrorCode() == 0) {
                        accepts.forEach(this::accepted);
                    }
                    switch (ErrorCode.forCode(partition.errorCode())) {
                        case NONE -> take(partition);
                        case NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION -> {
                            peer.wander();
                            again();
                            return;
                        }
                        default -> found(id + " is told " + partition.errorCode());
                    }
                }
            }
            peer.loop().schedule(Duration.ofMillis(dice.nextInt(100)), this::fetch);
        }

        private void accepted(long offset) {
            if (!accepted.add(offset)) {
                found(offset + " was accepted twice");
            }
        }

        private void take(ShareFetchResponse.PartitionData partition) {
            NavigableMap<Long, Byte> records = new TreeMap<>();
            if (partition.records() instanceof MemoryRecords batches) {
                for (RecordBatch batch : RecordBatches.of(batches.buffer())) {
                    for (Record record : batch.records()) {
                        ByteBuffer key = record.key();
                        records.put(record.offset(), key == null ? (byte) -1 : key.get(key.position()));
                    }
                }
            }
            for (ShareFetchResponse.AcquiredRecords range : partition.acquiredRecords()) {
                for (long offset = range.firstOffset(); offset <= range.lastOffset(); offset++) {
                    Byte key = records.get(offset);
                    if (key == null) {
                        found(offset + " was given out without its record");
                    } else {
                        got(offset, key);
                    }
                }
            }
        }

        private void got(long offset, byte key) {
            if (accepted.contains(offset)) {
                found(offset + " was given out, and had been accepted");
            }
            keys.put(offset, key);
            held.add(offset);
            keys.headMap(offset, false).forEach((before, other) -> {
                if (keepsOrder && other == key && !said.contains(before)) {
                    found(offset + " was given out before " + before + " was finished");
                }
            });
        }
    }
}
