package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.ShareAcknowledgeRequest;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.share.Holder;
import dev.barnabas.share.ShareCoordinator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What each loop of a broker has for share groups beside their coordinators: the share partitions that it leads, and
 * the share sessions of its connections. Put together once, by {@link BrokerParts}.
 */
final class ShareParts {

    private final Node node;
    private final List<SharePartitions> partitions = new ArrayList<>();
    private final List<ShareSessions> sessions = new ArrayList<>();
    private final List<ShareDeadLetters> deadLetters = new ArrayList<>();

    /** @param connections makes connections of a loop to other brokers */
    ShareParts(Node node, ShareCoordinator states, Function<Loop, BrokerConnections> connections) {
        this.node = node;
        int mostSessions =
                Math.max(1, node.settings().get(CoordinatorSettings.GROUP_SHARE_MAX_SHARE_SESSIONS) / node.loopCount());
        for (LoopShare share : node.shares()) {
            ShareStateStore store = new ShareStateStore(node, share.loop(), connections.apply(share.loop()), states);
            ShareDeadLetters letters = new ShareDeadLetters(node, share, connections.apply(share.loop()));
            deadLetters.add(letters);
            partitions.add(new SharePartitions(node, share, store, letters));
            sessions.add(new ShareSessions(share.loop(), mostSessions, this::release));
        }
    }

    /** Before the first request: what makes the topics for dead letters. */
    void use(TopicCreation creation) {
        deadLetters.forEach(letters -> letters.use(creation));
    }

    private void release(String groupId, Holder holder) {
        for (LoopShare share : node.shares()) {
            node.run(share.loop(), () -> partitions.get(share.index()).release(groupId, holder));
        }
    }

    /** By loop. */
    List<SharePartitions> partitions() {
        return partitions;
    }

    ShareSessions sessions(Loop loop) {
        return sessions.get(node.share(loop).index());
    }

    /** On the loop: nothing is given out any more. */
    void stop(LoopShare share) {
        partitions.get(share.index()).stop();
        deadLetters.get(share.index()).stop();
    }

    List<Api<?>> apis() {
        return List.of(
                Api.of(
                        ApiKey.SHARE_FETCH,
                        ShareFetchRequest.class,
                        new ShareFetchHandler(node, this, node.settings().get(BrokerSettings.FETCH_MAX_BYTES))),
                Api.of(
                        ApiKey.SHARE_ACKNOWLEDGE,
                        ShareAcknowledgeRequest.class,
                        new ShareAcknowledgeHandler(node, this)));
    }
}
