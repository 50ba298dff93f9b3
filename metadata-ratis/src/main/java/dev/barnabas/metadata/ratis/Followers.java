package dev.barnabas.metadata.ratis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/** How far the others are, as a leader knows it; nobody where this node does not lead. */
record Followers(List<Follower> all) {

    /**
     * @param matchIndex of the last entry that it has, as far as the leader knows
     * @param silentMs since when it has not answered
     */
    record Follower(MemberId id, long matchIndex, long silentMs) {}

    static Followers of(RaftServer.Division division) {
        List<Follower> all = new ArrayList<>();
        // Both come in the order of Ratis' senders.
        List<ServerRpcProto> calls =
                division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        long[] matches = division.getInfo().getFollowerMatchIndices();
        for (int i = 0; matches != null && i < Math.min(calls.size(), matches.length); i++) {
            ServerRpcProto call = calls.get(i);
            all.add(new Follower(
                    MemberId.of(RaftPeerId.valueOf(call.getId().getId())), matches[i], call.getLastRpcElapsedTimeMs()));
        }
        return new Followers(all);
    }

    Optional<Follower> find(MemberId id) {
        return all.stream().filter(follower -> follower.id.equals(id)).findFirst();
    }
}
