package dev.barnabas.broker;

import dev.barnabas.broker.ReplicaFetchers.Place;
import dev.barnabas.replication.FetchPosition;
import dev.barnabas.replication.Partition;
import org.jspecify.annotations.Nullable;

/** A partition as its {@link ReplicaFetcher} sees it. Owned by the loop. */
final class FollowedPartition {

    final Place place;
    final Partition partition;
    final RetryDelay delay;
    State state = State.UNREADY;
    int leaderEpoch;
    /** Its leader, or its fetcher, is another one by now. */
    boolean dropped;
    /** When it has rested long enough. */
    long restsUntilNanos;

    private @Nullable FetchPosition asked;
    private long askedIn = -1;

    /** See the diagram at {@link ReplicaFetcher}. */
    enum State {
        UNREADY,
        DUE,
        ASKED,
        TAKING,
        RESTING
    }

    FollowedPartition(Place place, Partition partition, RetryDelay delay) {
        this.place = place;
        this.partition = partition;
        this.delay = delay;
        this.leaderEpoch = partition.leaderEpoch();
    }

    /** Its position is named in this request. */
    void ask(FetchPosition position, long request) {
        state = State.ASKED;
        asked = position;
        askedIn = request;
    }

    /** What it asked for last. */
    FetchPosition asked() {
        FetchPosition present = asked;
        if (present == null) {
            throw new IllegalStateException("nothing was asked for yet: " + partition.id());
        }
        return present;
    }

    /**
     * Whether the answer to a request can be about what it asked for last; if a later request named it again, it
     * cannot.
     */
    boolean waitsForAnswerTo(long request) {
        return state == State.ASKED && askedIn <= request;
    }

    /** Whether the leader has to be told when the position is this one now. */
    boolean isNews(FetchPosition position) {
        FetchPosition before = asked;
        return before == null
                || before.offset() != position.offset()
                || before.leaderEpoch() != position.leaderEpoch()
                || before.lastFetchedEpoch() != position.lastFetchedEpoch()
                || before.logStartOffset() != position.logStartOffset();
    }
}
