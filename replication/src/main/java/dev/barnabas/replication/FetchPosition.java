package dev.barnabas.replication;

/**
 * Where a follower stands: what it asks its leader for next. The offset says to the leader that everything before it is
 * here, as stable as the topic's durability demands.
 *
 * @param leader the node to ask
 * @param leaderEpoch the term in which it leads
 * @param offset the end of the follower's log
 * @param lastFetchedEpoch the leader epoch of the record before it, by which the leader sees whether the logs diverge;
 *     -1 if there is none
 */
public record FetchPosition(
        int leader, int leaderEpoch, long offset, int lastFetchedEpoch, long logStartOffset, long highWatermark) {}
