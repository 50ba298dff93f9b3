package dev.barnabas.groups;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as the clients of today are: it joins, assigns if it leads, sends heartbeats, commits, and begins again
 * when it is told to. One request at a time; the churn test moves it on, step by step.
 */
final class ChurnClient {
    private static final List<String> TOPICS = List.of("t");

    private final Backend backend;
    private final ChurnChecks checks;
    private final String name;
    private final String groupId;
    private final @Nullable String instanceId;
    private String memberId = "";
    private int generation = -1;
    private int earlierGeneration = -1;
    private State state = State.OUTSIDE;
    private List<String> toAssign = List.of();
    private boolean waiting;
    private long committed;
    /** What is pending in a transaction; empty if none is open. */
    private Optional<ChurnChecks.Commit> pending = Optional.empty();
    /** Answers to requests that were sent before belong to a connection that is closed. */
    private int connection;

    private enum State {
        OUTSIDE,
        JOINED,
        ASSIGNED
    }

    /** @param instanceId null for a dynamic member */
    ChurnClient(Backend backend, ChurnChecks checks, String name, String groupId, @Nullable String instanceId) {
        this.backend = backend;
        this.checks = checks;
        this.name = name;
        this.groupId = groupId;
        this.instanceId = instanceId;
    }

    boolean isAssigned() {
        return state == State.ASSIGNED && !waiting;
    }

    int generation() {
        return generation;
    }

    /** Does what such a client does next, unless it waits for an answer. */
    void step(boolean commits) {
        if (waiting) {
            return;
        }
        waiting = true;
        switch (state) {
            case OUTSIDE -> join();
            case JOINED -> sync();
            case ASSIGNED -> {
                if (commits) {
                    commit();
                } else {
                    heartbeat();
                }
            }
        }
    }

    /** The process dies and starts again; a static member comes back under its instance id. */
    void crash() {
        connection++;
        waiting = false;
        memberId = "";
        state = State.OUTSIDE;
    }

    /** The connection breaks: what it waited for never comes, and it asks again. */
    void disconnect() {
        connection++;
        waiting = false;
        state = State.OUTSIDE;
    }

    void leave() {
        LeaveGroupRequest request = LeaveGroupRequest.builder()
                .groupId(groupId)
                .members(List.of(new MemberIdentity(memberId, instanceId, null)))
                .build();
        backend.leave(request, caller(5), _ -> {});
        crash();
    }

    /** A commit of an earlier generation that was on its way for long. */
    void lateCommit() {
        if (earlierGeneration >= 0) {
            commit(earlierGeneration, _ -> {});
        }
    }

    boolean hasTransaction() {
        return pending.isPresent();
    }

    /** Commits in a transaction of its own, which stays open. */
    void pend(long producerId) {
        if (pending.isPresent() || state != State.ASSIGNED) {
            return;
        }
        long offset = ++committed;
        TxnOffsetCommitRequest request = TxnOffsetCommitRequest.builder()
                .transactionalId(name)
                .producerId(producerId)
                .groupId(groupId)
                .memberId(memberId)
                .groupInstanceId(instanceId)
                .generationIdOrMemberEpoch(generation)
                .topics(List.of(TxnOffsetCommitRequestTopic.builder()
                        .name("t")
                        .partitions(List.of(TxnOffsetCommitRequestPartition.builder()
                                .partitionIndex(0)
                                .committedOffset(offset)
                                .committedMetadata(name)
                                .build()))
                        .build()))
                .build();
        ChurnChecks.Commit attempt = checks.commitSent(groupId, generation, name, offset);
        pending = Optional.of(attempt);
        backend.commitInTransaction(request, caller(5), answer -> {
            ErrorCode error = ErrorCode.forCode(
                    answer.topics().getFirst().partitions().getFirst().errorCode());
            if (error != ErrorCode.NONE) {
                checks.commitAnswered(attempt, error);
            }
        });
    }

    /** The transaction ends, everywhere and for good. */
    void endTransaction(long producerId, boolean commit) {
        backend.endTransaction(producerId, (short) 0, commit);
        if (!commit) {
            pending.ifPresent(checks::aborted);
        }
        pending = Optional.empty();
    }

