package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.PendingOffsets.Place;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one group has committed: for some partitions, or for all that it has committed anything for.
 *
 * <ul>
 *   <li>Before version 8 there is one group, in fields of its own: {@link #groupsOf} and {@link #answer} turn it into
 *       what later versions say.
 *   <li>Version 2 can ask for all topics and has an error for the group; version 1 says it with each partition.
 *   <li>Version 7 (KIP-447) can ask for stable offsets only: where a transaction has an offset pending, the answer is
 *       UNSTABLE_OFFSET_COMMIT, and the client asks again.
 *   <li>Version 9 names the member; that concerns groups of the consumer protocol.
 *   <li>Version 10 (KIP-848) names topics by id only.
 * </ul>
 *
 * @param group the group, as versions from 8 on ask for it
 * @param requireStable whether offsets that are pending in a transaction have to be waited for
 */
record OffsetFetch(
        OffsetFetchRequestGroup group, boolean requireStable, Caller caller, Ticket<OffsetFetchResponseGroup> ticket)
        implements GroupOperation {
    private static final int GROUP_ERROR_SINCE = 2;
    private static final int GROUPS_SINCE = 8;
    private static final int TOPIC_IDS_SINCE = 10;
    private static final long NO_OFFSET = -1;
    private static final int NO_EPOCH = -1;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ErrorCode> refused = switch (shard.group(group.groupId()).orElse(null)) {
            case null -> Optional.empty();
            case ClassicGroup _ -> Optional.empty();
            case ShareGroup _ -> Optional.of(ErrorCode.GROUP_ID_NOT_FOUND);
            case ConsumerGroup consumers ->
                refusalBy(id ->
                        consumers.member(id).map(_ -> consumers.current(id).epoch()));
            case StreamsGroup streams ->
                refusalBy(id -> streams.member(id).map(_ -> streams.current(id).epoch()));
        };
        if (refused.isPresent()) {
            return Decision.answer(ticket.with(refusal(group, refused.get())));
        }
        List<OffsetFetchRequestTopics> wanted = group.topics();
        List<OffsetFetchResponseTopics> topics = wanted == null
                ? all(shard)
                : wanted.stream().map(topic -> some(shard, topic)).toList();
        return Decision.answer(ticket.with(OffsetFetchResponseGroup.builder()
                .groupId(group.groupId())
                .topics(topics)
                .build()));
    }

    /** Whoever says that it is a member has to be one, in this epoch. */
    private Optional<ErrorCode> refusalBy(Function<String, Optional<Integer>> epochOf) {
        String memberId = group.memberId();
        if (memberId == null && group.memberEpoch() < 0) {
            return Optional.empty();
        }
        Optional<Integer> epoch = memberId == null ? Optional.empty() : epochOf.apply(memberId);
        if (epoch.isEmpty()) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        return epoch.get() == group.memberEpoch() ? Optional.empty() : Optional.of(ErrorCode.STALE_MEMBER_EPOCH);
    }

    private List<OffsetFetchResponseTopics> all(GroupShard shard) {
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        shard.offsets().of(group.groupId()).forEach((name, partitions) -> {
            Optional<Uuid> id = shard.topics().idOf(name);
            // What has no id cannot be told any more to somebody who asks by id.
            if (id.isPresent() || !byId()) {
                topics.add(OffsetFetchResponseTopics.builder()
                        .name(name)
                        .topicId(id.orElse(Uuid.ZERO))
                        .partitions(partitions.entrySet().stream()
                                .filter(entry -> !entry.getValue().isOfAnother(id.orElse(Uuid.ZERO)))
                                .map(entry -> isUnstable(shard, name, entry.getKey())
                                        ? none(entry.getKey(), ErrorCode.UNSTABLE_OFFSET_COMMIT)
                                        : found(entry.getKey(), entry.getValue()))
                                .toList())
                        .build());
            }
        });
        return topics;
    }

    private OffsetFetchResponseTopics some(GroupShard shard, OffsetFetchRequestTopics topic) {
        Optional<String> name = byId() ? shard.topics().nameOf(topic.topicId()) : Optional.of(topic.name());
        Uuid id = byId() ? topic.topicId() : shard.topics().idOf(topic.name()).orElse(Uuid.ZERO);
        Function<Integer, OffsetFetchResponsePartitions> answer = name.isEmpty()
                ? partition -> none(partition, ErrorCode.UNKNOWN_TOPIC_ID)
                : partition -> isUnstable(shard, name.get(), partition)
                        ? none(partition, ErrorCode.UNSTABLE_OFFSET_COMMIT)
                        : shard.offsets()
                                .get(group.groupId(), name.get(), partition)
                                .filter(committed -> !committed.isOfAnother(id))
                                .map(committed -> found(partition, committed))
                                .orElseGet(() -> none(partition, ErrorCode.NONE));
        return OffsetFetchResponseTopics.builder()
                .name(topic.name())
                .topicId(topic.topicId())
                .partitions(topic.partitionIndexes().stream().map(answer).toList())
                .build();
    }

    private boolean isUnstable(GroupShard shard, String topic, int partition) {
        return requireStable && shard.pendingOffsets().has(new Place(group.groupId(), topic, partition));
    }

    private boolean byId() {
        return caller.apiVersion() >= TOPIC_IDS_SINCE;
    }

    private static OffsetFetchResponsePartitions found(int partition, CommittedOffset committed) {
        return OffsetFetchResponsePartitions.builder()
                .partitionIndex(partition)
                .committedOffset(committed.offset())
                .committedLeaderEpoch(committed.leaderEpoch())
                .metadata(committed.metadata())
                .build();
    }

    private static OffsetFetchResponsePartitions none(int partition, ErrorCode error) {
        return OffsetFetchResponsePartitions.builder()
                .partitionIndex(partition)
                .committedOffset(NO_OFFSET)
                .committedLeaderEpoch(NO_EPOCH)
                .metadata("")
                .errorCode(error.code())
                .build();
    }

    static OffsetFetchResponseGroup refusal(OffsetFetchRequestGroup group, ErrorCode error) {
        return OffsetFetchResponseGroup.builder()
                .groupId(group.groupId())
                .errorCode(error.code())
                .build();
    }

    /** The groups that are asked for, in any version. */
    static List<OffsetFetchRequestGroup> groupsOf(OffsetFetchRequest request, int version) {
        if (version >= GROUPS_SINCE) {
            return request.groups();
        }
        var topics = request.topics();
        return List.of(OffsetFetchRequestGroup.builder()
                .groupId(request.groupId())
                .topics(
                        topics == null
                                ? null
                                : topics.stream()
                                        .map(topic -> OffsetFetchRequestTopics.builder()
                                                .name(topic.name())
                                                .partitionIndexes(topic.partitionIndexes())
                                                .build())
                                        .toList())
                .build());
    }

    /** The answer in the shape of the version. */
    static OffsetFetchResponse answer(OffsetFetchRequest request, int version, List<OffsetFetchResponseGroup> groups) {
        if (version >= GROUPS_SINCE) {
            return OffsetFetchResponse.builder().groups(groups).build();
        }
        OffsetFetchResponseGroup group = groups.getFirst();
        if (version < GROUP_ERROR_SINCE && group.errorCode() != ErrorCode.NONE.code()) {
            return OffsetFetchResponse.builder()
                    .topics(withErrorInEachPartition(request, group.errorCode()))
                    .build();
        }
        return OffsetFetchResponse.builder()
                .errorCode(group.errorCode())
                .topics(group.topics().stream().map(OffsetFetch::asSingle).toList())
                .build();
    }

    private static OffsetFetchResponseTopic asSingle(OffsetFetchResponseTopics topic) {
        return new OffsetFetchResponseTopic(
                topic.name(),
                topic.partitions().stream()
                        .map(partition -> new OffsetFetchResponsePartition(
                                partition.partitionIndex(),
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                partition.metadata(),
                                partition.errorCode()))
                        .toList());
    }

    private static List<OffsetFetchResponseTopic> withErrorInEachPartition(OffsetFetchRequest request, short error) {
        var topics = request.topics();
        return topics == null
                ? List.of()
                : topics.stream()
                        .map(topic -> new OffsetFetchResponseTopic(
                                topic.name(),
                                topic.partitionIndexes().stream()
                                        .map(partition -> new OffsetFetchResponsePartition(
                                                partition, NO_OFFSET, NO_EPOCH, "", error))
                                        .toList()))
                        .toList();
    }
}
