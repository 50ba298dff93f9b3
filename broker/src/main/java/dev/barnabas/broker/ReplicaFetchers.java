package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The partitions of one loop that follow leaders on other brokers: one {@link ReplicaFetcher} for each such broker.
 * Owned by the loop.
 */
final class ReplicaFetchers {

    private final Loop loop;
    private final Network network;
    private final BrokerAddresses leaders;
    private final Self self;
    private final Throttling throttling;
    private final FetcherSettings settings;
    private final Map<Integer, ReplicaFetcher> byLeader = new TreeMap<>();
    private final Map<Place, ReplicaFetcher> whoFetches = new HashMap<>();
    private boolean stopped;

    /** A partition, as answers name it. */
    record Place(Uuid topicId, int partition) {
        static Place of(PartitionId id) {
            return new Place(id.topicId(), id.index());
        }
    }

    /** Who this broker is, as its leaders are told. */
    interface Self {
        int nodeId();

        String clusterId();

        /** In which this broker is registered now; -1 if it is not. */
        long brokerEpoch();
    }

    /** How fast replicas may be fetched. */
    interface Throttling {

        /** After how long to ask again whether a replica may be fetched; 0 if it may be fetched now. */
        long waitNanos(Partition partition);

        /** So much was fetched for a replica. */
        void fetched(Partition partition, int bytes);
    }

    ReplicaFetchers(
            Loop loop,
            Network network,
            BrokerAddresses leaders,
            Self self,
            Throttling throttling,
            FetcherSettings settings) {
        this.loop = loop;
        this.network = network;
        this.leaders = leaders;
        this.self = self;
        this.throttling = throttling;
        this.settings = settings;
    }

    /** The partition follows a leader, maybe another one than before or in another term, or waits for one. */
    void follow(Partition partition) {
        loop.requireCurrent();
        if (stopped) {
            return;
        }
        Place place = Place.of(partition.id());
        OptionalInt leader = partition.leads() ? OptionalInt.empty() : partition.leader();
        ReplicaFetcher before = whoFetches.get(place);
        if (before != null && (leader.isEmpty() || before.leader() != leader.getAsInt())) {
            stop(partition);
        }
        if (leader.isPresent() && leader.getAsInt() != self.nodeId()) {
            ReplicaFetcher fetcher = byLeader.computeIfAbsent(
                    leader.getAsInt(), broker -> new ReplicaFetcher(loop, network, broker, leaders, settings, this));
            whoFetches.put(place, fetcher);
            fetcher.follow(partition);
        }
    }

    /** The partition follows nobody any more: it leads, or is not here any more. */
    void stop(Partition partition) {
        loop.requireCurrent();
        ReplicaFetcher fetcher = whoFetches.remove(Place.of(partition.id()));
        if (fetcher != null) {
            fetcher.stop(partition);
            if (fetcher.isIdle()) {
                byLeader.remove(fetcher.leader());
                fetcher.close();
            }
        }
    }

    /** {@link Partition#fetchPosition} may say something else than before. */
    void positionChanged(Partition partition) {
        loop.requireCurrent();
        ReplicaFetcher fetcher = whoFetches.get(Place.of(partition.id()));
        OptionalInt leader = partition.leads() ? OptionalInt.empty() : partition.leader();
        if (fetcher != null && leader.isPresent() && leader.getAsInt() == fetcher.leader()) {
            fetcher.positionChanged(partition);
        } else if (fetcher != null || leader.isPresent()) {
            follow(partition);
        }
    }

    Self self() {
        return self;
    }

    Throttling throttling() {
        return throttling;
    }

    /** Closes all connections; nothing is fetched any more. */
    void close() {
        loop.requireCurrent();
        stopped = true;
        byLeader.values().forEach(ReplicaFetcher::close);
        byLeader.clear();
        whoFetches.clear();
    }
}
