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
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Membership in a classic group: joins, and comes back whenever the group rebalances. Owned by the consumer's loop.
 *
 * <pre>
 *   Outside --poll--> (give up what has to be) --> Joining --> Syncing --> Member --+
 *      ^                                              ^                             |  rebalance, new subscription:
 *      |  left, fenced, lost                          +-------- at the next poll ---+
 *      +----------------------------------------------------------------------------+
 * </pre>
 *
 * <p>Partitions come and go only while a poll is under way ({@link #polled}), so never behind the back of a caller who
 * works on what the last poll returned. Everything else goes on without the caller: {@link Heartbeats}, answers to what
 * was asked, and sharing out as {@link GroupLeader}.
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
    private final Heartbeats heartbeats;
    private final GroupLeader leader;

    private Phase phase = Phase.OUTSIDE;
    private String memberId = GroupRequests.NO_MEMBER;
    private int generation = GroupRequests.NO_GENERATION;
    private boolean leads;
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
    private long lastPollNanos;
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
        this.leader = new GroupLeader(cluster, group, owner::wantAlso);
        this.heartbeats = new Heartbeats(cluster, group, new Heart());
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

    /** The view of the cluster has changed: as leader, is there something else to be shared out now? */
    void viewChanged() {
        if (leads && phase == Phase.MEMBER && !rejoin && leader.isOutdated()) {
            rejoin("the partitions of a topic have changed");
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

    // Joining

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
        ByteBuffer subscription = ConsumerProtocol.subscription(
                owner.subscription(),
                owner.owned(),
                ownedGeneration,
                cluster.settings().rack());
        ask(
                coordinator,
                GroupRequests.join(group, memberId, subscription, reason),
                response -> joined(coordinator, response));
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
        String protocol = response.protocolName() == null ? "" : response.protocolName();
        leads = response.leader().equals(memberId);
        if (!leads) {
            leader.retire();
            sync(coordinator, protocol, Map.of());
            return;
        }
        int then = life;
        int inGeneration = generation;
        leader.shareOut(response).then(outcome -> {
            if (then == life && phase == Phase.SYNCING && inGeneration == generation) {
                switch (outcome) {
                    case Result.Success<Map<String, List<TopicPartition>>>(var assignment) ->
                        sync(coordinator, protocol, assignment);
                    case Result.Failure<Map<String, List<TopicPartition>>>(ClientError fault) -> fail(fault);
                }
            }
        });
    }

    private void sync(Broker coordinator, String protocol, Map<String, List<TopicPartition>> assignment) {
        ask(
                coordinator,
                GroupRequests.sync(group, generation, memberId, protocol, assignment),
                response -> synced(coordinator, response));
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
        heartbeats.start(generation, memberId);
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

    /** Asks the coordinator; if it cannot be reached, looks for it again, and joins again. */
    private <R extends Response> void ask(Broker coordinator, Call<R> call, Consumer<R> then) {
        int now = life;
        Duration timeout = group.maxPollInterval().plus(JOIN_MARGIN);
        cluster.links().send(coordinator.endpoint(), Lane.GROUP, call, timeout, new Reply<R>() {
            @Override
            public void answered(Answer<R> answer) {
                if (now == life) {
                    then.accept(answer.response());
                }
            }

            @Override
            public void failed(PeerFault fault) {
                if (now != life) {
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

    // Refusals

    /** The coordinator has refused to let us in. */
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
            default -> fail(error);
        }
    }

    private void joinLater() {
        phase = Phase.OUTSIDE;
        rejoin = true;
        failures++;
        int then = life;
        stopRetry();
        retryTimer = loop.schedule(
                cluster.settings().retry().delay(failures, cluster.host().entropy()), () -> {
                    retryTimer = null;
                    if (then == life && owner.isPolling()) {
                        proceed();
                    }
                });
    }

    private void stopRetry() {
        if (retryTimer != null) {
            retryTimer.cancel();
            retryTimer = null;
        }
    }

    private void fail(ErrorCode error) {
        fail(new ClientError.Refused(error, "group " + group.id() + ": " + error.message()));
    }

    private void fail(ClientError error) {
        failure = error;
        rejoin = true;
        startOver(true);
        owner.progressed();
    }

    /** What we own counts no more; somebody else may have it by now. */
    private void startOver(boolean asAnother) {
        phase = Phase.OUTSIDE;
        generation = GroupRequests.NO_GENERATION;
        ownedGeneration = GroupRequests.NO_GENERATION;
        toTakeOver = null;
        leads = false;
        if (asAnother) {
            memberId = GroupRequests.NO_MEMBER;
        }
        lost = !owner.owned().isEmpty();
        heartbeats.stop();
    }

    /** We are not a member any more. */
    private void outcast(ErrorCode error) {
        life++;
        if (error == ErrorCode.FENCED_INSTANCE_ID) {
            fail(error);
            return;
        }
        startOver(error == ErrorCode.UNKNOWN_MEMBER_ID);
        rejoin("no longer a member: " + error);
    }

    /** What the coordinator said to a commit may be news about the membership. */
    void commitRefused(ErrorCode error, Committer who) {
        if (who.generation() == generation && phase == Phase.MEMBER) {
            told(error);
        }
    }

    private void told(ErrorCode error) {
        switch (error) {
            case REBALANCE_IN_PROGRESS -> rejoin("the group is rebalancing");
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID -> outcast(error);
            case GROUP_AUTHORIZATION_FAILED -> fail(error);
            default -> {
                // Whatever it is, the next heartbeat will tell whether it lasts.
            }
        }
    }

    /** The member, for its heartbeats. */
    private final class Heart implements Heartbeats.Listener {

        @Override
        public boolean isAlive() {
            if (phase != Phase.MEMBER) {
                return false;
            }
            long sincePoll = loop.clock().nanos() - lastPollNanos;
            if (!owner.isPolling() && sincePoll > group.maxPollInterval().toNanos()) {
                leaveForNow();
                return false;
            }
            return true;
        }

        @Override
        public void told(ErrorCode error) {
            if (phase == Phase.MEMBER) {
                GroupMembership.this.told(error);
            }
        }
    }

    // Leaving

    /**
     * The caller does not poll: others shall go on with our partitions. A static member just falls silent (KIP-345).
     */
    private void leaveForNow() {
        life++;
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
        stopRetry();
        Eventual<Done> left = group.instanceId() == null ? sendLeave(why) : Eventual.done();
        startOver(true);
        lost = false;
        rejoin = true;
        return left;
    }

    private Eventual<Done> sendLeave(String why) {
        Optional<Broker> coordinator = cluster.coordinators().known(group.id());
        if (memberId.isEmpty() || coordinator.isEmpty()) {
            return Eventual.done();
        }
        Eventual<Done> left = new Eventual<>();
        // Not behind a join that is still waiting.
        Lane lane = Lane.PROMPT;
        cluster.links()
                .send(
                        coordinator.get(),
                        lane,
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
}
