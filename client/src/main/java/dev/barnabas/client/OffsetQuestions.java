package dev.barnabas.client;

import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import dev.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import dev.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import dev.barnabas.protocol.message.OffsetDeleteResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Questions about offsets, of partitions and of groups. */
final class OffsetQuestions {

    /** Version 10 names topics by id only, which a group's offsets may have outlived; names say all that is needed. */
    private static final int LAST_WITH_NAMES = 9;

    /** From this version on OffsetFetch asks about several groups at once, and the fields are others. */
    private static final int BATCHED = 8;

    /** From this version on null asks for all partitions. */
    private static final int ALL_PARTITIONS = 2;

    private OffsetQuestions() {}

    static Question<TopicPartition, Offsets.Found, ListOffsetsResponse> list(
            Map<TopicPartition, Offsets.Spec> specs, ConsumerSettings.Isolation isolation, Duration timeout) {
        return Question.of(
                "list offsets of",
                Route.LeaderOf::new,
                partitions -> {
                    int since = partitions.stream()
                            .mapToInt(id -> spec(specs, id).since())
                            .max()
                            .orElse(1);
                    return Call.of(
                                    ApiKey.LIST_OFFSETS,
                                    version -> ListOffsetsRequest.builder()
                                            .replicaId(-1)
                                            .isolationLevel(version >= 2 ? isolation.code() : 0)
                                            .topics(ByTopic.map(
                                                    partitions,
                                                    (topic, some) -> new ListOffsetsTopic(
                                                            topic,
                                                            some.stream()
                                                                    .map(id -> ListOffsetsPartition.builder()
                                                                            .partitionIndex(id.partition())
                                                                            .timestamp(spec(specs, id)
                                                                                    .code())
                                                                            .build())
                                                                    .toList())))
                                            .timeoutMs((int) timeout.toMillis())
                                            .build(),
                                    ListOffsetsResponse::read)
                            .from(since);
                },
                (answer, outcomes) -> answer.response()
                        .topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(partition -> outcomes.outcome(
                                        new TopicPartition(topic.name(), partition.partitionIndex()),
                                        partition.errorCode(),
                                        null,
                                        () -> new Offsets.Found(
                                                partition.offset(), partition.timestamp(), partition.leaderEpoch())))));
    }

    private static Offsets.Spec spec(Map<TopicPartition, Offsets.Spec> specs, TopicPartition id) {
        return specs.getOrDefault(id, new Offsets.Spec.Latest());
    }

    /**
     * A group's committed offsets; the key is the group.
     *
     * @param partitions null for all that it has
     * @param stable whether to wait for transactions that commit offsets
     */
    static Question<String, Map<TopicPartition, Result<Offsets.Committed>>, OffsetFetchResponse> committed(
            @Nullable Collection<TopicPartition> partitions, boolean stable) {
        return Question.<String, Map<TopicPartition, Result<Offsets.Committed>>, OffsetFetchResponse>of(
                        "fetch the offsets of group",
                        Route.CoordinatorOf::new,
                        groups -> Call.of(
                                        ApiKey.OFFSET_FETCH,
                                        version -> fetchRequest(groups.getFirst(), partitions, stable, version),
                                        OffsetFetchResponse::read)
                                .upTo(LAST_WITH_NAMES)
                                .from(partitions == null ? ALL_PARTITIONS : 0),
                        OffsetQuestions::readCommitted)
                .oneByOne();
    }

    private static OffsetFetchRequest fetchRequest(
            String group, @Nullable Collection<TopicPartition> partitions, boolean stable, int version) {
        OffsetFetchRequest.Builder request = OffsetFetchRequest.builder().requireStable(stable && version >= 7);
        if (version < BATCHED) {
            return request.groupId(group)
                    .topics(
                            partitions == null
                                    ? null
                                    : ByTopic.map(
                                            partitions,
                                            (topic, some) -> new OffsetFetchRequestTopic(topic, indexes(some))))
                    .build();
        }
        return request.groups(List.of(OffsetFetchRequestGroup.builder()
                        .groupId(group)
                        .topics(
                                partitions == null
                                        ? null
                                        : ByTopic.map(
                                                partitions,
                                                (topic, some) -> OffsetFetchRequestTopics.builder()
                                                        .name(topic)
                                                        .partitionIndexes(indexes(some))
                                                        .build()))
                        .build()))
                .build();
    }

    static List<Integer> indexes(List<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).toList();
    }

    private static void readCommitted(
            Answer<OffsetFetchResponse> answer,
            Outcomes<String, Map<TopicPartition, Result<Offsets.Committed>>> outcomes) {
        String group = outcomes.keys().getFirst();
        Map<TopicPartition, Result<Offsets.Committed>> committed = new LinkedHashMap<>();
        short error = ErrorCode.NONE.code();
        if (answer.version() < BATCHED) {
            error = answer.response().errorCode();
            for (var topic : answer.response().topics()) {
                for (var partition : topic.partitions()) {
                    put(
                            committed,
                            new TopicPartition(topic.name(), partition.partitionIndex()),
                            partition.errorCode(),
                            partition.committedOffset(),
                            partition.committedLeaderEpoch(),
                            partition.metadata());
                    error = groupError(error, partition.errorCode());
                }
            }
        } else {
            for (var answered : answer.response().groups()) {
                error = answered.errorCode();
                for (var topic : answered.topics()) {
                    for (var partition : topic.partitions()) {
                        put(
                                committed,
                                new TopicPartition(topic.name(), partition.partitionIndex()),
                                partition.errorCode(),
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                partition.metadata());
                        error = groupError(error, partition.errorCode());
                    }
                }
            }
        }
        outcomes.outcome(group, error, null, () -> committed);
    }

    /**
     * Old versions say about each partition what is about the group; and unstable offsets are to be asked for again.
     */
    private static short groupError(short soFar, short partition) {
        ErrorCode error = ErrorCode.forCode(partition);
        boolean about = error == ErrorCode.NOT_COORDINATOR
                || error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
                || error == ErrorCode.COORDINATOR_NOT_AVAILABLE
                || error == ErrorCode.UNSTABLE_OFFSET_COMMIT;
        return soFar == ErrorCode.NONE.code() && about ? partition : soFar;
    }

    private static void put(
            Map<TopicPartition, Result<Offsets.Committed>> into,
            TopicPartition id,
            short code,
            long offset,
            int leaderEpoch,
            @Nullable String metadata) {
        ErrorCode error = ErrorCode.forCode(code);
        if (error.isError()) {
            into.put(id, Result.failure(new ClientError.Refused(error, error.message())));
        } else if (offset >= 0) {
            into.put(id, Result.success(new Offsets.Committed(offset, leaderEpoch, metadata)));
        }
    }

    /** Who commits. */
    record Committer(
            String group,
            int generation,
            String memberId,
            @Nullable String instanceId) {

        /** From outside of the group, which is allowed while it has no members. */
        static Committer outside(String group) {
            return new Committer(group, -1, "", null);
        }
    }

    static Question<TopicPartition, Done, OffsetCommitResponse> commit(
            Committer who, Map<TopicPartition, Offsets.Committed> offsets) {
        return Question.of(
                "commit the offset of",
                id -> new Route.CoordinatorOf(who.group()),
                partitions -> {
                    Map<TopicPartition, Offsets.Committed> some = new HashMap<>(offsets);
                    some.keySet().retainAll(partitions);
                    return commitCall(who, some);
                },
                (answer, outcomes) -> answer.response()
                        .topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(partition -> outcomes.outcome(
                                        new TopicPartition(topic.name(), partition.partitionIndex()),
                                        partition.errorCode(),
                                        null,
                                        () -> Done.DONE))));
    }

    private static Call<OffsetCommitResponse> commitCall(
            Committer who, Map<TopicPartition, Offsets.Committed> offsets) {
        return Call.of(
                        ApiKey.OFFSET_COMMIT,
                        version -> OffsetCommitRequest.builder()
                                .groupId(who.group())
                                .generationIdOrMemberEpoch(who.generation())
                                .memberId(who.memberId())
                                .groupInstanceId(version >= 7 ? who.instanceId() : null)
                                .topics(ByTopic.map(
                                        offsets.keySet(),
                                        (topic, some) -> OffsetCommitRequestTopic.builder()
                                                .name(topic)
                                                .partitions(some.stream()
                                                        .map(id -> partition(id.partition(), offsets.get(id)))
                                                        .toList())
                                                .build()))
                                .build(),
                        OffsetCommitResponse::read)
                .upTo(LAST_WITH_NAMES);
    }

    private static OffsetCommitRequestPartition partition(int index, Offsets.@Nullable Committed offset) {
        return OffsetCommitRequestPartition.builder()
                .partitionIndex(index)
                .committedOffset(offset == null ? Offsets.UNKNOWN : offset.offset())
                .committedLeaderEpoch(offset == null ? Offsets.UNKNOWN : offset.leaderEpoch())
                .committedMetadata(offset == null || offset.metadata() == null ? "" : offset.metadata())
                .build();
    }

    static Question<TopicPartition, Done, OffsetDeleteResponse> delete(String group) {
        return Question.of(
                "delete the offset of",
                id -> new Route.CoordinatorOf(group),
                partitions -> Call.of(
                        OffsetDeleteRequest.builder()
                                .groupId(group)
                                .topics(ByTopic.map(
                                        partitions,
                                        (topic, some) -> new OffsetDeleteRequestTopic(
                                                topic,
                                                some.stream()
                                                        .map(id -> new OffsetDeleteRequestPartition(id.partition()))
                                                        .toList())))
                                .build(),
                        OffsetDeleteResponse::read),
                (answer, outcomes) -> {
                    if (answer.response().errorCode() != ErrorCode.NONE.code()) {
                        outcomes.allRefused(answer.response().errorCode(), null);
                        return;
                    }
                    answer.response()
                            .topics()
                            .forEach(topic -> topic.partitions()
                                    .forEach(partition -> outcomes.outcome(
                                            new TopicPartition(topic.name(), partition.partitionIndex()),
                                            partition.errorCode(),
                                            null,
                                            () -> Done.DONE)));
                });
    }
}
