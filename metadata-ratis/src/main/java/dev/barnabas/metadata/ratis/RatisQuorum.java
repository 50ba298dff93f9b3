package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Quorum;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.server.RaftServer;

/** The quorum as this member knows it. Belongs to the log's loop; asks Ratis on virtual threads. */
final class RatisQuorum implements Quorum {

    private final Membership membership;
    private final Loop loop;
    private final Changes changes;
    private OptionalInt leader = OptionalInt.empty();
    private boolean closed;
    /** When others were seen to have everything, on the wall clock. */
    private final Map<MemberId, Long> caughtUp = new HashMap<>();

    RatisQuorum(Membership membership, Loop loop) {
        this.membership = membership;
        this.loop = loop;
        this.changes = new Changes(membership);
    }

    void leader(OptionalInt known) {
        leader = known;
    }

    void close() {
        closed = true;
    }

    @Override
    public OptionalInt leader() {
        return leader;
    }

    @Override
    public void describe(Consumer<Description> then) {
        loop.requireCurrent();
        OptionalInt known = leader;
        long now = loop.clock().wallMs();
        ask(() -> describe(known, now), then);
    }

    private Description describe(OptionalInt known, long now) {
        try {
            Optional<Membership.Running> running = membership.running();
            if (running.isPresent()) {
                return describe(running.get().division(), known, now);
            }
        } catch (IOException closing) {
            // Then nothing is known.
            return new Description(OptionalInt.empty(), 0, 0, List.of(), List.of());
        }
        return new Description(known, 0, 0, List.of(), List.of());
    }

    private Description describe(RaftServer.Division division, OptionalInt known, long now) {
        long committed = division.getRaftLog().getLastCommittedIndex();
        Followers followers = Followers.of(division);
        List<Member> voters = new ArrayList<>();
        List<Member> observers = new ArrayList<>();
        for (dev.barnabas.metadata.ratis.Member member : membership.members(division.getRaftConf())) {
            Member described = member.id().equals(membership.self())
                    ? self(member, division, now)
                    : other(member, followers.find(member.id()), committed, now);
            (member.votes() ? voters : observers).add(described);
        }
        return new Description(known, (int) division.getInfo().getCurrentTerm(), committed + 1, voters, observers);
    }

    private static Member self(dev.barnabas.metadata.ratis.Member member, RaftServer.Division division, long now) {
        return new Member(
                member.id().nodeId(),
                member.id().directoryId(),
                Optional.of(member.address()),
                division.getRaftLog().getNextIndex(),
                now,
                division.getInfo().isLeader() ? now : -1);
    }

    private Member other(
            dev.barnabas.metadata.ratis.Member member,
            Optional<Followers.Follower> follower,
            long committed,
            long now) {
        long end = follower.map(known -> known.matchIndex() < 0 ? -1 : known.matchIndex() + 1)
                .orElse(-1L);
        long fetched = follower.map(known -> now - known.silentMs()).orElse(-1L);
        long caught;
        synchronized (caughtUp) {
            if (end > committed) {
                caughtUp.put(member.id(), fetched);
            }
            caught = caughtUp.getOrDefault(member.id(), -1L);
        }
        return new Member(
                member.id().nodeId(), member.id().directoryId(), Optional.of(member.address()), end, fetched, caught);
    }

    @Override
    public void addVoter(Voter voter, Consumer<Optional<Refusal>> then) {
        loop.requireCurrent();
        ask(() -> changes.addVoter(voter), then);
    }

    @Override
    public void removeVoter(int nodeId, Uuid directoryId, Consumer<Optional<Refusal>> then) {
        loop.requireCurrent();
        ask(() -> changes.removeVoter(nodeId, directoryId), then);
    }

    @Override
    public void resign(Runnable then) {
        loop.requireCurrent();
        ask(
                () -> {
                    changes.resign();
                    return Optional.of(new Refusal(ErrorCode.NONE, ""));
                },
                done -> then.run());
    }

    private <T> void ask(Supplier<T> question, Consumer<T> then) {
        Thread.ofVirtual().name("quorum-question").start(() -> {
            T answer = question.get();
            loop.execute(() -> {
                if (!closed) {
                    then.accept(answer);
                }
            });
        });
    }
}
