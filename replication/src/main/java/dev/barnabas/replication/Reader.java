package dev.barnabas.replication;

/** Who reads a partition. */
public sealed interface Reader {

    /**
     * A client. It reads up to the high watermark.
     *
     * @param committedOnly not past the last stable offset ({@code isolation.level=read_committed})
     * @param mayReadFollower it told its rack, and so may read from a follower (KIP-392)
     */
    record Client(boolean committedOnly, boolean mayReadFollower) implements Reader {}

    /**
     * A node that follows. It reads up to the end of the leader's log, and with its offset it says that it has
     * everything before it, as stable as the topic's durability demands.
     *
     * @param brokerEpoch in which its node is registered: one that was started again meanwhile is not mistaken for what
     *     it was (KIP-903)
     * @param logStartOffset where its log starts
     * @param knownHighWatermark what it was last told
     */
    record Follower(int replica, long brokerEpoch, long logStartOffset, long knownHighWatermark) implements Reader {}
}
