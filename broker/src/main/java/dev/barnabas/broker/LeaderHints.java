package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who leads instead, for clients that asked the wrong broker or in an old term, and where they reach it (KIP-951): with
 * it they need not ask for metadata before they go on. One for each response.
 */
final class LeaderHints {

    private final Node node;
    private final BrokerListener listener;
    private final ClusterImage image;
    private final Map<Integer, Hinted> brokers = new TreeMap<>();

    /** A leader and the number of its term. */
    record Leader(int id, int epoch) {}

    /** Where a leader is reached. */
    record Hinted(int id, Endpoint address, @Nullable String rack) {}

    /** @param listener through which the client came */
    LeaderHints(Node node, BrokerListener listener) {
        this.node = node;
        this.listener = listener;
        this.image = node.image();
    }

    /** The leader of a partition whose result has this error; empty if the error has nothing to do with that. */
    Optional<Leader> leader(short errorCode, Uuid topicId, int partition) {
        if (errorCode != ErrorCode.NOT_LEADER_OR_FOLLOWER.code() && errorCode != ErrorCode.FENCED_LEADER_EPOCH.code()) {
            return Optional.empty();
        }
        return image.topic(topicId)
                .flatMap(topic -> topic.partition(partition))
                .filter(known -> known.leader() >= 0)
                .flatMap(known -> image.broker(known.leader())
                        .flatMap(broker -> node.endpointOf(broker, listener)
                                .map(address -> new Hinted(broker.id(), address, broker.rack())))
                        .map(hinted -> {
                            brokers.put(hinted.id(), hinted);
                            return new Leader(hinted.id(), known.leaderEpoch());
                        }));
    }

    /** All leaders that were named, by their numbers. */
    Collection<Hinted> brokers() {
        return brokers.values();
    }
}
