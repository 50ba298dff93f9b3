package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.ClusterView.Topic;
import dev.barnabas.client.Cursor.Place;
import dev.barnabas.client.FetchSession.Wanted;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.protocol.record.BatchRefusal;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches ahead of the cursors: one request at a time to each broker that leads some of the partitions, as long as
 * there is room for what comes. Owned by the consumer's loop.
 */
final class Fetcher {

    private final Cluster cluster;
    private final Loop loop;
    private final ConsumerSettings settings;
    private final Listener listener;
    private final Map<TopicPartition, Cursor> cursors;
    private final Map<Integer, FetchSession> sessions = new HashMap<>();
    private final Map<Integer, Boolean> inFlight = new HashMap<>();
    private boolean planned;
    private boolean closed;

    /** Who wants to know. */
    interface Listener {

        /** There is something to poll, or to be told. */
        void fetched();

        /** The offset of the cursor does not exist (any more). */
        void outOfRange(Cursor cursor);
    }

    /** @param cursors the consumer's; it adds and removes */
    Fetcher(Cluster cluster, ConsumerSettings settings, Map<TopicPartition, Cursor> cursors, Listener listener) {
        this.cluster = cluster;
        this.loop = cluster.loop();
        this.settings = settings;
        this.cursors = cursors;
        this.listener = listener;
    }

    /** Something has changed: perhaps there is something to fetch. */
    void plan() {
        if (!planned && !closed) {
            planned = true;
            loop.atEndOfTurn(() -> {
                planned = false;
                fetchMore();
            });
        }
    }

    void close() {
        closed = true;
    }

    private void fetchMore() {
        if (closed) {
            return;
        }
        long buffered =
                cursors.values().stream().mapToLong(Cursor::bufferedBytes).sum();
        long room = settings.fetch().maxBufferedBytes() - buffered;
        if (room <= 0) {
            return;
        }
        Map<Broker, Map<TopicPartition, Wanted>> requests = new LinkedHashMap<>();
        boolean leaderless = false;
        long now = loop.clock().nanos();
        for (Cursor cursor : cursors.values()) {
            boolean waits = cursor.retryAtNanos != Long.MIN_VALUE && cursor.retryAtNanos - now > 0;
            if (!cursor.wantsMore() || waits) {
                continue;
            }
            Optional<Broker> source = source(cursor, now);
            if (source.isEmpty()) {
                leaderless = true;
            } else if (!inFlight.containsKey(source.get().id())) {
                requests.computeIfAbsent(source.get(), absent -> new LinkedHashMap<>())
                        .put(cursor.id, wanted(cursor));
            }
        }
        if (leaderless) {
            cluster.metadata().refresh();
        }
        requests.forEach((broker, wanted) ->
                send(broker, wanted, (int) Math.min(room, settings.fetch().maxBytes())));
    }

    private Optional<Broker> source(Cursor cursor, long now) {
        Broker replica = cluster.view().brokers().get(cursor.readReplica);
        return replica != null && cursor.readReplicaUntilNanos - now > 0
                ? Optional.of(replica)
                : cluster.view().leader(cursor.id);
    }

    private Wanted wanted(Cursor cursor) {
        ClusterView view = cluster.view();
        return new Wanted(
                view.topic(cursor.id.topic()).map(Topic::id).orElse(Uuid.ZERO),
                cursor.nextFetchOffset(),
                view.partition(cursor.id)
                        .map(ClusterView.Partition::leaderEpoch)
                        .orElse(Offsets.UNKNOWN),
                cursor.lastFetchedEpoch(),
                settings.fetch().maxPartitionBytes());
    }

    private void send(Broker broker, Map<TopicPartition, Wanted> wanted, int maxBytes) {
        FetchSession.Step step = sessions.computeIfAbsent(broker.id(), absent -> new FetchSession())
                .next(wanted);
        Call<FetchResponse> call =
                FetchRequests.call(step, settings, cluster.settings().rack(), maxBytes);
        inFlight.put(broker.id(), true);
        Duration timeout =
                cluster.settings().timeouts().request().plus(settings.fetch().maxWait());
        cluster.links().send(broker.endpoint(), Lane.FETCH, call, timeout, new Receiving(broker, step));
    }

