package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionRead;
import dev.barnabas.replication.ReadFrom;
import dev.barnabas.replication.Reader;
import dev.barnabas.settings.TopicSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One fetch request under way. It reads from all its partitions on the loops that own them; if what it finds is short
 * of {@code min.bytes} it watches those partitions, and reads again when enough has come or its time is over. Owned by
 * the connection's loop; a {@link Share} by the loop it was sent to.
 *
 * <pre>
 *   READING --- enough, an error, or no time ---> answered
 *      |  ^
 *      |  +-- enough came, or time over --+
 *      +------- too little ---------> WAITING
 * </pre>
 */
final class Fetching {

    /** Older clients do not know the codec (KIP-110). */
    private static final int FIRST_WITH_ZSTD = 10;

    /** Newer clients say in which rack they are, and understand that a follower answers (KIP-392). */
    private static final int FIRST_WITH_RACK = 11;

    /** Newer clients are told who leads instead (KIP-951). */
    private static final int FIRST_WITH_HINTS = 16;

    private final Node node;
    private final FetchRequest request;
    private final Call call;
    private final @Nullable FetchSession session;
    private final boolean incremental;
    private final int maxBytes;
    private final List<Item> items;
    private final List<Share> shares = new ArrayList<>();
    private final NearestReplica nearest;
    private int unfinishedShares;
    private boolean timeOver;
    private boolean waiting;
    private long foundBytes;
    private long arrivedSinceRead;
    private Loop.@Nullable Timer timer;

    Fetching(
            Node node,
            FetchRequest request,
            Call call,
            @Nullable FetchSession session,
            boolean incremental,
            List<FetchSession.Wanted> wanted,
            int maxResponseBytes) {
        this.node = node;
        this.request = request;
        this.call = call;
        this.session = session;
        this.incremental = incremental;
        this.maxBytes = Math.min(Math.max(0, request.maxBytes()), maxResponseBytes);
        this.nearest = NearestReplica.of(node, request.rackId());
        this.items = new ArrayList<>(wanted.size());
        for (FetchSession.Wanted one : wanted) {
            items.add(new Item(one));
        }
    }

