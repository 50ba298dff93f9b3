package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.transactions.TopicPartition;
import dev.barnabas.transactions.TransactionCoordinator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Asks the coordinators of transactions, for the partitions of one loop, whether a partition is part of a transaction,
 * or to make it one (AddPartitionsToTxn 4 and 5, KIP-890): what one turn asks of a broker goes into one request. Owned
 * by its loop.
 */
final class TransactionPartitions {

    /** In which versions one broker asks another about many transactions. */
    private static final int BATCHED_SINCE = 4;

    private static final int NEWEST_VERSION = 5;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private final Node node;
    private final Loop loop;
    private final BrokerConnections connections;
    private final Here here;
    private final Map<Integer, List<Question>> waiting = new TreeMap<>();
    private boolean armed;
    private boolean stopped;

    /** The coordinator of this node. */
    @FunctionalInterface
    interface Here {
        void addPartitions(
                AddPartitionsToTxnRequest request, int version, Loop loop, Consumer<AddPartitionsToTxnResponse> then);
    }

    /**
     * A transaction, as a producer names it.
     *
     * @param add whether partitions are made part of it; else it is verified that they are
     */
    record Transaction(String transactionalId, long producerId, short producerEpoch, boolean add) {}

    /** About one partition. */
    record Question(Transaction transaction, TopicPartition partition, Consumer<ErrorCode> then) {}

    /** @param connections that are used for this only */
    TransactionPartitions(Node node, Loop loop, BrokerConnections connections, Here here) {
        this.node = node;
        this.loop = loop;
        this.connections = connections;
        this.here = here;
    }

    /**
     * Asks about one partition. As long as an earlier transaction of the producer is being completed the coordinator
     * takes its time, for a moment.
     *
     * @param then called once, later, on this loop: NONE, what the coordinator says, NETWORK_EXCEPTION if it cannot be
     *     asked, or COORDINATOR_NOT_AVAILABLE if there is none
     */
    void ask(Transaction transaction, TopicPartition partition, Consumer<ErrorCode> then) {
        loop.requireCurrent();
        if (stopped) {
            return;
        }
        waiting.computeIfAbsent(coordinatorOf(transaction.transactionalId), _ -> new ArrayList<>())
                .add(new Question(transaction, partition, then));
        if (!armed) {
            armed = true;
            loop.atEndOfTurn(this::flush);
        }
    }

    void stop() {
        loop.requireCurrent();
        stopped = true;
        waiting.clear();
        connections.close();
    }

    private int coordinatorOf(String transactionalId) {
        ClusterImage image = node.image();
        Optional<Topic> topic = image.topic(Topic.TRANSACTION_STATE);
        if (topic.isEmpty()) {
            return dev.barnabas.metadata.Partition.NO_LEADER;
        }
        int count = topic.get().partitions().size();
        return topic.get()
                .partitions()
                .get(TransactionCoordinator.partitionOf(transactionalId, count))
                .leader();
    }

    private void flush() {
        armed = false;
        Map<Integer, List<Question>> now = new TreeMap<>(waiting);
        waiting.clear();
        now.forEach((broker, questions) -> {
            if (broker == dev.barnabas.metadata.Partition.NO_LEADER) {
                questions.forEach(question -> answered(question, ErrorCode.COORDINATOR_NOT_AVAILABLE));
                return;
            }
            for (TransactionRequest request : TransactionRequest.of(questions)) {
                if (broker == node.id()) {
                    here.addPartitions(
                            request.message(), NEWEST_VERSION, loop, response -> answered(request, response));
                } else {
                    ask(broker, request);
                }
            }
        });
    }

    private void ask(int broker, TransactionRequest request) {
        Call<AddPartitionsToTxnResponse> call =
                Call.of(request.message(), AddPartitionsToTxnResponse::read).from(BATCHED_SINCE);
        connections.ask(broker, call, ANSWER_LIMIT, new Reply<>() {
            @Override
            public void answered(Answer<AddPartitionsToTxnResponse> answer) {
                TransactionPartitions.this.answered(request, answer.response());
            }

            @Override
            public void failed(PeerFault fault) {
                request.questions()
                        .forEach(
                                question -> TransactionPartitions.this.answered(question, ErrorCode.NETWORK_EXCEPTION));
            }
        });
    }

    private void answered(TransactionRequest request, AddPartitionsToTxnResponse response) {
        List<ErrorCode> outcomes = request.outcomes(response);
        for (int i = 0; i < outcomes.size(); i++) {
            answered(request.questions().get(i), outcomes.get(i));
        }
    }

    private void answered(Question question, ErrorCode error) {
        if (!stopped) {
            question.then.accept(error);
        }
    }
}
