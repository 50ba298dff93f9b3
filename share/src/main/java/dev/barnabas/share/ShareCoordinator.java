package dev.barnabas.share;

import dev.barnabas.coordinator.AppendErrors;
import dev.barnabas.coordinator.Gather;
import dev.barnabas.coordinator.ShardHost;
import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.Shards;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteShareGroupStateRequest;
import dev.barnabas.protocol.message.DeleteShareGroupStateResponse;
import dev.barnabas.protocol.message.DeleteShareGroupStateResponse.DeleteStateResult;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateResponse;
import dev.barnabas.protocol.message.InitializeShareGroupStateResponse.InitializeStateResult;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse.ReadStateResult;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryResponse.ReadStateSummaryResult;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest;
import dev.barnabas.protocol.message.WriteShareGroupStateResponse;
import dev.barnabas.protocol.message.WriteShareGroupStateResponse.WriteStateResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * The share coordinator of this node: what the broker calls. For each partition that a request names it finds the shard
 * that stores its state in the group, on whatever loop that is, and brings the answers back together to the loop of the
 * caller.
 *
 * <p>Each method returns before it is answered; the answer comes once, on the loop that is given. Brokers only are to
 * ask here; authorisation is the broker's.
 */
public final class ShareCoordinator {
    private final IntSupplier partitions;
    private final Shards<ShareStateShard, StateRecord, StateChange, StateTimer> shards;

    /** @param partitions how many partitions {@code __share_group_state} has; 0 while it does not exist. On any loop */
    public ShareCoordinator(ShareStateSettings settings, StateTopics topics, IntSupplier partitions) {
        this.partitions = partitions;
        this.shards = new Shards<>(log -> new ShareStateShard(settings, topics, log), settings.writeTimeoutMs());
    }

    /** How FindCoordinator names the state of a partition in a group. */
    public static String key(String groupId, Uuid topicId, int partition) {
        return new ShareKey(groupId, topicId, partition).text();
    }

    /** The partition of {@code __share_group_state} whose leader coordinates the state of a partition in a group. */
    public static int partitionOf(String groupId, Uuid topicId, int partition, int partitions) {
        return Shards.partitionOf(key(groupId, topicId, partition), partitions);
    }

    /** This node leads a partition of {@code __share_group_state} from now on, or in a new epoch. On its loop. */
    public void elected(int partition, ShardLog log) {
        shards.elected(partition, log);
    }

    /** This node does not lead the partition (any more). On its loop. */
    public void resigned(int partition) {
        shards.resigned(partition);
    }

    /** Topics were deleted: their states are forgotten. From any loop. */
    public void topicsDeleted(Collection<Uuid> deleted) {
        Set<Uuid> ids = Set.copyOf(deleted);
        for (ShardHost<ShareStateShard, StateRecord, StateChange, StateTimer> host : shards.hosts()) {
            Ticket<ErrorCode> nobodyAsked = new Ticket<>(error -> error, _ -> {});
            shards.read(host, nobodyAsked, (shard, _) -> shard.topicsDeleted(ids::contains));
        }
    }

    /** The state of partitions in a group begins, or begins anew. */
    public void initialize(
            InitializeShareGroupStateRequest request, Loop loop, Consumer<InitializeShareGroupStateResponse> then) {
        together(
                request.topics(),
                InitializeShareGroupStateRequest.InitializeStateData::partitions,
                (topic, partition, answer) -> {
                    ShareKey key = new ShareKey(request.groupId(), topic.topicId(), partition.partition());
                    decide(
                            key,
                            Function.identity(),
                            outcome -> answer.accept(new InitializeShareGroupStateResponse.PartitionResult(
                                    key.partition(), outcome.error().code(), outcome.message())),
                            ticket -> new InitializeState(key, partition, ticket));
                },
                (InitializeShareGroupStateRequest.InitializeStateData topic,
                        List<InitializeShareGroupStateResponse.PartitionResult> results) ->
                        new InitializeStateResult(topic.topicId(), results),
                loop,
                results -> then.accept(new InitializeShareGroupStateResponse(results)));
    }

    /** A leader of partitions takes over what was stored by the one before. */
    public void read(ReadShareGroupStateRequest request, Loop loop, Consumer<ReadShareGroupStateResponse> then) {
        together(
                request.topics(),
                ReadShareGroupStateRequest.ReadStateData::partitions,
                (topic, partition, answer) -> {
                    ShareKey key = new ShareKey(request.groupId(), topic.topicId(), partition.partition());
                    decide(
                            key,
                            why -> ReadState.refusal(key.partition(), why),
                            answer,
                            ticket -> new ReadState(key, partition, ticket));
                },
                (ReadShareGroupStateRequest.ReadStateData topic,
                        List<ReadShareGroupStateResponse.PartitionResult> results) ->
                        new ReadStateResult(topic.topicId(), results),
                loop,
                results -> then.accept(new ReadShareGroupStateResponse(results)));
    }

