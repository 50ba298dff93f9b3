package dev.barnabas.replication;

import java.time.Duration;

/**
 * How far one follower is, as its leader sees it. What is known of it begins anew with every term: between two terms
 * its log may have been another one. Owned by the {@link LeaderRole}.
 */
final class FollowerProgress {
    static final long UNKNOWN = -1;

    final int replica;
    private long brokerEpoch = -1;
    private long endOffset = UNKNOWN;
    private long logStartOffset = UNKNOWN;

    /** When it was last known to have everything that the leader had then. */
    private long caughtUpNanos;
    /** Of the fetch before: when, and where the leader's log ended then. */
    private long fetchedNanos;

    private long leaderEndThen = Long.MAX_VALUE;
    private boolean lagging;

    /** @param nowNanos it gets the whole time that a follower may lag to show up */
    FollowerProgress(int replica, long nowNanos) {
        this.replica = replica;
        this.caughtUpNanos = nowNanos;
        this.fetchedNanos = nowNanos;
    }

    /** Everything before it is stable at the follower; {@link #UNKNOWN} if it has not fetched in this term. */
    long endOffset() {
        return endOffset;
    }

    long logStartOffset() {
        return logStartOffset;
    }

    long brokerEpoch() {
        return brokerEpoch;
    }

    /** Whether a fetch comes from the node as it was before it was started again (KIP-903). */
    boolean isStale(Reader.Follower reader) {
        return reader.brokerEpoch() < brokerEpoch;
    }

    /** It has fetched from an offset of the leader's log. */
    void fetched(long offset, Reader.Follower reader, long leaderEnd, long nowNanos) {
        brokerEpoch = reader.brokerEpoch();
        logStartOffset = reader.logStartOffset();
        endOffset = offset;
        if (offset >= leaderEnd) {
            caughtUp(nowNanos);
        } else if (offset >= leaderEndThen && fetchedNanos - caughtUpNanos > 0) {
            // It has what there was when it fetched before.
            caughtUp(fetchedNanos);
        }
        leaderEndThen = leaderEnd;
        fetchedNanos = nowNanos;
    }

    /** It gets the whole time that a follower may lag once more. */
    void excuse(long nowNanos) {
        caughtUp(nowNanos);
        fetchedNanos = nowNanos;
    }

    private void caughtUp(long nanos) {
        caughtUpNanos = nanos;
        lagging = false;
    }

    /** Looks whether it has been behind for too long. One that waits at the end has no need to fetch to prove it. */
    void check(long leaderEnd, Duration maxLag, long nowNanos) {
        if (endOffset >= leaderEnd) {
            caughtUp(nowNanos);
        } else {
            lagging = nowNanos - caughtUpNanos > maxLag.toNanos();
        }
    }

    /** As of the last {@link #check}, or of what it has fetched since. */
    boolean isLagging() {
        return lagging;
    }
}
