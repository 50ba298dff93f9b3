package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Partition;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.ReplicationSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.TopicSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What all parts of one broker share: who it is, what it knows of the cluster, and which loop owns what. */
final class Node {

    private final int id;
    private final String clusterId;
    private final Host host;
    private final Settings atStart;
    private final List<LoopShare> shares;
    private final ReplicationThrottle leaderThrottle = new ReplicationThrottle(
            ReplicationSettings.LEADER_REPLICATION_THROTTLED_RATE, TopicSettings.LEADER_REPLICATION_THROTTLED_REPLICAS);
    private final ReplicationThrottle followerThrottle = new ReplicationThrottle(
            ReplicationSettings.FOLLOWER_REPLICATION_THROTTLED_RATE,
            TopicSettings.FOLLOWER_REPLICATION_THROTTLED_REPLICAS);
    private volatile Known known;
    private volatile boolean inTouch = true;

    Node(int id, Host host, Settings atStart, List<LoopShare> shares, ClusterImage image) {
        this.id = id;
        this.clusterId = image.clusterId();
        this.host = host;
        this.atStart = atStart;
        this.shares = List.copyOf(shares);
        this.known = new Known(image, image.brokerSettings(atStart, id));
    }

    int id() {
        return id;
    }

    String clusterId() {
        return clusterId;
    }

    Host host() {
        return host;
    }

    /** The newest image that any loop of this node has been told of. Take it once for one request. */
    ClusterImage image() {
        return known.image;
    }

    /** The settings of this broker as they are now. */
    Settings settings() {
        return known.settings;
    }

    /** The settings of a topic, over those of this broker. */
    Settings topicSettings(ClusterImage image, String topic) {
        return image.topicSettings(topic, settings());
    }

    /** Each loop says so when it is told of an image, so that what a loop was told of, it also sees here. */
    synchronized void publish(ClusterImage image) {
        if (known.image.lastOffset() < image.lastOffset()) {
            known = new Known(image, image.brokerSettings(atStart, id));
        }
    }

    /** Whether the controller has heard from this node lately, see {@link Lease}. */
    void inTouch(boolean nowInTouch) {
        inTouch = nowInTouch;
    }

    /** Whether another node may lead a partition by now that this one leads as far as it knows. */
    boolean mayBeReplaced(Partition led) {
        return !inTouch && led.inSyncReplicas().size() > 1;
    }

    /** The opposite of what {@link #inTouch} was told last. */
    boolean isOutOfTouch() {
        return !inTouch;
    }

    /** What followers that are not in sync get from this broker. */
    ReplicationThrottle leaderThrottle() {
        return leaderThrottle;
    }

    /** What this broker fetches for replicas that are not in sync. */
    ReplicationThrottle followerThrottle() {
        return followerThrottle;
    }

    /** Settings of brokers or topics are others now; to be called on the first loop. */
    void throttlesMayChange() {
        Known now = known;
        leaderThrottle.update(now.image, id, now.settings);
        followerThrottle.update(now.image, id, now.settings);
    }

    /** Where clients that came through a listener reach a broker. */
    Optional<Endpoint> endpointOf(dev.barnabas.metadata.Broker broker, BrokerListener listener) {
        return broker.endpoint(listener.name()).map(endpoint -> new Endpoint(endpoint.host(), endpoint.port()));
    }

    /** The brokers that clients may be told of, and where those that came through a listener reach them. */
    Map<dev.barnabas.metadata.Broker, Endpoint> reachable(ClusterImage image, BrokerListener listener) {
        Map<dev.barnabas.metadata.Broker, Endpoint> reachable = new LinkedHashMap<>();
        for (dev.barnabas.metadata.Broker broker : image.brokers().values()) {
            if (!broker.fenced()) {
                endpointOf(broker, listener).ifPresent(endpoint -> reachable.put(broker, endpoint));
            }
        }
        return reachable;
    }

    /** The broker that clients are told to host the controller; this one if that one is not known, or not reachable. */
    int controllerFor(ClusterImage image, OptionalInt controller) {
        return controller.stream()
                .filter(known ->
                        image.broker(known).filter(broker -> !broker.fenced()).isPresent())
                .findFirst()
                .orElse(id);
    }

    /** Who leads a partition, as clients are told; {@link Partition#NO_LEADER} if nobody whom they could ask. */
    int leaderOf(Topic topic, int partition) {
        Partition agreed = topic.partitions().get(partition);
        boolean notServedHere = agreed.leader() == id && (isOffline(topic.id(), partition) || mayBeReplaced(agreed));
        return notServedHere ? Partition.NO_LEADER : agreed.leader();
    }

    /** Replicas of a partition whose brokers or directories are not there, as far as this node knows. */
    List<Integer> offlineReplicas(ClusterImage image, Topic topic, int partition) {
        return topic.partitions().get(partition).replicas().stream()
                .filter(replica -> replica == id
                        ? isOffline(topic.id(), partition)
                        : image.broker(replica)
                                .filter(broker -> !broker.fenced())
                                .isEmpty())
                .toList();
    }

    /**
     * Whether a broker may be counted as in sync: registered in this epoch, not fenced, not about to stop (KIP-903).
     */
    boolean mayBeInSync(int broker, long epoch) {
        return image().broker(broker)
                .filter(registered -> registered.isServing() && (epoch < 0 || registered.epoch() == epoch))
                .isPresent();
    }

    int loopCount() {
        return shares.size();
    }

    LoopShare share(int loop) {
        return shares.get(loop);
    }

    LoopShare share(Loop loop) {
        for (LoopShare share : shares) {
            if (share.loop().equals(loop)) {
                return share;
            }
        }
        throw new IllegalArgumentException("not a loop of this node");
    }

    List<LoopShare> shares() {
        return shares;
    }

    /** Which loop owns a partition: those of one topic are spread evenly, topics begin anywhere. */
    int ownerOf(Uuid topicId, int partition) {
        return (int) Long.remainderUnsigned(topicId.leastSignificantBits() + partition, shares.size());
    }

    /** Whether a partition of this node is here and has failed. */
    boolean isOffline(Uuid topicId, int partition) {
        return shares.get(ownerOf(topicId, partition)).partitions().isOffline(topicId, partition);
    }

    /** Why a partition is not open on this node, as clients are told. */
    ErrorCode whyAbsent(Uuid topicId, int partition) {
        return shares.get(ownerOf(topicId, partition)).partitions().whyAbsent(topicId, partition);
    }

    /**
     * Runs a task on the loop that owns what it works on: at once if that is this one, otherwise as a message.
     *
     * @throws BrokenStateError if the task has thrown, which is a defect either way
     */
    void run(Loop loop, Runnable task) {
        if (loop.isCurrent()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                throw new BrokenStateError(e);
            }
        } else {
            loop.execute(task);
        }
    }

    private record Known(ClusterImage image, Settings settings) {}
}