    /** A leader of partitions stores what has changed. */
    public void write(WriteShareGroupStateRequest request, Loop loop, Consumer<WriteShareGroupStateResponse> then) {
        together(
                request.topics(),
                WriteShareGroupStateRequest.WriteStateData::partitions,
                (topic, partition, answer) -> {
                    ShareKey key = new ShareKey(request.groupId(), topic.topicId(), partition.partition());
                    decide(
                            key,
                            Function.identity(),
                            outcome -> answer.accept(new WriteShareGroupStateResponse.PartitionResult(
                                    key.partition(), outcome.error().code(), outcome.message())),
                            ticket -> new WriteState(key, partition, ticket));
                },
                (WriteShareGroupStateRequest.WriteStateData topic,
                        List<WriteShareGroupStateResponse.PartitionResult> results) ->
                        new WriteStateResult(topic.topicId(), results),
                loop,
                results -> then.accept(new WriteShareGroupStateResponse(results)));
    }

    /** The states of partitions in a group are forgotten. */
    public void delete(DeleteShareGroupStateRequest request, Loop loop, Consumer<DeleteShareGroupStateResponse> then) {
        together(
                request.topics(),
                DeleteShareGroupStateRequest.DeleteStateData::partitions,
                (topic, partition, answer) -> {
                    ShareKey key = new ShareKey(request.groupId(), topic.topicId(), partition.partition());
                    decide(
                            key,
                            Function.identity(),
                            outcome -> answer.accept(new DeleteShareGroupStateResponse.PartitionResult(
                                    key.partition(), outcome.error().code(), outcome.message())),
                            ticket -> new DeleteState(key, ticket));
                },
                (DeleteShareGroupStateRequest.DeleteStateData topic,
                        List<DeleteShareGroupStateResponse.PartitionResult> results) ->
                        new DeleteStateResult(topic.topicId(), results),
                loop,
                results -> then.accept(new DeleteShareGroupStateResponse(results)));
    }

    /** How far a group has come. */
    public void summarize(
            ReadShareGroupStateSummaryRequest request, Loop loop, Consumer<ReadShareGroupStateSummaryResponse> then) {
        together(
                request.topics(),
                ReadShareGroupStateSummaryRequest.ReadStateSummaryData::partitions,
                (topic, partition, answer) -> {
                    ShareKey key = new ShareKey(request.groupId(), topic.topicId(), partition.partition());
                    decide(
                            key,
                            why -> SummarizeState.refusal(key.partition(), why),
                            answer,
                            ticket -> new SummarizeState(key, ticket));
                },
                (ReadShareGroupStateSummaryRequest.ReadStateSummaryData topic,
                        List<ReadShareGroupStateSummaryResponse.PartitionResult> results) ->
                        new ReadStateSummaryResult(topic.topicId(), results),
                loop,
                results -> then.accept(new ReadShareGroupStateSummaryResponse(results)));
    }

    /** The shards on this node, for measuring and for tests; each answers on its own loop. */
    Collection<ShardHost<ShareStateShard, StateRecord, StateChange, StateTimer>> hosts() {
        return shards.hosts();
    }

    private <A> void decide(
            ShareKey key,
            Function<StateOutcome, A> refusal,
            Consumer<A> then,
            Function<Ticket<A>, StateOperation> operation) {
        if (key.groupId().isEmpty()) {
            then.accept(refusal.apply(StateOutcome.invalid("The group id is empty.")));
        } else if (key.partition() < 0) {
            then.accept(refusal.apply(StateOutcome.invalid("The partition " + key.partition() + " is negative.")));
        } else {
            Ticket<A> ticket = new Ticket<>(
                    error -> refusal.apply(StateOutcome.refused(AppendErrors.asToldToClients(error))), then);
            shards.decide(key.text(), partitions.getAsInt(), ticket, operation.apply(ticket));
        }
    }

    /** Asks about each partition of each topic, and puts the answers together as they were asked. */
    private static <T, P, A, R> void together(
            List<T> topics,
            Function<T, List<P>> partitionsOf,
            Asking<T, P, A> asking,
            BiFunction<T, List<A>, R> result,
            Loop loop,
            Consumer<List<R>> then) {
        int count = topics.stream()
                .mapToInt(topic -> partitionsOf.apply(topic).size())
                .sum();
        Gather<A> gather = new Gather<>(count, loop, answers -> {
            List<R> results = new ArrayList<>();
            int from = 0;
            for (T topic : topics) {
                int to = from + partitionsOf.apply(topic).size();
                results.add(result.apply(topic, answers.subList(from, to)));
                from = to;
            }
            then.accept(results);
        });
        int place = 0;
        for (T topic : topics) {
            for (P partition : partitionsOf.apply(topic)) {
                asking.ask(topic, partition, gather.part(place++));
            }
        }
    }

    /** Asks about one partition of a topic. */
    @FunctionalInterface
    private interface Asking<T, P, A> {
        void ask(T topic, P partition, Consumer<A> then);
    }
}
