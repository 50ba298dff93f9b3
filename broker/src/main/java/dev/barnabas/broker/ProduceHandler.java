package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.log.Appended;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.ProduceResponse.BatchIndexAndErrorMessage;
import dev.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import dev.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.replication.Acks;
import dev.barnabas.replication.Partition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Produce 3-13: appends record batches, and answers when they are as safe as {@code acks} asks.
 *
 * <ul>
 *   <li>v0-2 (older message formats) are gone since Kafka 4.0; they are listed for librdkafka's sake (KAFKA-18659), and
 *       refused.
 *   <li>v7 (KIP-110): zstd; in an older version it is refused, since such a client could not read it back.
 *   <li>v8 (KIP-467): the records that caused a refusal, and a message.
 *   <li>v10 (KIP-951): the current leader comes with NOT_LEADER_OR_FOLLOWER.
 *   <li>v11 (KIP-890): TRANSACTION_ABORTABLE.
 *   <li>v12 (KIP-890): a transactional produce adds its partitions to the transaction implicitly; before, it is
 *       verified that the client has added them.
 *   <li>v13 (KIP-516): topics by id.
 * </ul>
 */
final class ProduceHandler implements Handler<ProduceRequest> {

    /** The bits of a batch's attributes that name its codec. */
    private static final int COMPRESSION_MASK = 0b111;

    /** Newer clients are told who leads instead (KIP-951). */
    private static final int FIRST_WITH_HINTS = 10;

    private final Node node;
    private final List<VerifyingAppends> transactional;

    /** @param transactional what appends batches of transactions, by loop */
    ProduceHandler(Node node, List<VerifyingAppends> transactional) {
        this.node = node;
        this.transactional = List.copyOf(transactional);
    }

    @Override
    public void handle(ProduceRequest request, Call call) {
        new Producing(request, call).start();
    }

    /**
     * One produce request under way: its partitions are appended to on the loops that own them, and their results come
     * back to the connection's loop. Owned by the connection's loop, except what a {@link Share} has been sent off
     * with.
     */
    private final class Producing {
        private final ProduceRequest request;
        private final Call call;
        private final List<List<Item>> items;
        private final AtomicInteger unwritten = new AtomicInteger();
        private int unfinishedShares;

        Producing(ProduceRequest request, Call call) {
            this.request = request;
            this.call = call;
            this.items = new ArrayList<>(request.topicData().size());
        }

        void start() {
            ErrorCode refused = checkRequest();
            ClusterImage image = node.image();
            Share[] shares = new Share[node.loopCount()];
            for (ProduceRequest.TopicProduceData topic : request.topicData()) {
                Topic known =
                        (call.version() >= 13 ? image.topic(topic.topicId()) : image.topic(topic.name())).orElse(null);
                List<Item> ofTopic = new ArrayList<>(topic.partitionData().size());
                items.add(ofTopic);
                for (ProduceRequest.PartitionProduceData partition : topic.partitionData()) {
                    Item item = new Item(partition.index());
                    ofTopic.add(item);
                    ErrorCode error = refused != ErrorCode.NONE ? refused : checkTopic(known, partition.index());
                    if (error != ErrorCode.NONE || known == null) {
                        item.refused = refusal(error, explanation(error));
                    } else if (!(partition.records() instanceof MemoryRecords records)) {
                        item.refused = refusal(ErrorCode.INVALID_RECORD, "There are no records for this partition");
                    } else if (call.version() < 7 && hasZstd(records)) {
                        item.refused = refusal(
                                ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                                "Produce requests with version " + call.version()
                                        + " are not allowed to use ZStandard compression");
                    } else {
                        item.topicId = known.id();
                        item.batches = records.buffer();
                        if (request.transactionalId() != null && transactionalBatch(partition) != null) {
                            item.transactionalId = request.transactionalId();
                        }
                        int owner = node.ownerOf(known.id(), partition.index());
                        Share share = shares[owner];
                        if (share == null) {
                            shares[owner] = share = new Share(this, node.share(owner), transactional.get(owner));
                        }
                        share.items.add(item);
                    }
                }
            }
            send(shares);
        }

        private void send(Share[] shares) {
            int count = 0;
            int sent = 0;
            for (Share share : shares) {
                if (share != null) {
                    count += share.items.size();
                    sent++;
                }
            }
            unwritten.set(count);
            unfinishedShares = sent;
            if (sent == 0) {
                finish();
                return;
            }
            for (Share share : shares) {
                if (share != null) {
                    node.run(share.owner.loop(), share::append);
                }
            }
        }

        /** The bytes of one partition are in its log, or refused: after the last one the received frame is free. */
        void written() {
            if (unwritten.decrementAndGet() == 0) {
                call.releaseFrame();
            }
        }

