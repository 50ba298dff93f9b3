package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.ClusterView.Topic;
import dev.barnabas.client.ProducerSettings.Acks;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import dev.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import dev.barnabas.protocol.record.Compression;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the batches of a producer to the leaders of their partitions. What one turn of the loop made ready goes out
 * together at its end; what comes ready while a broker has as many requests as it may have waits and fills the next
 * one. Owned by the producer's loop.
 */
final class ProduceSender {

    /** The last version that names topics; those after it have ids. */
    private static final int LAST_WITH_NAMES = 12;

    /** What a partition takes in a request besides its batch, about. */
    private static final int PARTITION_OVERHEAD = 64;

    private final Cluster cluster;
    private final Loop loop;
    private final ProducerSettings settings;
    private final Producer producer;
    private final ProducerIds ids;

    /** Partitions that have something to send, or had when somebody last looked; the next in turn first. */
    private final Set<PartitionQueue> ready = new LinkedHashSet<>();

    private final Map<Integer, Integer> inFlight = new HashMap<>();
    private boolean drainPlanned;
    private boolean closed;

    ProduceSender(Cluster cluster, ProducerSettings settings, Producer producer) {
        this.cluster = cluster;
        this.loop = cluster.loop();
        this.settings = settings;
        this.producer = producer;
        this.ids = new ProducerIds(cluster);
    }

    /** There is, or may be, something to send for the partition. */
    void ready(PartitionQueue queue) {
        ready.add(queue);
        planDrain();
    }

    void viewChanged() {
        planDrain();
    }

    void close() {
        closed = true;
        ready.clear();
    }

    private void planDrain() {
        if (!drainPlanned && !ready.isEmpty() && !closed) {
            drainPlanned = true;
            loop.atEndOfTurn(() -> {
                drainPlanned = false;
                drain();
            });
        }
    }

    private void drain() {
        if (closed || (settings.idempotent() && !haveIdentity())) {
            return;
        }
        while (drainOnce()) {
            // As many requests as there is work and allowance for.
        }
    }

    private boolean haveIdentity() {
        if (ids.current().isPresent()) {
            return true;
        }
        ids.ask().then(outcome -> {
            switch (outcome) {
                case Result.Success<Done> _ -> planDrain();
                case Result.Failure<Done>(ClientError error) -> identityRefused(error);
            }
        });
        return false;
    }

    private void identityRefused(ClientError error) {
        if (error instanceof ClientError.TimedOut) {
            planDrain();
            return;
        }
        for (PartitionQueue queue : List.copyOf(ready)) {
            queue.removeAll().forEach(batch -> producer.failed(batch, error));
        }
        ready.clear();
    }

    /** Sends at most one request to each broker; whether any was sent. */
    private boolean drainOnce() {
        Map<Broker, List<ProduceBatch>> requests = new LinkedHashMap<>();
        Map<Broker, Long> sizes = new HashMap<>();
        List<PartitionQueue> more = new ArrayList<>();
        boolean leaderless = false;
        for (Iterator<PartitionQueue> each = ready.iterator(); each.hasNext(); ) {
            PartitionQueue queue = each.next();
            if (queue.retryAtNanos - loop.clock().nanos() > 0 && queue.retryAtNanos != Long.MIN_VALUE) {
                each.remove();
                continue;
            }
            if (settings.idempotent() && !identityFits(queue)) {
                continue;
            }
            Optional<ProduceBatch> next = queue.next(producer::hasLingered);
            if (next.isEmpty()) {
                // It comes back when a batch fills up, lingers out or returns.
                each.remove();
                continue;
            }
            Optional<Broker> leader = cluster.view().leader(queue.id());
            if (leader.isEmpty()) {
                leaderless = true;
                continue;
            }
            long size = sizes.getOrDefault(leader.get(), 0L);
            long with = size + next.get().sizeInBytes() + PARTITION_OVERHEAD;
            boolean fits = size == 0 || with <= settings.maxRequestBytes();
            if (!fits || inFlight.getOrDefault(leader.get().id(), 0) >= settings.maxInFlight()) {
                continue;
            }
            queue.take(next.get(), ids.current().orElse(null));
            requests.computeIfAbsent(leader.get(), absent -> new ArrayList<>()).add(next.get());
            sizes.put(leader.get(), with);
            each.remove();
            more.add(queue);
        }
        ready.addAll(more);
        if (leaderless) {
            cluster.metadata().refresh();
        }
        requests.forEach(this::send);
        return !requests.isEmpty();
    }

