package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one client keeps fetching (KIP-227): it names only what changes, and is told only what changed. Owned by the
 * loop whose {@link FetchSessions} it is in.
 *
 * <p>The order of the partitions is the order in which they are served. One that gave data goes to the end, so that
 * each gets its turn when a response is full.
 */
final class FetchSession {

    /** A request with this epoch wants a new session. */
    static final int INITIAL_EPOCH = 0;

    /** A request with this epoch wants none. */
    static final int FINAL_EPOCH = -1;

    private final int id;
    private final boolean byTopicId;
    private final long createdNanos;
    private final Map<Key, Fetched> partitions = new LinkedHashMap<>();
    private int expectedEpoch = 1;
    private long lastUsedNanos;

    FetchSession(int id, boolean byTopicId, long nowNanos) {
        this.id = id;
        this.byTopicId = byTopicId;
        this.createdNanos = nowNanos;
        this.lastUsedNanos = nowNanos;
    }

    int id() {
        return id;
    }

    boolean usesTopicIds() {
        return byTopicId;
    }

    int size() {
        return partitions.size();
    }

    long createdNanos() {
        return createdNanos;
    }

    long lastUsedNanos() {
        return lastUsedNanos;
    }

    /** Takes the next request of the session: its epoch must follow. */
    ErrorCode advance(int epoch, long nowNanos) {
        if (epoch != expectedEpoch) {
            return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
        }
        expectedEpoch = expectedEpoch == Integer.MAX_VALUE ? 1 : expectedEpoch + 1;
        lastUsedNanos = nowNanos;
        return ErrorCode.NONE;
    }

    /** Adds and changes partitions as the request says, and forgets those it no longer wants. */
    void update(FetchRequest request) {
        for (FetchRequest.FetchTopic topic : request.topics()) {
            for (FetchRequest.FetchPartition partition : topic.partitions()) {
                Key key = new Key(topic.topic(), topic.topicId(), partition.partition());
                Fetched known = partitions.get(key);
                if (known == null) {
                    partitions.put(key, new Fetched(key, partition));
                } else {
                    known.wanted = partition;
                }
            }
        }
        for (FetchRequest.ForgottenTopic topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                partitions.remove(new Key(topic.topic(), topic.topicId(), partition));
            }
        }
    }

    /** What to fetch, in the order in which it is served. */
    List<Wanted> wanted() {
        List<Wanted> wanted = new ArrayList<>(partitions.size());
        for (Fetched fetched : partitions.values()) {
            wanted.add(new Wanted(fetched.key, fetched.wanted));
        }
        return wanted;
    }

    /**
     * Whether the client must be told of this result, which it then counts as told: there is data or an error, or a
     * watermark has moved since it was last told.
     */
    boolean tells(Key key, PartitionData result) {
        Fetched fetched = partitions.get(key);
        if (fetched == null) {
            return true;
        }
        boolean data = result.records() != null && result.records().sizeInBytes() > 0;
        boolean tells = data
                || result.errorCode() != 0
                || result.highWatermark() != fetched.toldHighWatermark
                || result.logStartOffset() != fetched.toldLogStartOffset
                || result.preferredReadReplica() >= 0
                || result.divergingEpoch().epoch() >= 0;
        if (tells) {
            // After an error everything is news again.
            fetched.toldHighWatermark = result.errorCode() == 0 ? result.highWatermark() : -1;
            fetched.toldLogStartOffset = result.errorCode() == 0 ? result.logStartOffset() : -1;
        }
        if (data) {
            partitions.remove(key);
            partitions.put(key, fetched);
        }
        return tells;
    }

    /** A partition as the client names it: by name or, since version 13, by id; the other one is empty. */
    record Key(String topic, Uuid topicId, int partition) {}

    /** One partition of a fetch. */
    record Wanted(Key key, FetchRequest.FetchPartition partition) {}

    private static final class Fetched {
        private final Key key;
        private FetchRequest.FetchPartition wanted;
        private long toldHighWatermark = -1;
        private long toldLogStartOffset = -1;

        Fetched(Key key, FetchRequest.FetchPartition wanted) {
            this.key = key;
            this.wanted = wanted;
        }
    }
}
