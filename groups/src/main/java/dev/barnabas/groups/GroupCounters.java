package dev.barnabas.groups;

import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted of the groups that a node coordinates. Shared by its shards.
 *
 * @param rebalances rebalances of classic groups that began, and assignments of groups of the consumer protocol
 * @param membersLost members that were taken for gone: silent for their session timeout, or too slow in a rebalance
 */
public record GroupCounters(LongAdder rebalances, LongAdder membersLost) {

    GroupCounters() {
        this(new LongAdder(), new LongAdder());
    }
}