        void finished() {
            if (--unfinishedShares == 0) {
                finish();
            }
        }

        private void finish() {
            if (request.acks() == 0) {
                finishUnacknowledged();
                return;
            }
            LeaderHints hints = new LeaderHints(node, call.listener());
            List<TopicProduceResponse> responses = new ArrayList<>(items.size());
            for (int t = 0; t < items.size(); t++) {
                ProduceRequest.TopicProduceData topic = request.topicData().get(t);
                List<PartitionProduceResponse> partitions =
                        new ArrayList<>(items.get(t).size());
                for (Item item : items.get(t)) {
                    PartitionProduceResponse response = item.response();
                    partitions.add(call.version() >= FIRST_WITH_HINTS ? hinted(item, response, hints) : response);
                }
                responses.add(TopicProduceResponse.builder()
                        .name(topic.name())
                        .topicId(topic.topicId())
                        .partitionResponses(partitions)
                        .build());
            }
            call.answer(ProduceResponse.builder()
                    .responses(responses)
                    .nodeEndpoints(hints.brokers().stream()
                            .map(broker -> ProduceResponse.NodeEndpoint.builder()
                                    .nodeId(broker.id())
                                    .host(broker.address().host())
                                    .port(broker.address().port())
                                    .rack(broker.rack())
                                    .build())
                            .toList())
                    .build());
        }

        private static PartitionProduceResponse hinted(
                Item item, PartitionProduceResponse response, LeaderHints hints) {
            return hints.leader(response.errorCode(), item.topicId, item.index)
                    .map(leader -> response.toBuilder()
                            .currentLeader(ProduceResponse.LeaderIdAndEpoch.builder()
                                    .leaderId(leader.id())
                                    .leaderEpoch(leader.epoch())
                                    .build())
                            .build())
                    .orElse(response);
        }

        /** Nobody waits for an answer; the only way to tell a producer of an error is to close the connection. */
        private void finishUnacknowledged() {
            for (List<Item> ofTopic : items) {
                for (Item item : ofTopic) {
                    LogRefusal refused = item.refused;
                    if (refused != null) {
                        call.closeConnection("produced with acks=0 what had to be refused: " + refused);
                        return;
                    }
                }
            }
            call.answerNothing();
        }

        private ErrorCode checkRequest() {
            return Acks.isValid(request.acks()) ? checkTransaction() : ErrorCode.INVALID_REQUIRED_ACKS;
        }

        /** Records of a transaction are those of one producer, which names it. */
        private ErrorCode checkTransaction() {
            long producerId = RecordBatch.NO_PRODUCER_ID;
            for (ProduceRequest.TopicProduceData topic : request.topicData()) {
                for (ProduceRequest.PartitionProduceData partition : topic.partitionData()) {
                    RecordBatch batch = transactionalBatch(partition);
                    if (batch == null) {
                        continue;
                    }
                    if (request.transactionalId() == null) {
                        return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
                    }
                    if (producerId != RecordBatch.NO_PRODUCER_ID && producerId != batch.producerId()) {
                        return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
                    }
                    producerId = batch.producerId();
                }
            }
            return ErrorCode.NONE;
        }

        /**
         * Whether the partition is open on this node, or is going to be: the image that the request was checked against
         * may be newer than what the partition's loop has acted on, or older.
         */
        boolean isOurs(Item item) {
            return node.image()
                    .topic(item.topicId)
                    .map(topic -> topic.partitions().get(item.index).leader() == node.id())
                    .orElse(false);
        }

        private ErrorCode checkTopic(@Nullable Topic topic, int partition) {
            if (topic == null) {
                return call.version() >= 13 ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            }
            if (partition < 0 || partition >= topic.partitions().size()) {
                return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            }
            return ErrorCode.NONE;
        }
    }

    private static String explanation(ErrorCode error) {
        return switch (error) {
            case TRANSACTIONAL_ID_AUTHORIZATION_FAILED -> "Records of a transaction come without a transactional id";
            case INVALID_PRODUCER_ID_MAPPING -> "Records of a transaction come from more than one producer id";
            case INVALID_REQUIRED_ACKS -> "acks must be 0, 1 or -1";
            default -> "";
        };
    }

    /** The header of a batch that is part of a transaction; null if it is in none, or is no batch. */
    private static @Nullable RecordBatch transactionalBatch(ProduceRequest.PartitionProduceData partition) {
        if (!(partition.records() instanceof MemoryRecords records)
                || records.buffer().remaining() < RecordBatch.HEADER_BYTES) {
            return null;
        }
        ByteBuffer bytes = records.buffer();
        RecordBatch batch = RecordBatch.header(bytes, bytes.position());
        return batch.isTransactional() && batch.hasProducerId() ? batch : null;
    }

