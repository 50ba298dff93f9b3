package dev.barnabas.metadata;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Who takes part in a metadata log: voters, whose majority decides what is committed, and observers, which only follow.
 * Belongs to the loop of its log and calls back there.
 */
public interface Quorum {

    /**
     * The voter that leads, as far as this node knows; that node hosts the active controller. It is this node itself
     * only while that may append: from {@link MetadataLog.Subscriber#leading} to {@code following}.
     */
    OptionalInt leader();

    /** How the quorum stands, as this node knows it. How far others are is known to the leader alone. */
    void describe(Consumer<Description> then);

    /**
     * Makes a node a voter (KIP-853). It follows already, or comes to follow by this. Only the leader can do it.
     *
     * @param then gets why not, or nothing when it is one
     */
    void addVoter(Voter voter, Consumer<Optional<Refusal>> then);

    /** Makes a voter an observer, or forgets it if it is not there any more (KIP-853). Only the leader can do it. */
    void removeVoter(int nodeId, Uuid directoryId, Consumer<Optional<Refusal>> then);

    /**
     * Hands the leadership over to the voter that is furthest, which a leader does before it stops.
     *
     * @param then called when another one leads, when this node did not lead, or when nobody takes over in time
     */
    void resign(Runnable then);

    /**
     * A voter and where the others reach it.
     *
     * @param directoryId of the directory in which it keeps the log: with another disk it is another voter
     */
    record Voter(int nodeId, Uuid directoryId, Endpoint address) {}

    /**
     * @param leaderEpoch the number of the leader's term
     * @param highWatermark behind the last entry that is committed
     */
    record Description(
            OptionalInt leader, int leaderEpoch, long highWatermark, List<Member> voters, List<Member> observers) {
        public Description {
            voters = List.copyOf(voters);
            observers = List.copyOf(observers);
        }
    }

    /**
     * @param logEndOffset behind the last entry that it is known to have; -1 if not known
     * @param lastFetchMs when it was heard of last; -1 if not known
     * @param lastCaughtUpMs when it had all that the leader had; -1 if not known
     */
    record Member(
            int nodeId,
            Uuid directoryId,
            Optional<Endpoint> address,
            long logEndOffset,
            long lastFetchMs,
            long lastCaughtUpMs) {}
}