    private void join() {
        int asked = connection;
        JoinGroupRequest request = JoinGroupRequest.builder()
                .groupId(groupId)
                .memberId(memberId)
                .groupInstanceId(instanceId)
                .sessionTimeoutMs(10_000)
                .rebalanceTimeoutMs(20_000)
                .protocolType("consumer")
                .protocols(List.of(new JoinGroupRequestProtocol("range", Scenario.subscription(TOPICS))))
                .build();
        backend.join(request, caller(9), answer -> {
            checks.joined(groupId, answer);
            if (asked == connection) {
                joined(answer);
            }
        });
    }

    private void joined(JoinGroupResponse answer) {
        waiting = false;
        switch (ErrorCode.forCode(answer.errorCode())) {
            case NONE -> {
                memberId = answer.memberId();
                earlierGeneration = generation;
                generation = answer.generationId();
                toAssign = answer.skipAssignment()
                        ? List.of()
                        : answer.members().stream()
                                .map(JoinGroupResponse.JoinGroupResponseMember::memberId)
                                .toList();
                state = State.JOINED;
            }
            case MEMBER_ID_REQUIRED -> memberId = answer.memberId();
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> memberId = "";
            default -> {}
        }
    }

    private void sync() {
        int asked = connection;
        String plan = checks.newPlan();
        SyncGroupRequest request = SyncGroupRequest.builder()
                .groupId(groupId)
                .memberId(memberId)
                .groupInstanceId(instanceId)
                .generationId(generation)
                .assignments(toAssign.stream()
                        .map(id -> new SyncGroupRequestAssignment(id, UTF_8.encode(plan + " " + id)))
                        .toList())
                .build();
        int forGeneration = generation;
        String asMember = memberId;
        backend.sync(request, answer -> {
            if (answer.errorCode() == 0) {
                checks.assigned(
                        groupId,
                        forGeneration,
                        asMember,
                        UTF_8.decode(answer.assignment()).toString());
            }
            if (asked == connection) {
                synced(answer);
            }
        });
    }

    private void synced(SyncGroupResponse answer) {
        waiting = false;
        switch (ErrorCode.forCode(answer.errorCode())) {
            case NONE -> state = State.ASSIGNED;
            case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR -> state = State.OUTSIDE;
            default -> rejoin(ErrorCode.forCode(answer.errorCode()));
        }
    }

    private void heartbeat() {
        int asked = connection;
        HeartbeatRequest request = HeartbeatRequest.builder()
                .groupId(groupId)
                .memberId(memberId)
                .groupInstanceId(instanceId)
                .generationId(generation)
                .build();
        backend.heartbeat(request, answer -> {
            if (asked == connection) {
                waiting = false;
                rejoin(ErrorCode.forCode(answer.errorCode()));
            }
        });
    }

    private void commit() {
        int asked = connection;
        commit(generation, error -> {
            if (asked == connection) {
                waiting = false;
                rejoin(error);
            }
        });
    }

    private void commit(int asOfGeneration, Consumer<ErrorCode> then) {
        long offset = ++committed;
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId(groupId)
                .memberId(memberId)
                .groupInstanceId(instanceId)
                .generationIdOrMemberEpoch(asOfGeneration)
                .topics(List.of(OffsetCommitRequestTopic.builder()
                        .name("t")
                        .partitions(List.of(OffsetCommitRequestPartition.builder()
                                .partitionIndex(0)
                                .committedOffset(offset)
                                .committedMetadata(name)
                                .build()))
                        .build()))
                .build();
        ChurnChecks.Commit attempt = checks.commitSent(groupId, asOfGeneration, name, offset);
        backend.commit(request, caller(9), answer -> {
            ErrorCode error = ErrorCode.forCode(
                    answer.topics().getFirst().partitions().getFirst().errorCode());
            checks.commitAnswered(attempt, error);
            then.accept(error);
        });
    }

    private void rejoin(ErrorCode error) {
        switch (error) {
            case REBALANCE_IN_PROGRESS -> state = State.OUTSIDE;
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID -> {
                memberId = error == ErrorCode.ILLEGAL_GENERATION ? memberId : "";
                state = State.OUTSIDE;
            }
            default -> {}
        }
    }

    private Caller caller(int version) {
        return new Caller(name, "/10.0.0.1", version);
    }
}