    /** Whatever else is wrong with the batch is found when it is appended. */
    private static boolean hasZstd(MemoryRecords records) {
        ByteBuffer bytes = records.buffer();
        if (bytes.remaining() < RecordBatch.HEADER_BYTES) {
            return false;
        }
        RecordBatch batch = RecordBatch.header(bytes, bytes.position());
        return (batch.attributes() & COMPRESSION_MASK) == Compression.ZSTD.id();
    }

    private static LogRefusal refusal(ErrorCode error, String message) {
        return new LogRefusal(error, message, List.of());
    }

    /** What one loop has to do of a request. Handed to that loop whole, and handed back when all is done. */
    private static final class Share {
        private final Producing request;
        private final LoopShare owner;
        private final VerifyingAppends transactional;
        private final List<Item> items = new ArrayList<>();
        private int unfinished;

        Share(Producing request, LoopShare owner, VerifyingAppends transactional) {
            this.request = request;
            this.owner = owner;
            this.transactional = transactional;
        }

        void append() {
            Loop loop = owner.loop();
            Acks acks = Acks.of(request.request.acks());
            long deadline = loop.clock().nanos() + 1_000_000L * Math.max(0, request.request.timeoutMs());
            // One more than there are, so that the last one to be answered at once does not finish the share early.
            unfinished = items.size() + 1;
            for (Item item : items) {
                item.share = this;
                Partition partition = owner.partitions().find(item.topicId, item.index);
                if (partition == null && request.isOurs(item)) {
                    owner.partitions()
                            .whenOpen(item.topicId, item.index, opened -> append(item, opened, acks, deadline));
                } else {
                    append(item, partition, acks, deadline);
                }
            }
            finishedOne();
        }

        /** @param partition null if it is not on this broker */
        private void append(Item item, @Nullable Partition partition, Acks acks, long deadline) {
            if (partition == null) {
                request.written();
                item.refused = refusal(
                        owner.partitions().whyAbsent(item.topicId, item.index),
                        "The partition is not open on this broker");
                finishedOne();
            } else if (item.transactionalId != null) {
                transactional.append(
                        partition,
                        item.batches(),
                        item.transactionalId,
                        TransactionalClient.ofProduce(request.call.version()),
                        acks,
                        deadline,
                        item);
            } else {
                partition.append(item.batches(), acks, deadline, item);
            }
        }

        void finishedOne() {
            if (--unfinished == 0) {
                Loop home = request.call.loop();
                if (home.isCurrent()) {
                    request.finished();
                } else {
                    home.execute(request::finished);
                }
            }
        }
    }

    /** What becomes of one partition's batches. */
    private static final class Item implements Partition.Answer {
        private final int index;
        private Uuid topicId = Uuid.ZERO;
        private @Nullable ByteBuffer batches;
        /** Null if the records are in no transaction. */
        private @Nullable String transactionalId;

        private @Nullable Share share;
        private @Nullable LogRefusal refused;
        private @Nullable Appended appended;

        Item(int index) {
            this.index = index;
        }

        ByteBuffer batches() {
            ByteBuffer present = batches;
            if (present == null) {
                throw new IllegalStateException("nothing to append");
            }
            return present;
        }

        @Override
        public void written(@Nullable Appended notYetAcknowledged) {
            batches = null;
            share().request.written();
        }

        @Override
        public void acknowledged(Appended result) {
            appended = result;
            share().finishedOne();
        }

        @Override
        public void refused(LogRefusal refusal) {
            refused = refusal;
            share().finishedOne();
        }

        PartitionProduceResponse response() {
            LogRefusal refusal = refused;
            Appended result = appended;
            PartitionProduceResponse.Builder response =
                    PartitionProduceResponse.builder().index(index);
            if (refusal != null) {
                return response.errorCode(refusal.error().code())
                        .errorMessage(refusal.message().isEmpty() ? null : refusal.message())
                        .recordErrors(refusal.records().stream()
                                .map(record -> BatchIndexAndErrorMessage.builder()
                                        .batchIndex(record.index())
                                        .batchIndexErrorMessage(record.message())
                                        .build())
                                .toList())
                        .baseOffset(-1)
                        .build();
            }
            if (result == null) {
                throw new IllegalStateException("neither appended nor refused");
            }
            return response.baseOffset(result.baseOffset())
                    .logAppendTimeMs(result.logAppendTimeMs())
                    .logStartOffset(result.logStartOffset())
                    .build();
        }

        private Share share() {
            Share present = share;
            if (present == null) {
                throw new IllegalStateException("answered before it was sent");
            }
            return present;
        }
    }
}
