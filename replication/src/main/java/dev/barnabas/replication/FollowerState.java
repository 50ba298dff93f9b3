package dev.barnabas.replication;

/**
 * How far a follower is, as its leader knows.
 *
 * @param logStartOffset where its log starts; -1 if it has not fetched in this term
 * @param endOffset where its log ends, as far as it is stable; -1 if it has not fetched in this term
 * @param inSync whether it is one of the in-sync replicas
 * @param lagging whether it has been behind for longer than it may
 */
public record FollowerState(int replica, long logStartOffset, long endOffset, boolean inSync, boolean lagging) {}
