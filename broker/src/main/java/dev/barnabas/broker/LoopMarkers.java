package dev.barnabas.broker;

import dev.barnabas.broker.TransactionMarkers.MarkerSending;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse;
import dev.barnabas.transactions.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the markers of one loop's coordinators: what one turn has for a leader goes into one request, and what could
 * not be written for the moment is sent again, to whoever leads then. Owned by its loop.
 *
 * <pre>
 *   send --> WAITING, by leader --- end of turn ---> ON ITS WAY --- written ----> settled
 *              ^      |                                 |      +-- fenced ------> refused
 *              |      +-- the topic is gone --> settled |
 *              +------------- a pause ------------------+ no leader, no answer, any other error
 * </pre>
 */
final class LoopMarkers {

    private static final Logger log = LoggerFactory.getLogger(LoopMarkers.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    /** How often it is looked whether a broker that owes an answer is still there. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(300);

    private final Node node;
    private final Loop loop;
    private final BrokerConnections connections;
    private final MarkerWriter writer;
    private final Map<Integer, List<Item>> waiting = new TreeMap<>();
    private final Map<Integer, RetryDelay> pauses = new HashMap<>();
    /** Requests that a broker has not answered. */
    private final Map<Integer, Integer> unanswered = new TreeMap<>();

    private boolean armed;
    private boolean looking;
    private boolean stopped;

    /** One marker for one partition. */
    record Item(MarkerSending sending, TopicPartition partition) {}

    LoopMarkers(Node node, Loop loop, BrokerConnections connections, MarkerWriter writer) {
        this.node = node;
        this.loop = loop;
        this.connections = connections;
        this.writer = writer;
    }

    void send(MarkerSending sending, List<TopicPartition> partitions) {
        loop.requireCurrent();
        for (TopicPartition partition : partitions) {
            enqueue(new Item(sending, partition));
        }
    }

    void stop() {
        loop.requireCurrent();
        stopped = true;
        waiting.clear();
        connections.close();
    }

    private void enqueue(Item item) {
        if (stopped || item.sending.isCancelled()) {
            return;
        }
        Optional<dev.barnabas.metadata.Partition> agreed = node.image()
                .topic(item.partition.topic())
                .flatMap(topic -> topic.partition(item.partition.partition()));
        if (agreed.isEmpty()) {
            item.sending.settle(item.partition);
            return;
        }
        waiting.computeIfAbsent(agreed.get().leader(), _ -> new ArrayList<>()).add(item);
        if (!armed) {
            armed = true;
            loop.atEndOfTurn(this::flush);
        }
    }

    private void flush() {
        armed = false;
        Map<Integer, List<Item>> now = new TreeMap<>(waiting);
        waiting.clear();
        now.forEach((leader, items) -> {
            if (leader == dev.barnabas.metadata.Partition.NO_LEADER) {
                again(leader, items);
            } else if (leader == node.id()) {
                items.forEach(item -> writer.write(
                        item.sending.marker(),
                        item.partition,
                        loop,
                        error -> answered(leader, List.of(item), List.of(error))));
            } else {
                MarkerRequest.of(items).forEach(request -> ask(leader, request));
            }
        });
    }

    private void ask(int leader, MarkerRequest request) {
        unanswered.merge(leader, 1, Integer::sum);
        look();
        connections.ask(leader, Call.of(request.message(), WriteTxnMarkersResponse::read), ANSWER_LIMIT, new Reply<>() {
            @Override
            public void answered(Answer<WriteTxnMarkersResponse> answer) {
                done();
                LoopMarkers.this.answered(leader, request.items(), request.outcomes(answer.response()));
            }

            @Override
            public void failed(PeerFault fault) {
                done();
                log.debug("Markers have no answer leader={} why={}", leader, fault.message());
                again(leader, request.items());
            }

            private void done() {
                unanswered.computeIfPresent(leader, (_, count) -> count > 1 ? count - 1 : null);
            }
        });
    }

    private void answered(int leader, List<Item> items, List<ErrorCode> errors) {
        if (stopped) {
            return;
        }
        List<Item> failed = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            switch (errors.get(i)) {
                case NONE -> {
                    pauses.remove(leader);
                    item.sending.settle(item.partition);
                }
                case TRANSACTION_COORDINATOR_FENCED, INVALID_PRODUCER_EPOCH ->
                    item.sending.refuse(item.partition, errors.get(i));
                default -> failed.add(item);
            }
        }
        if (!failed.isEmpty()) {
            again(leader, failed);
        }
    }

    private void again(int leader, List<Item> items) {
        if (!stopped) {
            Duration pause = pauses.computeIfAbsent(leader, _ -> new RetryDelay(LONGEST_PAUSE))
                    .next();
            loop.schedule(pause, () -> items.forEach(this::enqueue));
        }
    }

    /** Whoever is no longer counted on by the cluster may never answer: others lead by now. */
    private void look() {
        if (looking || stopped || unanswered.isEmpty()) {
            return;
        }
        looking = true;
        loop.schedule(LOOK_AGAIN, () -> {
            looking = false;
            for (int broker : List.copyOf(unanswered.keySet())) {
                boolean gone = node.image()
                        .broker(broker)
                        .map(dev.barnabas.metadata.Broker::fenced)
                        .orElse(true);
                if (gone) {
                    connections.drop(broker);
                }
            }
            look();
        });
    }
}
