package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.ConsumerSettings.Group;
import dev.barnabas.client.OffsetQuestions.Committer;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Membership in a classic group: joins, shares out if it is the leader, heartbeats, and comes back whenever the group
 * rebalances. Owned by the consumer's loop.
 *
 * <pre>
 *   Outside --poll--> (give up what has to be) --> Joining --> Syncing --> Member --+
 *      ^                                              ^                             |  rebalance, new subscription:
 *      |  left, fenced, lost                          +-------- at the next poll ---+
 *      +----------------------------------------------------------------------------+
 * </pre>
 *
 * <p>Partitions come and go only while a poll is under way ({@link #polled}), so never behind the back of a caller who
 * works on what the last poll returned. Everything else goes on without the caller: heartbeats, and answers to what was
 * asked.
 *
 * <p>Eager members give everything up before they join. Cooperative ones (KIP-429) keep it, learn with the new
 * assignment what to give up, and then join once more, so that it can be given to somebody else.
 */
final class GroupMembership {

    /** The coordinator waits so long for the members; it needs a moment more to answer. */
    private static final Duration JOIN_MARGIN = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final Loop loop;
    private final Group group;
    private final Owner owner;

    private Phase phase = Phase.OUTSIDE;
    private String memberId = GroupRequests.NO_MEMBER;
    private int generation = GroupRequests.NO_GENERATION;
    private boolean rejoin = true;
    private String reason = "first join";

    /** The generation in which the owned partitions were given, for the stickiness of the next assignment. */
    private int ownedGeneration = GroupRequests.NO_GENERATION;

    /** What has been assigned and not been taken over yet, because no poll was under way. */
    private @Nullable Set<TopicPartition> toTakeOver;

    /** The coordinator has given our partitions away; to be told at the next poll. */
    private boolean lost;

    /** The owner is being told something and has not finished. */
    private boolean telling;

    private @Nullable ClientError failure;

    /** Whether we share out; then: what all members subscribe to, and how many partitions there were of each topic. */
    private boolean leads;

    private Set<String> topicsOfGroup = Set.of();
    private Map<String, Integer> sharedOut = Map.of();

    private long lastPollNanos;
    private long lastHeartbeatNanos;
    private boolean heartbeating;
    private Loop.@Nullable Timer heartbeatTimer;
    private Loop.@Nullable Timer retryTimer;
    private int failures;

    /** Changes when the member leaves or starts over: answers to what was asked before are of no interest. */
    private int life;

    private enum Phase {
        OUTSIDE,
        JOINING,
        SYNCING,
        MEMBER
    }

    /** Whose membership it is. */
    interface Owner {

        Set<String> subscription();

        Set<TopicPartition> owned();

        boolean isPolling();

        Eventual<Done> revoked(Set<TopicPartition> partitions);

        Eventual<Done> assigned(Set<TopicPartition> partitions);

        Eventual<Done> lost(Set<TopicPartition> partitions);

        /** The leader has to know about topics of all members. */
        void wantAlso(Set<String> topics);

        /** Something has changed that a poll may wait for. */
        void progressed();
    }

    GroupMembership(Cluster cluster, Group group, Owner owner) {
        this.cluster = cluster;
        this.loop = cluster.loop();
        this.group = group;
        this.owner = owner;
        this.lastPollNanos = loop.clock().nanos();
    }

    /** Who the commits of this member come from. */
    Committer committer() {
        return new Committer(group.id(), generation, memberId, group.instanceId());
    }

    /** Why the member cannot be in the group, until it subscribes again. */
    Optional<ClientError> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether the caller must wait before it gets more records: partitions are coming or going. */
    boolean isChanging() {
        return telling || toTakeOver != null || lost;
    }

    /** Another subscription, or another reason for a new assignment. */
    void rejoin(String why) {
        rejoin = true;
        reason = why;
        failure = null;
        if (owner.isPolling()) {
            proceed();
        }
    }

    /** A poll is under way: time for what must not happen without one. */
    void polled() {
        lastPollNanos = loop.clock().nanos();
        proceed();
    }

    /** The caller has got what it waited for, and works on it. */
    void pollEnded() {
        lastPollNanos = loop.clock().nanos();
    }

    private void proceed() {
        if (telling || failure != null || retryTimer != null) {
            return;
        }
        if (lost) {
            lost = false;
            tell(owner.lost(owner.owned()));
        } else if (toTakeOver != null) {
            takeOver(toTakeOver);
        } else if (rejoin && (phase == Phase.OUTSIDE || phase == Phase.MEMBER)) {
            prepareToJoin();
        }
    }

    /** Goes on when the owner has finished with what it was told. */
    private void tell(Eventual<Done> told) {
        telling = true;
        told.then(outcome -> {
            telling = false;
            owner.progressed();
            if (owner.isPolling()) {
                proceed();
            }
        });
    }

    private void prepareToJoin() {
        Set<TopicPartition> giveUp = new TreeSet<>(owner.owned());
        if (group.cooperative()) {
            giveUp.removeIf(partition -> owner.subscription().contains(partition.topic()));
        }
        if (giveUp.isEmpty()) {
            join();
        } else {
            tell(owner.revoked(giveUp));
        }
    }

    // Joining

    private void join() {
        phase = Phase.JOINING;
        rejoin = false;
        int then = life;
        cluster.coordinators().find(group.id()).then(outcome -> {
            if (then != life) {
                return;
            }
            switch (outcome) {
                case Result.Success<Coordinators.Lookup>(Coordinators.Lookup.Found(Broker coordinator)) ->
                    askToJoin(coordinator);
                case Result.Success<Coordinators.Lookup>(Coordinators.Lookup.NotNow _) -> joinLater();
                case Result.Success<Coordinators.Lookup>(Coordinators.Lookup.Never(ClientError error)) -> fail(error);
                case Result.Failure<Coordinators.Lookup>(ClientError error) -> fail(error);
            }
        });
    }

    private void askToJoin(Broker coordinator) {
        Set<TopicPartition> owned = owner.owned();
        ByteBuffer subscription = ConsumerProtocol.subscription(
                owner.subscription(), owned, ownedGeneration, cluster.settings().rack());
        Call<JoinGroupResponse> call = GroupRequests.join(group, memberId, subscription, reason);
        Duration timeout = group.maxPollInterval().plus(JOIN_MARGIN);
        ask(coordinator, call, timeout, answer -> joined(coordinator, answer));
    }

    private void joined(Broker coordinator, JoinGroupResponse response) {
        ErrorCode error = ErrorCode.forCode(response.errorCode());
        if (error == ErrorCode.MEMBER_ID_REQUIRED) {
            memberId = response.memberId();
            askToJoin(coordinator);
            return;
        }
        if (error.isError()) {
            refused(error, coordinator);
            return;
        }
        failures = 0;
        memberId = response.memberId();
        generation = response.generationId();
        phase = Phase.SYNCING;
        lastHeartbeatNanos = loop.clock().nanos();
        String protocol = response.protocolName() == null ? "" : response.protocolName();
        leads = response.leader().equals(memberId);
        if (leads) {
            lead(coordinator, protocol, response);
        } else {
            sync(coordinator, protocol, Map.of());
        }
    }

    /** Shares the partitions out, when it is known how many there are. */
    private void lead(Broker coordinator, String protocol, JoinGroupResponse response) {
        Optional<Assignor> assignor = Assignor.named(protocol).filter(group.assignors()::contains);
        if (assignor.isEmpty()) {
            fail(new ClientError.Refused(
                    ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "the group chose an unknown assignor: " + protocol));
            return;
        }
        List<GroupMember> members = new ArrayList<>();
        Set<String> topics = new TreeSet<>();
        response.members().forEach(member -> {
            GroupMember parsed = ConsumerProtocol.member(member.memberId(), member.groupInstanceId(), member.metadata())
                    .orElse(new GroupMember(
                            member.memberId(),
                            member.groupInstanceId(),
                            List.of(),
                            List.of(),
                            GroupRequests.NO_GENERATION));
            members.add(parsed);
            topics.addAll(parsed.topics());
        });
        topicsOfGroup = topics;
        owner.wantAlso(topics);
        int then = life;
        Runnable shareOut = () -> {
            if (then == life && phase == Phase.SYNCING) {
                sharedOut = counts(topics);
                // A static leader that comes back finds everything as it was, and must leave it so (KIP-814).
                sync(
                        coordinator,
                        protocol,
                        response.skipAssignment() ? Map.of() : assignor.get().assign(sharedOut, members));
            }
        };
        if (cluster.view().topics().keySet().containsAll(topics)) {
            shareOut.run();
        } else {
            cluster.metadata().refresh().then(view -> shareOut.run());
        }
    }

    private Map<String, Integer> counts(Set<String> topics) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String topic : topics) {
            cluster.view()
                    .topic(topic)
                    .ifPresent(known -> counts.put(topic, known.partitions().size()));
        }
        return counts;
    }

    /** The view of the cluster has changed: as leader, is there something else to be shared out now? */
    void viewChanged() {
        if (leads && phase == Phase.MEMBER && !rejoin && !counts(topicsOfGroup).equals(sharedOut)) {
            rejoin("the partitions of a topic have changed");
        }
    }

    private void sync(Broker coordinator, String protocol, Map<String, List<TopicPartition>> assignment) {
        Call<SyncGroupResponse> call = GroupRequests.sync(group, generation, memberId, protocol, assignment);
        Duration timeout = group.maxPollInterval().plus(JOIN_MARGIN);
        ask(coordinator, call, timeout, response -> synced(coordinator, response));
    }

    private void synced(Broker coordinator, SyncGroupResponse response) {
        ErrorCode error = ErrorCode.forCode(response.errorCode());
        if (error.isError()) {
            refused(error, coordinator);
            return;
        }
        Optional<List<TopicPartition>> assigned = ConsumerProtocol.assigned(response.assignment());
        if (assigned.isEmpty()) {
            fail(new ClientError.Refused(
                    ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "the leader of the group sent an unreadable assignment"));
            return;
        }
        phase = Phase.MEMBER;
        toTakeOver = new TreeSet<>(assigned.get());
        lastHeartbeatNanos = loop.clock().nanos();
        scheduleHeartbeat();
        owner.progressed();
        if (owner.isPolling()) {
            proceed();
        }
    }

    private void takeOver(Set<TopicPartition> assigned) {
        Set<TopicPartition> giveUp = new TreeSet<>(owner.owned());
        giveUp.removeAll(assigned);
        if (!giveUp.isEmpty()) {
            // They are withheld from their next owner until we have joined again without them.
            rejoin = true;
            reason = "partitions were revoked";
            tell(owner.revoked(giveUp));
            return;
        }
        toTakeOver = null;
        ownedGeneration = generation;
        Set<TopicPartition> added = new TreeSet<>(assigned);
        added.removeAll(owner.owned());
        tell(owner.assigned(added));
    }

    // Refusals

    /** The coordinator has refused to let us in, or does not count us in any more. */
    private void refused(ErrorCode error, Broker coordinator) {
        switch (error) {
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE -> {
                cluster.coordinators().forget(group.id(), coordinator);
                joinLater();
            }
            case COORDINATOR_LOAD_IN_PROGRESS, REBALANCE_IN_PROGRESS, REQUEST_TIMED_OUT -> joinLater();
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION -> {
                startOver(error == ErrorCode.UNKNOWN_MEMBER_ID);
                joinLater();
            }
            default -> fail(new ClientError.Refused(error, "group " + group.id() + ": " + error.message()));
        }
    }

    /** What we own counts no more; somebody else may have it by now. */
    private void startOver(boolean asAnother) {
        generation = GroupRequests.NO_GENERATION;
        ownedGeneration = GroupRequests.NO_GENERATION;
        toTakeOver = null;
        leads = false;
        if (asAnother) {
            memberId = GroupRequests.NO_MEMBER;
        }
        lost = !owner.owned().isEmpty();
        stopHeartbeat();
    }

    private void joinLater() {
        phase = Phase.OUTSIDE;
        rejoin = true;
        failures++;
        int then = life;
        if (retryTimer != null) {
            retryTimer.cancel();
        }
        retryTimer = loop.schedule(
                cluster.settings().retry().delay(failures, cluster.host().entropy()), () -> {
                    retryTimer = null;
                    if (then == life && owner.isPolling()) {
                        proceed();
                    }
                });
    }

    private void fail(ClientError error) {
        failure = error;
        phase = Phase.OUTSIDE;
        rejoin = true;
        startOver(true);
        owner.progressed();
    }

    /** What the coordinator said to a commit may be news about the membership. */
    void commitRefused(ErrorCode error, Committer who) {
        if (who.generation() != generation || phase != Phase.MEMBER) {
            return;
        }
        switch (error) {
            case REBALANCE_IN_PROGRESS -> rejoin("the group is rebalancing");
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID -> outcast(error);
            default -> {}
        }
    }

    /** We are not a member any more. */
    private void outcast(ErrorCode error) {
        life++;
        phase = Phase.OUTSIDE;
        if (error == ErrorCode.FENCED_INSTANCE_ID) {
            fail(new ClientError.Refused(error, "group " + group.id() + ": " + error.message()));
            return;
        }
        startOver(error == ErrorCode.UNKNOWN_MEMBER_ID);
        rejoin("no longer a member: " + error);
    }

    // Heartbeats

    private void scheduleHeartbeat() {
        stopHeartbeat();
        heartbeatTimer = loop.schedule(group.heartbeat(), this::heartbeat);
    }

    private void stopHeartbeat() {
        if (heartbeatTimer != null) {
            heartbeatTimer.cancel();
            heartbeatTimer = null;
        }
    }

    private void heartbeat() {
        heartbeatTimer = null;
        if (phase != Phase.MEMBER) {
            return;
        }
        long now = loop.clock().nanos();
        if (!owner.isPolling() && now - lastPollNanos > group.maxPollInterval().toNanos()) {
            leaveForNow();
            return;
        }
        scheduleHeartbeat();
        if (heartbeating) {
            return;
        }
        Optional<Broker> coordinator = cluster.coordinators().known(group.id());
        if (coordinator.isEmpty()) {
            cluster.coordinators().find(group.id());
            return;
        }
        if (now - lastHeartbeatNanos > group.session().toNanos()) {
            cluster.coordinators().forget(group.id(), coordinator.get());
        }
        heartbeating = true;
        int then = life;
        cluster.links()
                .send(
                        coordinator.get(),
                        Lane.GROUP,
                        GroupRequests.heartbeat(group, generation, memberId),
                        new Heartbeating(coordinator.get(), generation, then));
    }

    private final class Heartbeating implements Reply<HeartbeatResponse> {

        private final Broker coordinator;
        private final int inGeneration;
        private final int then;

        Heartbeating(Broker coordinator, int inGeneration, int then) {
            this.coordinator = coordinator;
            this.inGeneration = inGeneration;
            this.then = then;
        }

        @Override
        public void answered(Answer<HeartbeatResponse> answer) {
            heartbeating = false;
            if (then != life || phase != Phase.MEMBER || inGeneration != generation) {
                return;
            }
            ErrorCode error = ErrorCode.forCode(answer.response().errorCode());
            switch (error) {
                case NONE -> lastHeartbeatNanos = loop.clock().nanos();
                case REBALANCE_IN_PROGRESS -> {
                    lastHeartbeatNanos = loop.clock().nanos();
                    rejoin("the group is rebalancing");
                }
                case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE ->
                    cluster.coordinators().forget(group.id(), coordinator);
                case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID -> outcast(error);
                case GROUP_AUTHORIZATION_FAILED ->
                    fail(new ClientError.Refused(error, "group " + group.id() + ": " + error.message()));
                default -> {
                    // The next heartbeat will tell.
                }
            }
        }

        @Override
        public void failed(PeerFault fault) {
            heartbeating = false;
            cluster.coordinators().forget(group.id(), coordinator);
        }
    }

    // Leaving

    /**
     * The caller does not poll: others shall go on with our partitions. A static member just falls silent (KIP-345).
     */
    private void leaveForNow() {
        life++;
        phase = Phase.OUTSIDE;
        if (group.instanceId() == null) {
            sendLeave("no poll for " + group.maxPollInterval().toMillis() + " ms");
        }
        startOver(group.instanceId() == null);
        rejoin = true;
        reason = "polled again";
    }

    /** Leaves for good. Static members stay, until their session ends: they may come back. */
    Eventual<Done> leave(String why) {
        life++;
        stopHeartbeat();
        if (retryTimer != null) {
            retryTimer.cancel();
            retryTimer = null;
        }
        phase = Phase.OUTSIDE;
        Eventual<Done> left = group.instanceId() == null ? sendLeave(why) : Eventual.done();
        memberId = GroupRequests.NO_MEMBER;
        generation = GroupRequests.NO_GENERATION;
        ownedGeneration = GroupRequests.NO_GENERATION;
        toTakeOver = null;
        lost = false;
        leads = false;
        rejoin = true;
        return left;
    }

    private Eventual<Done> sendLeave(String why) {
        Optional<Broker> coordinator = cluster.coordinators().known(group.id());
        if (memberId.isEmpty() || coordinator.isEmpty()) {
            return Eventual.done();
        }
        Eventual<Done> left = new Eventual<>();
        cluster.links()
                .send(
                        coordinator.get(),
                        // Not behind a join that is still waiting.
                        Lane.PROMPT,
                        GroupRequests.leave(group, memberId, why),
                        new Reply<LeaveGroupResponse>() {
                            @Override
                            public void answered(Answer<LeaveGroupResponse> answer) {
                                left.succeed(Done.DONE);
                            }

                            @Override
                            public void failed(PeerFault fault) {
                                left.succeed(Done.DONE);
                            }
                        });
        return left;
    }

    /** Asks the coordinator; if it cannot be reached, looks for it again, and joins again. */
    private <R extends Response> void ask(Broker coordinator, Call<R> call, Duration timeout, Consumer<R> then) {
        int life = this.life;
        cluster.links().send(coordinator.endpoint(), Lane.GROUP, call, timeout, new Reply<R>() {
            @Override
            public void answered(Answer<R> answer) {
                if (life == GroupMembership.this.life) {
                    then.accept(answer.response());
                }
            }

            @Override
            public void failed(PeerFault fault) {
                if (life != GroupMembership.this.life) {
                    return;
                }
                if (Faults.isFinal(fault)) {
                    fail(Faults.error(fault));
                } else {
                    cluster.coordinators().forget(group.id(), coordinator);
                    joinLater();
                }
            }
        });
    }
}
