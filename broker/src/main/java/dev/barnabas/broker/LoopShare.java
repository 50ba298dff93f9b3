package dev.barnabas.broker;

import dev.barnabas.host.Loop;

/** What one loop of the node owns. Everything in it is touched on that loop only. */
record LoopShare(int index, Loop loop, PartitionTable partitions, FetchSessions fetchSessions) {}