    /** What comes back for one request. */
    private final class Receiving implements Reply<FetchResponse> {

        private final Broker broker;
        private final FetchSession.Step step;
        private final Map<TopicPartition, Integer> jumps = new HashMap<>();

        Receiving(Broker broker, FetchSession.Step step) {
            this.broker = broker;
            this.step = step;
            step.all().keySet().forEach(id -> {
                Cursor cursor = cursors.get(id);
                if (cursor != null) {
                    jumps.put(id, cursor.jumps());
                }
            });
        }

        @Override
        public void answered(Answer<FetchResponse> answer) {
            inFlight.remove(broker.id());
            if (closed) {
                return;
            }
            FetchResponse response = answer.response();
            ErrorCode error = ErrorCode.forCode(response.errorCode());
            FetchSession session = sessions.computeIfAbsent(broker.id(), absent -> new FetchSession());
            if (error.isError()) {
                session.failed(error == ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
                boolean aboutSession = error == ErrorCode.FETCH_SESSION_ID_NOT_FOUND
                        || error == ErrorCode.INVALID_FETCH_SESSION_EPOCH
                        || error == ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
                if (!aboutSession) {
                    backOffAll();
                }
                plan();
                return;
            }
            session.answered(response.sessionId());
            for (FetchResponse.FetchableTopicResponse topic : response.responses()) {
                String name =
                        answer.version() > FetchRequests.LAST_WITH_NAMES ? nameOf(topic.topicId()) : topic.topic();
                for (PartitionData partition : topic.partitions()) {
                    TopicPartition id = new TopicPartition(name, partition.partitionIndex());
                    Cursor cursor = cursors.get(id);
                    Wanted wanted = step.all().get(id);
                    if (cursor != null && wanted != null && isWhereWeAsked(cursor, wanted)) {
                        received(cursor, wanted, partition);
                    }
                }
            }
            listener.fetched();
            plan();
        }

        /** It may have jumped, or the answer of a former leader may have come later than that of its successor. */
        private boolean isWhereWeAsked(Cursor cursor, Wanted wanted) {
            Integer then = jumps.get(cursor.id);
            return then != null
                    && then == cursor.jumps()
                    && cursor.nextFetchOffset() == wanted.offset()
                    && cursor.place() instanceof Place.At;
        }

        private String nameOf(Uuid topicId) {
            for (Map.Entry<TopicPartition, Wanted> entry : step.all().entrySet()) {
                if (entry.getValue().topicId().equals(topicId)) {
                    return entry.getKey().topic();
                }
            }
            return "";
        }

        @Override
        public void failed(PeerFault fault) {
            inFlight.remove(broker.id());
            if (closed) {
                return;
            }
            sessions.remove(broker.id());
            cluster.metadata().refresh();
            backOffAll();
            if (Faults.isFinal(fault)) {
                step.all().keySet().forEach(id -> {
                    Cursor cursor = cursors.get(id);
                    if (cursor != null) {
                        fail(cursor, Faults.error(fault));
                    }
                });
                listener.fetched();
            }
        }

        private void backOffAll() {
            step.all().keySet().forEach(id -> {
                Cursor cursor = cursors.get(id);
                if (cursor != null) {
                    cursor.readReplica = Offsets.UNKNOWN;
                    backOff(cursor);
                }
            });
        }

        private void received(Cursor cursor, Wanted wanted, PartitionData data) {
            ErrorCode error = ErrorCode.forCode(data.errorCode());
            switch (error) {
                case NONE -> {
                    cursor.failures = 0;
                    cursor.retryAtNanos = Long.MIN_VALUE;
                    records(cursor, wanted, data);
                }
                case OFFSET_OUT_OF_RANGE -> {
                    if (cursor.readReplica != Offsets.UNKNOWN) {
                        cursor.readReplica = Offsets.UNKNOWN;
                    } else if (cursor.isBehindFetched()) {
                        backOff(cursor);
                    } else {
                        listener.outOfRange(cursor);
                    }
                }
                case TOPIC_AUTHORIZATION_FAILED, UNSUPPORTED_COMPRESSION_TYPE, CORRUPT_MESSAGE ->
                    fail(cursor, new ClientError.Refused(error, "partition " + cursor.id + ": " + error.message()));
                default -> {
                    // Everything else has to do with who leads the partition, or with the broker's health.
                    cursor.readReplica = Offsets.UNKNOWN;
                    cluster.metadata().refresh();
                    backOff(cursor);
                }
            }
        }
    }