    void start() {
        timeOver = request.maxWaitMs() <= 0 || items.isEmpty();
        ClusterImage image = node.image();
        Share[] byOwner = new Share[node.loopCount()];
        for (Item item : items) {
            FetchSession.Key key = item.key;
            Topic topic = (call.version() >= 13 ? image.topic(key.topicId()) : image.topic(key.topic())).orElse(null);
            if (topic == null) {
                item.result = refused(
                        item, call.version() >= 13 ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            } else if (key.partition() < 0
                    || key.partition() >= topic.partitions().size()) {
                item.result = refused(item, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            } else if (call.version() < FIRST_WITH_ZSTD && hasZstd(image, topic)) {
                item.result = refused(item, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
            } else {
                item.topicId = topic.id();
                int owner = node.ownerOf(topic.id(), key.partition());
                Share share = byOwner[owner];
                if (share == null) {
                    byOwner[owner] = share = new Share(node.share(owner));
                    shares.add(share);
                }
                share.items.add(item);
            }
        }
        read();
    }

    /** Which codec the producers chose is not looked at: as in Kafka, it is the setting that counts. */
    private boolean hasZstd(ClusterImage image, Topic topic) {
        return node.topicSettings(image, topic.name())
                .get(TopicSettings.COMPRESSION_TYPE)
                .equals(Compression.ZSTD.settingName());
    }

    private void read() {
        if (call.abandoned()) {
            stopWaiting();
            call.answerNothing();
            return;
        }
        arrivedSinceRead = 0;
        unfinishedShares = shares.size();
        if (unfinishedShares == 0) {
            haveRead();
            return;
        }
        for (Share share : shares) {
            node.run(share.owner.loop(), share::read);
        }
    }

    private void shareFinished() {
        if (--unfinishedShares == 0) {
            haveRead();
        }
    }

    private void haveRead() {
        long bytes = 0;
        boolean error = false;
        for (Item item : items) {
            PartitionData result = item.result();
            bytes += FetchedTopics.size(result);
            error |= result.errorCode() != 0
                    || result.divergingEpoch().epoch() >= 0
                    || result.preferredReadReplica() >= 0;
        }
        if (timeOver || error || bytes >= request.minBytes()) {
            stopWaiting();
            answer();
            return;
        }
        foundBytes = bytes;
        waitForMore();
    }

    private void waitForMore() {
        if (timer == null) {
            timer = call.loop().schedule(Duration.ofMillis(request.maxWaitMs()), this::timeIsOver);
        }
        waiting = true;
        for (Share share : shares) {
            if (!share.watching) {
                share.watching = true;
                node.run(share.owner.loop(), share::watch);
            }
        }
        arrived(0);
    }

    private void timeIsOver() {
        timeOver = true;
        readAgain();
    }

    /**
     * Bytes have become readable somewhere. What comes while some shares still read is counted too: it may not have
     * been seen. Counting too much only means to read once more than needed.
     */
    private void arrived(long bytes) {
        arrivedSinceRead += bytes;
        if (foundBytes + arrivedSinceRead >= request.minBytes()) {
            readAgain();
        }
    }

    private void readAgain() {
        if (waiting) {
            waiting = false;
            read();
        }
    }

    private void stopWaiting() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        for (Share share : shares) {
            if (share.watching) {
                share.watching = false;
                node.run(share.owner.loop(), share::unwatch);
            }
        }
    }

    private void answer() {
        FetchedTopics topics = new FetchedTopics();
        LeaderHints hints = new LeaderHints(node, call.listener());
        long room = maxBytes;
        boolean anyData = false;
        for (Item item : items) {
            PartitionData result = item.result();
            int size = FetchedTopics.size(result);
            if (size > 0) {
                // The first batch of the first partition that has one is always given, so that a client makes progress.
                if (anyData && size > room) {
                    result = FetchedTopics.withoutRecords(result);
                } else {
                    anyData = true;
                    room -= size;
                }
            }
            boolean told = session == null || session.tells(item.key, result);
            if (incremental && !told) {
                continue;
            }
            topics.add(item.key, call.version() >= FIRST_WITH_HINTS ? hinted(item, result, hints) : result);
        }
        call.answer(FetchResponse.builder()
                .sessionId(session == null ? 0 : session.id())
                .responses(topics.all())
                .nodeEndpoints(hints.brokers().stream()
                        .map(broker -> FetchResponse.NodeEndpoint.builder()
                                .nodeId(broker.id())
                                .host(broker.address().host())
                                .port(broker.address().port())
                                .rack(broker.rack())
                                .build())
                        .toList())
                .build());
    }

    private static PartitionData hinted(Item item, PartitionData result, LeaderHints hints) {
        return hints.leader(result.errorCode(), item.topicId, item.key.partition())
                .map(leader -> result.toBuilder()
                        .currentLeader(FetchResponse.LeaderIdAndEpoch.builder()
                                .leaderId(leader.id())
                                .leaderEpoch(leader.epoch())
                                .build())
                        .build())
                .orElse(result);
    }

    private Reader reader() {
        return new Reader.Client(request.isolationLevel() == 1, call.version() >= FIRST_WITH_RACK);
    }

    private static PartitionData refused(Item item, ErrorCode error) {
        return FetchedTopics.refused(item.key.partition(), error);
    }

    /** The partitions of the request that one loop owns. */
    private final class Share {
        private final LoopShare owner;
        private final List<Item> items = new ArrayList<>();
        private int reading;
        /** Whether it was told to watch. Owned by the connection's loop, unlike the rest. */
        private boolean watching;

        Share(LoopShare owner) {
            this.owner = owner;
        }

        void read() {
            int room = maxBytes;
            reading = 1;
            for (Item item : items) {
                Partition partition = owner.partitions().find(item.topicId, item.key.partition());
                if (partition == null) {
                    item.result = refused(item, owner.partitions().whyAbsent(item.topicId, item.key.partition()));
                    continue;
                }
                OptionalInt nearer = partition.leads()
                        ? nearest.otherThanLeader(item.topicId, item.key.partition())
                        : OptionalInt.empty();
                FetchRequest.FetchPartition wanted = item.wanted;
                int limit = Math.min(room, wanted.partitionMaxBytes());
                ReadFrom from = new ReadFrom(
                        wanted.fetchOffset(),
                        Math.max(0, limit),
                        room == maxBytes,
                        wanted.currentLeaderEpoch(),
                        wanted.lastFetchedEpoch(),
                        reader());
                switch (partition.read(from)) {
                    case PartitionRead.Found found
                    when nearer.isPresent() -> item.result = elsewhere(item, found, nearer.getAsInt());
                    case PartitionRead.Found found -> {
                        room = Math.max(0, room - found.records().sizeInBytes());
                        item.result = result(item, found);
                    }
                    case PartitionRead.Cold() -> {
                        // From disk, on a worker: a loop never waits for a disk. It is taken to be as much as was asked
                        // for.
                        room = Math.max(0, room - limit);
                        reading++;
                        partition.readCold(from, read -> {
                            item.result = result(item, read);
                            readOne();
                        });
                    }
                    case PartitionRead.Diverging diverging -> item.result = result(item, diverging);
                    case PartitionRead.Refused refused -> item.result = result(item, refused);
                }
            }
            readOne();
        }

        private void readOne() {
            if (--reading == 0) {
                node.run(call.loop(), Fetching.this::shareFinished);
            }
        }

        void watch() {
            for (Item item : items) {
                Partition partition = owner.partitions().find(item.topicId, item.key.partition());
                if (partition != null) {
                    item.watch = partition.watch(item.readableEnd, reader(), this::came);
                }
            }
        }

        private void came(long bytes) {
            node.run(call.loop(), () -> arrived(bytes));
        }

        void unwatch() {
            for (Item item : items) {
                if (item.watch != null) {
                    item.watch.stop();
                    item.watch = null;
                }
            }
        }

        private PartitionData result(Item item, PartitionRead read) {
            return switch (read) {
                case PartitionRead.Found found -> {
                    item.readableEnd = found.readableEnd();
                    yield PartitionData.builder()
                            .partitionIndex(item.key.partition())
                            .highWatermark(found.highWatermark())
                            .lastStableOffset(found.lastStableOffset())
                            .logStartOffset(found.logStartOffset())
                            .abortedTransactions(request.isolationLevel() == 1 ? aborted(found) : null)
                            .records(found.records())
                            .build();
                }
                case PartitionRead.Cold() -> throw new IllegalStateException("a cold read was not read");
                case PartitionRead.Diverging diverging -> FetchedTopics.diverging(item.key.partition(), diverging);
                case PartitionRead.Refused(ErrorCode error, long _) -> refused(item, error);
            };
        }

        /** There is a replica nearer to the client, which had better read there. */
        private static PartitionData elsewhere(Item item, PartitionRead.Found found, int replica) {
            return PartitionData.builder()
                    .partitionIndex(item.key.partition())
                    .highWatermark(found.highWatermark())
                    .lastStableOffset(found.lastStableOffset())
                    .logStartOffset(found.logStartOffset())
                    .preferredReadReplica(replica)
                    .records(MemoryRecords.EMPTY)
                    .build();
        }

        private static List<FetchResponse.AbortedTransaction> aborted(PartitionRead.Found found) {
            return found.abortedTransactions().stream()
                    .map(transaction -> FetchResponse.AbortedTransaction.builder()
                            .producerId(transaction.producerId())
                            .firstOffset(transaction.firstOffset())
                            .build())
                    .toList();
        }
    }

    /** One partition of the request. */
    private static final class Item {
        private final FetchSession.Key key;
        private final FetchRequest.FetchPartition wanted;
        private Uuid topicId = Uuid.ZERO;
        private @Nullable PartitionData result;
        private long readableEnd;
        private Partition.@Nullable Watch watch;

        Item(FetchSession.Wanted wanted) {
            this.key = wanted.key();
            this.wanted = wanted.partition();
        }

        PartitionData result() {
            PartitionData present = result;
            if (present == null) {
                throw new IllegalStateException("not read yet: " + key);
            }
            return present;
        }
    }
}
