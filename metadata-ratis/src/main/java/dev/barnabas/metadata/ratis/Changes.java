package dev.barnabas.metadata.ratis;

import dev.barnabas.metadata.Quorum;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.JavaUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes of who takes part and who leads, asked of Ratis. Blocks: for virtual threads. */
final class Changes {

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration RESIGNATION_LIMIT = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(50);

    private final Membership membership;
    private final ClientId client = ClientId.randomId();

    Changes(Membership membership) {
        this.membership = membership;
    }

    /** Who there is to be. */
    private record Roles(List<RaftPeer> voters, List<RaftPeer> observers) {

        static Roles now(RaftServer.Division division) {
            return new Roles(
                    new ArrayList<>(division.getRaftConf().getAllPeers(RaftPeerRole.FOLLOWER)),
                    new ArrayList<>(division.getRaftConf().getAllPeers(RaftPeerRole.LISTENER)));
        }
    }

    /** What the change is; empty if it cannot be. */
    @FunctionalInterface
    private interface Plan {
        Optional<Refusal> change(Roles roles);
    }

    /** Adds somebody who asked for it as an observer, in place of one that the same node was with another disk. */
    void admit(Greeting greeting) {
        Optional<Refusal> refusal = change(roles -> {
            roles.observers.removeIf(peer ->
                    MemberId.of(peer.getId()).nodeId() == greeting.from().nodeId());
            if (roles.voters.stream()
                    .noneMatch(peer -> peer.getId().equals(greeting.from().peer()))) {
                roles.observers.add(new Member(greeting.from(), greeting.address(), false).peer());
            }
            return Optional.empty();
        });
        refusal.ifPresent(why -> LOG.debug("{} could not be added: {}", greeting.from(), why.message()));
    }

    Optional<Refusal> addVoter(Quorum.Voter voter) {
        MemberId id = new MemberId(voter.nodeId(), voter.directoryId());
        return change(roles -> {
            if (roles.voters.stream().anyMatch(peer -> MemberId.of(peer.getId()).nodeId() == voter.nodeId())) {
                return refuse(ErrorCode.DUPLICATE_VOTER, "node " + voter.nodeId() + " is a voter already");
            }
            roles.observers.removeIf(peer -> MemberId.of(peer.getId()).nodeId() == voter.nodeId());
            roles.voters.add(new Member(id, voter.address(), true).peer());
            return Optional.empty();
        });
    }

    Optional<Refusal> removeVoter(int nodeId, Uuid directoryId) {
        MemberId id = new MemberId(nodeId, directoryId);
        if (id.equals(membership.self()) && leads().isPresent()) {
            resign();
            return refuse(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    "node " + nodeId + " was leading and has handed that over; ask the new leader to remove it");
        }
        return change(roles -> {
            Optional<RaftPeer> removed = roles.voters.stream()
                    .filter(peer -> peer.getId().equals(id.peer()))
                    .findFirst();
            if (removed.isEmpty()) {
                return refuse(ErrorCode.VOTER_NOT_FOUND, "no voter " + nodeId + " with directory " + directoryId);
            }
            if (roles.voters.size() == 1) {
                return refuse(ErrorCode.INVALID_REQUEST, "the last voter cannot be removed");
            }
            roles.voters.remove(removed.get());
            boolean replaced = roles.observers.stream()
                    .anyMatch(peer -> MemberId.of(peer.getId()).nodeId() == nodeId);
            if (!replaced && isThere(id)) {
                roles.observers.add(removed.get());
            }
            return Optional.empty();
        });
    }

    private boolean isThere(MemberId id) {
        return leads().flatMap(division -> Followers.of(division).find(id))
                .filter(follower -> follower.silentMs()
                        < membership.fetchTimeout().multipliedBy(3).toMillis())
                .isPresent();
    }