    private void records(Cursor cursor, Wanted wanted, PartitionData data) {
        cursor.highWatermark = data.highWatermark();
        if (data.divergingEpoch().endOffset() >= 0) {
            // What we have read after that offset is not in the log any more (KIP-320).
            if (settings.reset() instanceof OffsetReset.None) {
                cursor.jump(new Place.Failed(
                        new ClientError.NoOffset("partition " + cursor.id + " was truncated to offset "
                                + data.divergingEpoch().endOffset() + ", before our position "
                                + cursor.nextFetchOffset()),
                        Offsets.UNKNOWN));
            } else {
                // Of what was fetched ahead, the part before that offset is still to be polled.
                cursor.jump(new Place.At(
                        Math.min(cursor.position(), data.divergingEpoch().endOffset())));
            }
            return;
        }
        if (data.preferredReadReplica() >= 0) {
            cursor.readReplica = data.preferredReadReplica();
            cursor.readReplicaUntilNanos = loop.clock().nanos()
                    + cluster.settings().timeouts().metadataAge().toNanos();
        }
        if (!(data.records() instanceof MemoryRecords(ByteBuffer received)) || !received.hasRemaining()) {
            return;
        }
        try {
            keep(cursor, wanted, data, received);
        } catch (CorruptRecordException corrupt) {
            fail(
                    cursor,
                    new ClientError.Refused(
                            corrupt.reason() == BatchRefusal.LEGACY_MAGIC
                                    ? ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT
                                    : ErrorCode.CORRUPT_MESSAGE,
                            "partition " + cursor.id + " at offset " + wanted.offset() + ": " + corrupt.getMessage()));
        }
    }

    /** Copies the batches: the frame they came in is somebody else's afterwards, and it may be much larger. */
    private void keep(Cursor cursor, Wanted wanted, PartitionData data, ByteBuffer received) {
        ByteBuffer bytes = ByteBuffer.allocate(received.remaining())
                .put(received.duplicate())
                .flip();
        List<RecordBatch> batches = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            if (batch.lastOffset() >= wanted.offset()) {
                if (!batch.crcValid()) {
                    fail(
                            cursor,
                            new ClientError.Refused(
                                    ErrorCode.CORRUPT_MESSAGE,
                                    "partition " + cursor.id + ": the checksum of the batch at offset "
                                            + batch.baseOffset() + " is wrong"));
                    return;
                }
                batches.add(batch);
            }
        }
        if (batches.isEmpty()) {
            return;
        }
        RecordBatch last = batches.getLast();
        List<FetchResponse.AbortedTransaction> aborted =
                settings.isolation() == ConsumerSettings.Isolation.READ_COMMITTED && data.abortedTransactions() != null
                        ? data.abortedTransactions()
                        : List.of();
        cursor.fetched(
                new Cursor.Ahead(
                        Isolate.visible(batches, aborted), wanted.offset(), last.endOffset(), bytes.capacity()),
                last.partitionLeaderEpoch());
    }

    /** What was fetched before is polled first: the error is of what comes behind it, and comes again if it lasts. */
    private void fail(Cursor cursor, ClientError error) {
        if (cursor.isBehindFetched()) {
            backOff(cursor);
        } else if (cursor.place() instanceof Place.At) {
            cursor.jump(new Place.Failed(error, cursor.nextFetchOffset()));
        }
    }

    private void backOff(Cursor cursor) {
        cursor.failures++;
        Duration delay =
                cluster.settings().retry().delay(cursor.failures, cluster.host().entropy());
        cursor.retryAtNanos = loop.clock().nanos() + delay.toNanos();
        loop.schedule(delay, this::plan);
    }
}
