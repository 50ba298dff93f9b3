package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What a follower keeps fetching through one connection (KIP-227). Unlike a consumer's {@link FetchSession} it is never
 * evicted, ends with its connection, and remembers between requests what it watches: a request costs in proportion to
 * what is new, not to the number of partitions. Owned by the connection's loop; the partitions are in
 * {@link ReplicaShare}s, each owned by the loop of its partitions.
 *
 * <p>What is answered with records, a divergence or an error is not fetched again before the follower names it again.
 *
 * <p>Requests of a session are served one after the other. One that comes while the one before waits for something new
 * ends that wait: so a follower may tell at once that it has stored what it got, and no acknowledgement is late.
 */
final class ReplicaSession {

    private final Node node;
    private final Loop loop;
    private final int id;
    private final boolean byTopicId;
    private final Duration refreshInterval;
    private final @Nullable ReplicaShare[] shares;
    private final Queue<ReplicaFetching> queued = new ArrayDeque<>();
    private @Nullable ReplicaFetching current;
    private @Nullable Follower follower;
    private int expectedEpoch = 1;
    private long refreshedNanos;
    private boolean closed;

    /**
     * Who fetches.
     *
     * @param epoch of the broker, or -1 if it does not say (KIP-903)
     */
    record Follower(int id, long epoch) {}

    /**
     * @param id 0 for a single request without a session
     * @param refreshInterval how often partitions without news are looked at nevertheless, so that their leader knows
     *     that the follower is still there
     */
    ReplicaSession(Node node, Loop loop, int id, boolean byTopicId, Duration refreshInterval) {
        this.node = node;
        this.loop = loop;
        this.id = id;
        this.byTopicId = byTopicId;
        this.refreshInterval = refreshInterval;
        this.shares = new @Nullable ReplicaShare[node.loopCount()];
        this.refreshedNanos = loop.clock().nanos();
    }

    int id() {
        return id;
    }

    boolean usesTopicIds() {
        return byTopicId;
    }

    /** Takes the next request of the session: its epoch must follow. */
    ErrorCode advance(int epoch) {
        if (epoch != expectedEpoch) {
            return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
        }
        expectedEpoch = expectedEpoch == Integer.MAX_VALUE ? 1 : expectedEpoch + 1;
        return ErrorCode.NONE;
    }

    /** Serves a request when those before it are answered. */
    void fetch(ReplicaFetching fetching) {
        loop.requireCurrent();
        ReplicaFetching before = current;
        if (before == null) {
            begin(fetching);
        } else {
            queued.add(fetching);
            before.waitNoMore();
        }
    }

    private void begin(ReplicaFetching fetching) {
        current = fetching;
        FetchRequest request = fetching.request();
        ClusterImage image = node.image();
        for (FetchRequest.ForgottenTopic topic : request.forgottenTopicsData()) {
            Uuid topicId = topicId(image, topic.topic(), topic.topicId());
            for (int partition : topic.partitions()) {
                share(topicId, partition).orders().forget(new ReplicaShare.Place(topicId, partition));
            }
        }
        for (FetchRequest.FetchTopic topic : request.topics()) {
            Uuid topicId = topicId(image, topic.topic(), topic.topicId());
            for (FetchRequest.FetchPartition wanted : topic.partitions()) {
                FetchSession.Key key = new FetchSession.Key(topic.topic(), topic.topicId(), wanted.partition());
                if (topicId.equals(Uuid.ZERO)) {
                    fetching.refuse(key, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
                } else {
                    share(topicId, wanted.partition())
                            .orders()
                            .name(new ReplicaShare.Named(
                                    key, new ReplicaShare.Place(topicId, wanted.partition()), wanted));
                }
            }
        }
        long now = loop.clock().nanos();
        if (!fetching.follower().equals(follower) || now - refreshedNanos >= refreshInterval.toNanos()) {
            follower = fetching.follower();
            refreshedNanos = now;
            for (ReplicaShare share : shares) {
                if (share != null) {
                    share.orders().refresh();
                }
            }
        }
        fetching.start(this);
    }

    /** @return zero if there is none of that name */
    private Uuid topicId(ClusterImage image, String name, Uuid topicId) {
        return byTopicId ? topicId : image.topic(name).map(topic -> topic.id()).orElse(Uuid.ZERO);
    }

    private ReplicaShare share(Uuid topicId, int partition) {
        int owner = node.ownerOf(topicId, partition);
        ReplicaShare share = shares[owner];
        if (share == null) {
            shares[owner] = share = new ReplicaShare(node, node.share(owner), this);
        }
        return share;
    }

    /** The shares that have something to do or to tell. */
    List<ReplicaShare> sharesWithOrders() {
        List<ReplicaShare> some = new ArrayList<>(shares.length);
        for (ReplicaShare share : shares) {
            if (share != null && share.orders().any()) {
                some.add(share);
            }
        }
        return some;
    }

    /** There is something new in a share. */
    void news(ReplicaShare share, ReplicaShare.News kind) {
        loop.requireCurrent();
        if (closed) {
            return;
        }
        share.orders().look();
        if (current != null) {
            current.news(kind);
        }
    }

    /** The request that was served is answered: the next one. */
    void answered() {
        current = null;
        if (id == 0) {
            close();
        }
        ReplicaFetching next = queued.poll();
        if (next != null) {
            if (!queued.isEmpty()) {
                next.waitNoMore();
            }
            begin(next);
        }
    }

    Loop loop() {
        return loop;
    }

    /** Ends it; whoever waits is answered with what there is. */
    void close() {
        loop.requireCurrent();
        if (closed) {
            return;
        }
        closed = true;
        for (ReplicaShare share : shares) {
            if (share != null) {
                node.run(share.loop(), share::close);
            }
        }
        if (current != null) {
            current.waitNoMore();
        }
    }
}
