package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.ConsumerSettings.Group;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.HeartbeatResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the coordinator that a member is alive, and the member what the coordinator says to that. Owned by its loop.
 */
final class Heartbeats {

    private final Cluster cluster;
    private final Loop loop;
    private final Group group;
    private final Listener listener;
    private Loop.@Nullable Timer timer;
    private @Nullable Reply<HeartbeatResponse> awaited;
    private int generation;
    private String memberId = GroupRequests.NO_MEMBER;
    private long lastAnswerNanos;

    /** The member. */
    interface Listener {

        /** Whether there is to be another one; false ends them. */
        boolean isAlive();

        /** The coordinator has something to say. */
        void told(ErrorCode error);
    }

    Heartbeats(Cluster cluster, Group group, Listener listener) {
        this.cluster = cluster;
        this.loop = cluster.loop();
        this.group = group;
        this.listener = listener;
    }

    /** From now on, as this member of this generation. */
    void start(int newGeneration, String newMemberId) {
        stop();
        generation = newGeneration;
        memberId = newMemberId;
        lastAnswerNanos = loop.clock().nanos();
        timer = loop.schedule(group.heartbeat(), this::beat);
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        awaited = null;
    }

    private void beat() {
        timer = null;
        if (!listener.isAlive()) {
            return;
        }
        timer = loop.schedule(group.heartbeat(), this::beat);
        if (awaited != null) {
            return;
        }
        Optional<Broker> coordinator = cluster.coordinators().known(group.id());
        if (coordinator.isEmpty()) {
            cluster.coordinators().find(group.id());
            return;
        }
        if (loop.clock().nanos() - lastAnswerNanos > group.session().toNanos()) {
            cluster.coordinators().forget(group.id(), coordinator.get());
        }
        Reply<HeartbeatResponse> reply = new Awaited(coordinator.get());
        awaited = reply;
        cluster.links()
                .send(coordinator.get(), Lane.GROUP, GroupRequests.heartbeat(group, generation, memberId), reply);
    }

    /** One heartbeat; its answer counts only while nothing has come in between. */
    private final class Awaited implements Reply<HeartbeatResponse> {

        private final Broker coordinator;

        Awaited(Broker coordinator) {
            this.coordinator = coordinator;
        }

        @Override
        public void answered(Answer<HeartbeatResponse> answer) {
            if (awaited != this) {
                return;
            }
            awaited = null;
            ErrorCode error = ErrorCode.forCode(answer.response().errorCode());
            if (error == ErrorCode.NONE || error == ErrorCode.REBALANCE_IN_PROGRESS) {
                lastAnswerNanos = loop.clock().nanos();
            } else if (error == ErrorCode.NOT_COORDINATOR || error == ErrorCode.COORDINATOR_NOT_AVAILABLE) {
                cluster.coordinators().forget(group.id(), coordinator);
            }
            if (error.isError()) {
                listener.told(error);
            }
        }

        @Override
        public void failed(PeerFault fault) {
            if (awaited == this) {
                awaited = null;
            }
            cluster.coordinators().forget(group.id(), coordinator);
        }
    }
}
