package dev.barnabas.client;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.JoinGroupResponse.JoinGroupResponseMember;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import dev.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A classic group as its coordinator keeps it, with everything that a member can see of it and nothing else. */
final class FakeGroup {

    private static final Duration INITIAL_DELAY = Duration.ofMillis(50);

    private final FakeCluster cluster;
    private final Loop loop;
    final Map<String, Member> members = new TreeMap<>();
    final Map<TopicPartition, Long> committed = new TreeMap<>();
    final Deque<ErrorCode> heartbeatErrors = new ArrayDeque<>();
    final Deque<ErrorCode> joinErrors = new ArrayDeque<>();
    int generation;
    int rebalances;
    private @Nullable String leader;
    private String protocol = "";
    private boolean preparing;
    private Map<String, ByteBuffer> assignment = Map.of();

    static final class Member {
        final @Nullable String instanceId;
        JoinGroupRequest request;

        @Nullable
        Consumer<Response> joining;

        @Nullable
        Consumer<Response> syncing;

        Loop.@Nullable Timer session;

        Member(@Nullable String instanceId, JoinGroupRequest request) {
            this.instanceId = instanceId;
            this.request = request;
        }
    }

    FakeGroup(FakeCluster cluster, Loop loop) {
        this.cluster = cluster;
        this.loop = loop;
    }

    void join(JoinGroupRequest request, int version, Consumer<Response> answer) {
        ErrorCode injected = joinErrors.poll();
        if (injected != null) {
            answer.accept(refusal(injected, request.memberId()));
            return;
        }
        String memberId = request.memberId();
        if (memberId.isEmpty()) {
            memberId = "member-" + cluster.nextMemberId++;
            if (request.groupInstanceId() != null) {
                String before = memberIdOf(request.groupInstanceId());
                if (before != null) {
                    members.remove(before);
                }
            } else if (version >= 4) {
                answer.accept(refusal(ErrorCode.MEMBER_ID_REQUIRED, memberId));
                return;
            }
        } else if (generation > 0 && !members.containsKey(memberId) && !memberId.startsWith("member-")) {
            answer.accept(refusal(ErrorCode.UNKNOWN_MEMBER_ID, memberId));
            return;
        }
        Member member = members.computeIfAbsent(memberId, id -> new Member(request.groupInstanceId(), request));
        member.request = request;
        member.joining = answer;
        touch(memberId);
        prepare();
    }

    private static JoinGroupResponse refusal(ErrorCode error, String memberId) {
        return JoinGroupResponse.builder()
                .errorCode(error.code())
                .memberId(memberId)
                .protocolName("")
                .build();
    }

