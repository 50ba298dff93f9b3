package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Topic;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest;
import dev.barnabas.protocol.message.WriteShareGroupStateResponse;
import dev.barnabas.share.RecordState;
import dev.barnabas.share.ShareCoordinator;
import dev.barnabas.share.ShareKey;
import dev.barnabas.share.ShareStore;
import dev.barnabas.share.StateWrite;
import dev.barnabas.share.StoredRun;
import dev.barnabas.share.StoredState;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the states of share partitions at their share coordinators: asks this node's own, or the broker that leads the
 * partition of {@code __share_group_state} which stores the state. While nobody does, or nobody can be reached, it asks
 * again, for a while. Owned by its loop.
 */
final class ShareStateStore implements ShareStore {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    /** Some seconds: longer than it takes to elect another coordinator. */
    private static final int ATTEMPTS = 15;

    private final Node node;
    private final Loop loop;
    private final BrokerConnections connections;
    private final ShareCoordinator here;
    private boolean stopped;

    /** @param connections that are used for this only */
    ShareStateStore(Node node, Loop loop, BrokerConnections connections, ShareCoordinator here) {
        this.node = node;
        this.loop = loop;
        this.connections = connections;
        this.here = here;
    }

    void stop() {
        loop.requireCurrent();
        stopped = true;
        connections.close();
    }

    @Override
    public void read(ShareKey key, int leaderEpoch, BiConsumer<ErrorCode, @Nullable StoredState> then) {
        ReadShareGroupStateRequest request = new ReadShareGroupStateRequest(
                key.groupId(),
                List.of(new ReadShareGroupStateRequest.ReadStateData(
                        key.topicId(),
                        List.of(new ReadShareGroupStateRequest.PartitionData(key.partition(), leaderEpoch)))));
        ask(
                new Question<>(
                        key,
                        request,
                        ReadShareGroupStateResponse::read,
                        (asked, answer) -> here.read(asked, loop, answer),
                        response -> ErrorCode.forCode(partition(response).errorCode()),
                        (error, response) -> then.accept(
                                error, error == ErrorCode.NONE && response != null ? state(response) : null)),
                1);
    }

    @Override
    public void write(ShareKey key, StateWrite write, Consumer<ErrorCode> then) {
        WriteShareGroupStateRequest request = new WriteShareGroupStateRequest(
                key.groupId(),
                List.of(new WriteShareGroupStateRequest.WriteStateData(
                        key.topicId(),
                        List.of(WriteShareGroupStateRequest.PartitionData.builder()
                                .partition(key.partition())
                                .stateEpoch(write.stateEpoch())
                                .leaderEpoch(write.leaderEpoch())
                                .startOffset(write.startOffset())
                                .deliveryCompleteCount(write.deliveryCompleteCount())
                                .stateBatches(write.runs().stream()
                                        .map(run -> new WriteShareGroupStateRequest.StateBatch(
                                                run.firstOffset(),
                                                run.lastOffset(),
                                                run.state().code(),
                                                run.deliveryCount()))
                                        .toList())
                                .build()))));
        ask(
                new Question<>(
                        key,
                        request,
                        WriteShareGroupStateResponse::read,
                        (asked, answer) -> here.write(asked, loop, answer),
                        ShareStateStore::outcome,
                        (error, _) -> then.accept(error)),
                1);
    }

    private record Question<Q extends Request, S extends Response>(
            ShareKey key,
            Q request,
            Call.ResponseReader<S> reader,
            BiConsumer<Q, Consumer<S>> here,
            Function<S, ErrorCode> error,
            BiConsumer<ErrorCode, @Nullable S> then) {}

    private <Q extends Request, S extends Response> void ask(Question<Q, S> question, int attempt) {
        loop.requireCurrent();
        if (stopped) {
            return;
        }
        int coordinator = coordinatorOf(question.key);
        if (coordinator == dev.barnabas.metadata.Partition.NO_LEADER) {
            failed(question, attempt, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
        } else if (coordinator == node.id()) {
            question.here.accept(question.request, response -> answered(question, attempt, response));
        } else {
            connections.ask(coordinator, Call.of(question.request, question.reader), ANSWER_LIMIT, new Reply<>() {
                @Override
                public void answered(Answer<S> answer) {
                    ShareStateStore.this.answered(question, attempt, answer.response());
                }

                @Override
                public void failed(PeerFault fault) {
                    ShareStateStore.this.failed(question, attempt, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
                }
            });
        }
    }

    private int coordinatorOf(ShareKey key) {
        return node.image()
                .topic(Topic.SHARE_GROUP_STATE)
                .map(topic -> topic.partitions()
                        .get(ShareCoordinator.partitionOf(
                                key.groupId(),
                                key.topicId(),
                                key.partition(),
                                topic.partitions().size()))
                        .leader())
                .orElse(dev.barnabas.metadata.Partition.NO_LEADER);
    }

    private <Q extends Request, S extends Response> void answered(Question<Q, S> question, int attempt, S response) {
        ErrorCode error = question.error.apply(response);
        if (error == ErrorCode.NONE) {
            question.then.accept(error, response);
        } else {
            failed(question, attempt, error, response);
        }
    }

    private <Q extends Request, S extends Response> void failed(
            Question<Q, S> question, int attempt, ErrorCode error, @Nullable S response) {
        boolean passes = error == ErrorCode.COORDINATOR_NOT_AVAILABLE
                || error == ErrorCode.NOT_COORDINATOR
                || error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
        if (stopped) {
            return;
        }
        if (!passes || attempt >= ATTEMPTS) {
            question.then.accept(error, response);
            return;
        }
        long pauseMs = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(attempt - 1, 10));
        loop.schedule(Duration.ofMillis(pauseMs), () -> ask(question, attempt + 1));
    }

    private static ReadShareGroupStateResponse.PartitionResult partition(ReadShareGroupStateResponse response) {
        return response.results().isEmpty()
                        || response.results().getFirst().partitions().isEmpty()
                ? ReadShareGroupStateResponse.PartitionResult.builder()
                        .errorCode(ErrorCode.UNKNOWN_SERVER_ERROR.code())
                        .build()
                : response.results().getFirst().partitions().getFirst();
    }

    private static StoredState state(ReadShareGroupStateResponse response) {
        ReadShareGroupStateResponse.PartitionResult partition = partition(response);
        return new StoredState(
                partition.stateEpoch(),
                partition.startOffset(),
                partition.stateBatches().stream()
                        .map(batch -> new StoredRun(
                                batch.firstOffset(),
                                batch.lastOffset(),
                                RecordState.of(batch.deliveryState()).orElse(RecordState.AVAILABLE),
                                batch.deliveryCount()))
                        .toList());
    }

    private static ErrorCode outcome(WriteShareGroupStateResponse response) {
        return response.results().isEmpty()
                        || response.results().getFirst().partitions().isEmpty()
                ? ErrorCode.UNKNOWN_SERVER_ERROR
                : ErrorCode.forCode(
                        response.results().getFirst().partitions().getFirst().errorCode());
    }
}