    /** Whether the partition can go on under the producer's identity; if not, brings another one about. */
    private boolean identityFits(PartitionQueue queue) {
        Optional<ProducerIdentity> current = ids.current();
        if (current.isPresent() && queue.needsOtherThan(current.get())) {
            ids.leave(current.get());
        }
        return ids.current().isPresent() || haveIdentity();
    }

    private void send(Broker broker, List<ProduceBatch> batches) {
        Map<String, List<PartitionProduceData>> byTopic = new LinkedHashMap<>();
        for (ProduceBatch batch : batches) {
            ByteBuffer bytes = batch.build();
            if (settings.compression() != Compression.NONE) {
                producer.observeCompression(batch.builder.compressionRatio(bytes));
            }
            byTopic.computeIfAbsent(batch.queue.id().topic(), absent -> new ArrayList<>())
                    .add(new PartitionProduceData(batch.queue.id().partition(), new MemoryRecords(bytes)));
        }
        List<TopicProduceData> topics = new ArrayList<>(byTopic.size());
        boolean allHaveIds = true;
        for (Map.Entry<String, List<PartitionProduceData>> entry : byTopic.entrySet()) {
            Uuid id = cluster.view().topic(entry.getKey()).map(Topic::id).orElse(Uuid.ZERO);
            allHaveIds &= !id.equals(Uuid.ZERO);
            topics.add(new TopicProduceData(entry.getKey(), id, entry.getValue()));
        }
        ProduceRequest request = new ProduceRequest(
                null,
                settings.acks().code(),
                (int) cluster.settings().timeouts().request().toMillis(),
                topics);
        Call<ProduceResponse> call = Call.of(ApiKey.PRODUCE, version -> request, ProduceResponse::read)
                .readInPlace();
        if (!allHaveIds) {
            call = call.upTo(LAST_WITH_NAMES);
        }
        if (settings.acks() == Acks.NONE) {
            cluster.links()
                    .post(
                            broker,
                            Lane.PROMPT,
                            call,
                            () -> batches.forEach(batch -> {
                                batch.queue.done(batch);
                                producer.delivered(batch, Offsets.UNKNOWN, Offsets.UNKNOWN);
                            }));
        } else {
            inFlight.merge(broker.id(), 1, Integer::sum);
            cluster.links().send(broker, Lane.PROMPT, call, new Acknowledgement(broker, batches, topics));
        }
    }

    /** What comes back for one request. */
    private final class Acknowledgement implements Reply<ProduceResponse> {

        private final Broker broker;
        private final List<ProduceBatch> batches;
        private final List<TopicProduceData> topics;
        private boolean misdirected;

        Acknowledgement(Broker broker, List<ProduceBatch> batches, List<TopicProduceData> topics) {
            this.broker = broker;
            this.batches = new ArrayList<>(batches);
            this.topics = topics;
        }

        @Override
        public void answered(Answer<ProduceResponse> answer) {
            if (closed) {
                return;
            }
            for (ProduceResponse.TopicProduceResponse topic : answer.response().responses()) {
                String name = answer.version() > LAST_WITH_NAMES ? nameOf(topic.topicId()) : topic.name();
                for (PartitionProduceResponse partition : topic.partitionResponses()) {
                    ProduceBatch batch = find(name, partition.index());
                    if (batch != null) {
                        partitionAnswered(batch, partition);
                    }
                }
            }
            // A broker has to answer for every partition. If it does not, nothing is known about the rest.
            List.copyOf(batches).forEach(batch -> again(batch, "the broker did not answer for it"));
            finish();
        }

        @Override
        public void failed(PeerFault fault) {
            if (closed) {
                return;
            }
            misdirected = true;
            for (ProduceBatch batch : List.copyOf(batches)) {
                if (Faults.isFinal(fault)) {
                    batches.remove(batch);
                    batch.queue.abandoned(batch);
                    producer.failed(batch, Faults.error(fault));
                } else {
                    again(batch, fault.message());
                }
            }
            finish();
        }

