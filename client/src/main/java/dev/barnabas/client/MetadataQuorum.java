package dev.barnabas.client;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Optional;

/**
 * How the quorum that keeps the cluster's metadata stands, as its leader sees it.
 *
 * @param leader the node that hosts the active controller; -1 if there is none
 * @param leaderEpoch the number of its term
 * @param highWatermark behind the last entry that is committed
 * @param voters those whose majority decides
 * @param observers those who follow
 */
public record MetadataQuorum(
        int leader, int leaderEpoch, long highWatermark, List<Member> voters, List<Member> observers) {

    public MetadataQuorum {
        voters = List.copyOf(voters);
        observers = List.copyOf(observers);
    }

    /**
     * @param directoryId of the directory in which it keeps the log; {@link Uuid#ZERO} if the broker is too old to tell
     * @param address where the other members reach it, if the broker tells
     * @param logEndOffset behind the last entry that it is known to have; -1 if not known
     * @param lastFetchMs when it was heard of last, as a time of day; -1 if not known
     * @param lastCaughtUpMs when it had all that the leader had; -1 if not known
     */
    public record Member(
            int nodeId,
            Uuid directoryId,
            Optional<Endpoint> address,
            long logEndOffset,
            long lastFetchMs,
            long lastCaughtUpMs) {}

    /**
     * A node that is to vote.
     *
     * @param listener the name of the controllers' listeners
     * @param address where the others reach it
     */
    public record NewVoter(int nodeId, Uuid directoryId, String listener, Endpoint address) {}
}