    /** Tries until it is done, refused or too late: only one change can be under way. */
    private Optional<Refusal> change(Plan plan) {
        long start = System.nanoTime();
        Refusal last = new Refusal(ErrorCode.REQUEST_TIMED_OUT, "another change of the members is under way");
        while (System.nanoTime() - start < LIMIT.toNanos()) {
            Optional<RaftServer.Division> leading = leads();
            if (leading.isEmpty()) {
                return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, "this node does not lead the metadata quorum");
            }
            Roles roles = Roles.now(leading.get());
            Optional<Refusal> refusal = plan.change(roles);
            if (refusal.isPresent()) {
                return refusal;
            }
            try {
                RaftClientReply reply = leading.get()
                        .getRaftServer()
                        .setConfigurationAsync(request(roles))
                        .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                if (reply.isSuccess()) {
                    return Optional.empty();
                }
                last = refusal(reply.getException());
            } catch (ExecutionException fault) {
                last = refusal(JavaUtils.unwrapCompletionException(fault.getCause()));
            } catch (TimeoutException | IOException fault) {
                last = refusal(fault);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return refuse(ErrorCode.REQUEST_TIMED_OUT, "interrupted");
            }
            if (last.error() != ErrorCode.REBALANCE_IN_PROGRESS) {
                return Optional.of(last);
            }
            last = new Refusal(ErrorCode.REQUEST_TIMED_OUT, last.message());
            if (!pause()) {
                break;
            }
        }
        return Optional.of(last);
    }

    private SetConfigurationRequest request(Roles roles) {
        return new SetConfigurationRequest(
                client,
                membership.self().peer(),
                Membership.GROUP,
                CallId.getAndIncrement(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setServersInNewConf(roles.voters)
                        .setListenersInNewConf(roles.observers)
                        .build());
    }

    private static Refusal refusal(Throwable fault) {
        Throwable cause =
                fault instanceof ExecutionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : fault;
        if (cause instanceof ReconfigurationInProgressException) {
            return new Refusal(ErrorCode.REBALANCE_IN_PROGRESS, "another change of the members is under way");
        }
        return cause instanceof NotLeaderException
                ? new Refusal(ErrorCode.NOT_LEADER_OR_FOLLOWER, "this node does not lead the metadata quorum any more")
                : new Refusal(ErrorCode.REQUEST_TIMED_OUT, "the members could not be changed: " + cause);
    }

    private static Optional<Refusal> refuse(ErrorCode error, String message) {
        return Optional.of(new Refusal(error, message));
    }

    private Optional<RaftServer.Division> leads() {
        try {
            Optional<Membership.Running> running = membership.running();
            if (running.isEmpty()) {
                return Optional.empty();
            }
            RaftServer.Division division = running.get().division();
            return division.getInfo().isLeaderReady() ? Optional.of(division) : Optional.empty();
        } catch (IOException closed) {
            LOG.debug("Ratis does not run", closed);
            return Optional.empty();
        }
    }

    /** Hands over to the voter that is furthest; comes back when it has, or it is not to be. */
    void resign() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < RESIGNATION_LIMIT.toNanos()) {
            Optional<RaftServer.Division> leading = leads();
            if (leading.isEmpty()) {
                return;
            }
            RaftServer.Division division = leading.get();
            Optional<MemberId> successor = Followers.of(division).all().stream()
                    .filter(follower ->
                            division.getRaftConf().getPeer(follower.id().peer(), RaftPeerRole.FOLLOWER) != null
                                    && follower.silentMs()
                                            < membership.fetchTimeout().toMillis())
                    .max(Comparator.comparingLong(Followers.Follower::matchIndex)
                            .thenComparingInt(follower -> -follower.id().nodeId()))
                    .map(Followers.Follower::id);
            if (successor.isPresent()) {
                transfer(division.getRaftServer(), successor.get());
            }
            if (!pause()) {
                return;
            }
        }
    }

    private void transfer(RaftServer server, MemberId successor) {
        try {
            server.transferLeadershipAsync(new TransferLeadershipRequest(
                            client,
                            membership.self().peer(),
                            Membership.GROUP,
                            CallId.getAndIncrement(),
                            successor.peer(),
                            membership.fetchTimeout().toMillis()))
                    .get(RESIGNATION_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | IOException fault) {
            LOG.debug("{} does not take over", successor, fault);
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(AGAIN);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