        private void finish() {
            inFlight.computeIfPresent(broker.id(), (id, count) -> count > 1 ? count - 1 : null);
            if (misdirected) {
                cluster.metadata().refresh();
            }
            planDrain();
        }

        private String nameOf(Uuid id) {
            for (TopicProduceData topic : topics) {
                if (topic.topicId().equals(id)) {
                    return topic.name();
                }
            }
            return "";
        }

        /** Answers come in the order of the questions as a rule, so the first is nearly always the right one. */
        private @Nullable ProduceBatch find(String topic, int partition) {
            for (int i = 0; i < batches.size(); i++) {
                TopicPartition id = batches.get(i).queue.id();
                if (id.partition() == partition && id.topic().equals(topic)) {
                    return batches.remove(i);
                }
            }
            return null;
        }

        private void partitionAnswered(ProduceBatch batch, PartitionProduceResponse answer) {
            ErrorCode error = ErrorCode.forCode(answer.errorCode());
            PartitionQueue queue = batch.queue;
            switch (error) {
                case NONE -> {
                    queue.done(batch);
                    producer.delivered(batch, answer.baseOffset(), answer.logAppendTimeMs());
                }
                case DUPLICATE_SEQUENCE_NUMBER -> {
                    queue.done(batch);
                    producer.delivered(batch, Offsets.UNKNOWN, Offsets.UNKNOWN);
                }
                case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID -> {
                    if (batch.hasSequence() && !queue.followsUnresolved(batch)) {
                        unwritten(batch, error);
                    } else {
                        again(batch, error.message());
                    }
                }
                case INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING -> {
                    ids.current().ifPresent(identity -> ids.discard(identity.id()));
                    unwritten(batch, error);
                }
                case MESSAGE_TOO_LARGE -> {
                    if (batch.recordCount() > 1 && !batch.mayBeWritten()) {
                        List<ProduceBatch> pieces = BatchSplit.halves(batch, producer.compressor());
                        queue.retryUnwritten(batch, pieces);
                        producer.replaced(batch, pieces);
                    } else {
                        refused(batch, error, answer);
                    }
                }
                default -> {
                    if (error.retriable()) {
                        misdirected = true;
                        again(batch, error.message());
                    } else {
                        refused(batch, error, answer);
                    }
                }
            }
            if (!queue.isEmpty()) {
                ready.add(queue);
            }
        }

        private void refused(ProduceBatch batch, ErrorCode error, PartitionProduceResponse answer) {
            batch.queue.refused(batch);
            String message = answer.errorMessage() != null ? answer.errorMessage() : error.message();
            producer.failed(batch, new ClientError.Refused(error, "partition " + batch.queue.id() + ": " + message));
        }

        /** It is not in the log, and its number is of no use any more. */
        private void unwritten(ProduceBatch batch, ErrorCode error) {
            if (producer.isOverdue(batch)) {
                batch.queue.refused(batch);
                producer.failed(
                        batch,
                        new ClientError.Refused(error, "partition " + batch.queue.id() + ": " + error.message()));
            } else {
                batch.queue.lost(batch);
                ready.add(batch.queue);
            }
        }

        /** It may be in the log or not: the same batch again, under the same number. */
        private void again(ProduceBatch batch, String obstacle) {
            batches.remove(batch);
            PartitionQueue queue = batch.queue;
            if (producer.isOverdue(batch)) {
                queue.abandoned(batch);
                producer.failed(
                        batch,
                        new ClientError.TimedOut(producer.expired(batch).message() + "; the last time: " + obstacle));
                ready.add(queue);
                return;
            }
            queue.retry(batch);
            Duration delay = cluster.settings()
                    .retry()
                    .delay(batch.attempts(), cluster.host().entropy());
            long retryAt = loop.clock().nanos() + delay.toNanos();
            if (queue.retryAtNanos == Long.MIN_VALUE || queue.retryAtNanos - retryAt < 0) {
                queue.retryAtNanos = retryAt;
                loop.schedule(delay, () -> ready(queue));
            }
        }
    }
}