    private @Nullable String memberIdOf(String instanceId) {
        return members.entrySet().stream()
                .filter(entry -> instanceId.equals(entry.getValue().instanceId))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /**
     * Begins a rebalance: waits for all members, or for those that come within the rebalance timeout of the longest.
     */
    private void prepare() {
        if (!preparing) {
            preparing = true;
            rebalances++;
            members.values().forEach(member -> {
                if (member.syncing != null) {
                    member.syncing.accept(SyncGroupResponse.builder()
                            .errorCode(ErrorCode.REBALANCE_IN_PROGRESS.code())
                            .build());
                    member.syncing = null;
                }
            });
            int limit = members.values().stream()
                    .mapToInt(member -> member.request.rebalanceTimeoutMs())
                    .max()
                    .orElse(0);
            int then = rebalances;
            loop.schedule(INITIAL_DELAY, this::completeIfAllJoined);
            loop.schedule(Duration.ofMillis(limit), () -> {
                if (preparing && then == rebalances) {
                    members.values().removeIf(member -> member.joining == null);
                    complete();
                }
            });
        } else {
            loop.schedule(INITIAL_DELAY, this::completeIfAllJoined);
        }
    }

    private void completeIfAllJoined() {
        if (preparing && members.values().stream().allMatch(member -> member.joining != null)) {
            complete();
        }
    }

    private void complete() {
        preparing = false;
        if (members.isEmpty()) {
            return;
        }
        generation++;
        assignment = Map.of();
        if (leader == null || !members.containsKey(leader)) {
            leader = members.keySet().iterator().next();
        }
        List<String> common = members.values().iterator().next().request.protocols().stream()
                .map(JoinGroupRequest.JoinGroupRequestProtocol::name)
                .filter(name -> members.values().stream()
                        .allMatch(member -> member.request.protocols().stream()
                                .anyMatch(offered -> offered.name().equals(name))))
                .toList();
        protocol = common.getFirst();
        members.forEach((id, member) -> {
            Consumer<Response> joining = member.joining;
            member.joining = null;
            if (joining != null) {
                joining.accept(JoinGroupResponse.builder()
                        .generationId(generation)
                        .protocolType("consumer")
                        .protocolName(protocol)
                        .leader(leader)
                        .memberId(id)
                        .members(
                                id.equals(leader)
                                        ? members.entrySet().stream()
                                                .map(entry -> new JoinGroupResponseMember(
                                                        entry.getKey(),
                                                        entry.getValue().instanceId,
                                                        metadata(entry.getValue())))
                                                .toList()
                                        : List.of())
                        .build());
            }
        });
    }

    private ByteBuffer metadata(Member member) {
        return member.request.protocols().stream()
                .filter(offered -> offered.name().equals(protocol))
                .findFirst()
                .orElseThrow()
                .metadata();
    }

    void sync(SyncGroupRequest request, Consumer<Response> answer) {
        Member member = members.get(request.memberId());
        ErrorCode error = check(request.memberId(), request.generationId());
        if (error != ErrorCode.NONE || member == null || preparing) {
            ErrorCode code = error != ErrorCode.NONE ? error : ErrorCode.REBALANCE_IN_PROGRESS;
            answer.accept(SyncGroupResponse.builder().errorCode(code.code()).build());
            return;
        }
        touch(request.memberId());
        member.syncing = answer;
        if (request.memberId().equals(leader)) {
            assignment = new HashMap<>();
            request.assignments().forEach(one -> assignment.put(one.memberId(), one.assignment()));
        }
        if (!assignment.isEmpty()) {
            members.forEach((id, waiting) -> {
                Consumer<Response> syncing = waiting.syncing;
                waiting.syncing = null;
                if (syncing != null) {
                    syncing.accept(SyncGroupResponse.builder()
                            .protocolType("consumer")
                            .protocolName(protocol)
                            .assignment(assignment.getOrDefault(id, ByteBuffer.allocate(0)))
                            .build());
                }
            });
        }
    }

    Response heartbeat(HeartbeatRequest request) {
        ErrorCode injected = heartbeatErrors.poll();
        ErrorCode error = injected != null ? injected : check(request.memberId(), request.generationId());
        if (error == ErrorCode.NONE) {
            touch(request.memberId());
            error = preparing ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
        }
        return HeartbeatResponse.builder().errorCode(error.code()).build();
    }

    Response leave(LeaveGroupRequest request) {
        request.members().forEach(member -> remove(member.memberId()));
        return LeaveGroupResponse.builder().build();
    }

    /** As if its session had ended. */
    void expel(String memberId) {
        remove(memberId);
    }

    private void remove(String memberId) {
        if (members.remove(memberId) != null && !members.isEmpty()) {
            prepare();
        }
    }

    private void touch(String memberId) {
        Member member = members.get(memberId);
        if (member == null) {
            return;
        }
        if (member.session != null) {
            member.session.cancel();
        }
        member.session = loop.schedule(Duration.ofMillis(member.request.sessionTimeoutMs()), () -> {
            if (members.get(memberId) == member && member.joining == null) {
                remove(memberId);
            }
        });
    }

    private ErrorCode check(String memberId, int inGeneration) {
        if (!members.containsKey(memberId)) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        return inGeneration == generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
    }

    Response commit(OffsetCommitRequest request) {
        ErrorCode error = request.memberId().isEmpty() && members.isEmpty()
                ? ErrorCode.NONE
                : check(request.memberId(), request.generationIdOrMemberEpoch());
        return OffsetCommitResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> OffsetCommitResponseTopic.builder()
                                .name(topic.name())
                                .partitions(topic.partitions().stream()
                                        .map(partition -> {
                                            if (error == ErrorCode.NONE) {
                                                committed.put(
                                                        new TopicPartition(topic.name(), partition.partitionIndex()),
                                                        partition.committedOffset());
                                            }
                                            return new OffsetCommitResponsePartition(
                                                    partition.partitionIndex(), error.code());
                                        })
                                        .toList())
                                .build())
                        .toList())
                .build();
    }

    static Response fetchOffsets(FakeBroker broker, OffsetFetchRequest request, int version) {
        if (version < 8) {
            Map<TopicPartition, Long> offsets = broker.group(request.groupId()).committed;
            return OffsetFetchResponse.builder()
                    .topics((request.topics() == null
                                    ? List.<OffsetFetchRequest.OffsetFetchRequestTopic>of()
                                    : request.topics())
                            .stream()
                                    .map(topic -> new OffsetFetchResponseTopic(
                                            topic.name(),
                                            topic.partitionIndexes().stream()
                                                    .map(index -> OffsetFetchResponsePartition.builder()
                                                            .partitionIndex(index)
                                                            .committedOffset(offsets.getOrDefault(
                                                                    new TopicPartition(topic.name(), index), -1L))
                                                            .metadata("")
                                                            .build())
                                                    .toList()))
                                    .toList())
                    .build();
        }
        return OffsetFetchResponse.builder()
                .groups(request.groups().stream()
                        .map(asked -> OffsetFetchResponseGroup.builder()
                                .groupId(asked.groupId())
                                .topics((asked.topics() == null
                                                ? List.<OffsetFetchRequest.OffsetFetchRequestTopics>of()
                                                : asked.topics())
                                        .stream()
                                                .map(topic -> OffsetFetchResponseTopics.builder()
                                                        .name(topic.name())
                                                        .partitions(topic.partitionIndexes().stream()
                                                                .map(index -> partition(
                                                                        broker.group(asked.groupId()),
                                                                        topic.name(),
                                                                        index))
                                                                .toList())
                                                        .build())
                                                .toList())
                                .build())
                        .toList())
                .build();
    }

    private static OffsetFetchResponsePartitions partition(FakeGroup group, String topic, int index) {
        return OffsetFetchResponsePartitions.builder()
                .partitionIndex(index)
                .committedOffset(group.committed.getOrDefault(new TopicPartition(topic, index), -1L))
                .metadata("")
                .build();
    }
}
