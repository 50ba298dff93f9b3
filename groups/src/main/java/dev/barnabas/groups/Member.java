package dev.barnabas.groups;

import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member of a classic group.
 *
 * @param id given by the coordinator
 * @param client who it is; does not change while it is a member
 * @param timeouts what it asked for when it joined last
 * @param protocols what it supports, in the order of its preference; each name once
 * @param assignment what the leader assigned to it; empty while there is none
 * @param waiting what it waits for
 */
record Member(
        String id, Client client, Timeouts timeouts, List<Protocol> protocols, ByteBuffer assignment, Waiting waiting) {
    static final ByteBuffer NO_ASSIGNMENT = ByteBuffer.allocate(0).asReadOnlyBuffer();

    Member {
        protocols = List.copyOf(protocols);
        assignment = assignment.asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer assignment() {
        return assignment.duplicate();
    }

    /**
     * @param instanceId names a static member (KIP-345): one that keeps its place over restarts; null for a dynamic one
     */
    record Client(@Nullable String instanceId, String clientId, String clientHost) {}

    /**
     * @param sessionMs how long it may be silent
     * @param rebalanceMs how long a rebalance waits for it
     */
    record Timeouts(int sessionMs, int rebalanceMs) {}

    /** What a member waits for. Members that wait for the group do not send heartbeats; they are not missed. */
    sealed interface Waiting {
        Waiting NOTHING = new Nothing();

        record Nothing() implements Waiting {}

        /**
         * For the others to join.
         *
         * @param first it has never been told its member id, so nobody else can take its place if it is gone
         */
        record ToJoin(Ticket<JoinGroupResponse> ticket, boolean first) implements Waiting {}

        /** For the leader's assignment. */
        record ToSync(Ticket<SyncGroupResponse> ticket) implements Waiting {}
    }

    Optional<String> instanceId() {
        return Optional.ofNullable(client.instanceId());
    }

    boolean isStatic() {
        return client.instanceId() != null;
    }

    boolean isJoining() {
        return waiting instanceof Waiting.ToJoin;
    }

    /** What it says to a protocol; empty if it does not support it. */
    ByteBuffer metadata(String protocol) {
        for (Protocol supported : protocols) {
            if (supported.name().equals(protocol)) {
                return supported.metadata();
            }
        }
        return ByteBuffer.allocate(0);
    }

    Member withId(String newId) {
        return new Member(newId, client, timeouts, protocols, assignment, waiting);
    }

    Member with(Timeouts newTimeouts, List<Protocol> newProtocols) {
        return new Member(id, client, newTimeouts, newProtocols, assignment, waiting);
    }

    Member withAssignment(ByteBuffer newAssignment) {
        return new Member(id, client, timeouts, protocols, newAssignment, waiting);
    }

    Member waitingFor(Waiting newWaiting) {
        return new Member(id, client, timeouts, protocols, assignment, newWaiting);
    }
}
