package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a member of the quorum has to know.
 *
 * @param directoryId of the directory that the log's folder is in: with another one it is another member
 * @param directory the log's own folder, which is made if it does not exist
 * @param bind where to listen for the other members; port 0 picks a free one
 * @param advertised where the others reach this one; port 0 stands for the port that is bound
 * @param voters the first voters by node id ({@code controller.quorum.voters}), this node among them if it is one;
 *     where the others are now, even if they were elsewhere before
 * @param bootstrapServers further addresses at which to ask for the quorum
 *     ({@code controller.quorum.bootstrap.servers})
 * @param fetchTimeout how long at most a voter waits for a leader that says nothing before it wants another one
 *     ({@code controller.quorum.fetch.timeout.ms}); some wait only for half of it
 * @param seed what a single node has that begins a quorum; only looked at as long as there is none
 */
public record QuorumSettings(
        int nodeId,
        Uuid directoryId,
        Path directory,
        Endpoint bind,
        Endpoint advertised,
        Map<Integer, Endpoint> voters,
        List<Endpoint> bootstrapServers,
        Duration fetchTimeout,
        Optional<Seed> seed) {

    /** A dead leader is replaced within about that, and one that is merely busy is not taken for dead. */
    public static final Duration USUAL_FETCH_TIMEOUT = Duration.ofMillis(600);

    /** The state after all entries up to and including that offset. */
    public record Seed(long lastOffset, ByteBuffer state) {}

    public QuorumSettings {
        voters = new TreeMap<>(voters);
        bootstrapServers = List.copyOf(bootstrapServers);
        if (fetchTimeout.toMillis() < 20) {
            throw new IllegalArgumentException("too short to tell a dead leader from a living one: " + fetchTimeout);
        }
    }

    MemberId self() {
        return new MemberId(nodeId, directoryId);
    }
}
