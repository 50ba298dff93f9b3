package dev.barnabas.metadata.ratis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** Ratis' calls to other members, and theirs to Ratis. Ratis finds it by the name of {@link Type}. */
final class RaftTransport implements RaftServerRpc {

    private static final String KEY = RaftTransport.class.getName();
    /** Whoever gets a snapshot writes it before it answers. */
    private static final Duration SNAPSHOT_TIMEOUT = Duration.ofSeconds(20);

    private final Ways ways;

    private RaftTransport(Ways ways) {
        this.ways = ways;
    }

    /**
     * What outlives a server of Ratis.
     *
     * @param timeout of calls that are answered at once, or after a sync
     */
    record Ways(Transport transport, Addresses addresses, InetSocketAddress own, Duration timeout) {

        Parameters parameters() {
            Parameters parameters = new Parameters();
            parameters.put(KEY, this, Ways.class);
            return parameters;
        }
    }

    /** Made by Ratis, by its name. */
    public static final class Type implements RpcType {

        @Override
        public String name() {
            return Type.class.getName();
        }

        @Override
        public RpcFactory newFactory(Parameters parameters) {
            return new Factory(parameters.getNonNull(KEY, Ways.class), this);
        }
    }

    private record Factory(Ways ways, RpcType getRpcType) implements ServerFactory {

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return new RaftTransport(ways);
        }
    }

    /** Hands a call of another member to Ratis, if it is meant for this one. */
    static byte[] receive(RaftServer server, byte kind, byte[] content) throws IOException {
        return switch (kind) {
            case Frame.VOTE -> {
                RequestVoteRequestProto request = RequestVoteRequestProto.parseFrom(content);
                requireAddressee(server, request.getServerRequest());
                yield server.requestVote(request).toByteArray();
            }
            case Frame.APPEND -> {
                AppendEntriesRequestProto request = AppendEntriesRequestProto.parseFrom(content);
                requireAddressee(server, request.getServerRequest());
                yield server.appendEntries(request).toByteArray();
            }
            case Frame.SNAPSHOT -> {
                InstallSnapshotRequestProto request = InstallSnapshotRequestProto.parseFrom(content);
                requireAddressee(server, request.getServerRequest());
                yield server.installSnapshot(request).toByteArray();
            }
            case Frame.ELECTION -> {
                StartLeaderElectionRequestProto request = StartLeaderElectionRequestProto.parseFrom(content);
                requireAddressee(server, request.getServerRequest());
                yield server.startLeaderElection(request).toByteArray();
            }
            default -> throw new IOException("a call of kind " + kind);
        };
    }

    /** A member with a new disk at the old one's address must not vote or acknowledge in its place. */
    private static void requireAddressee(RaftServer server, RaftRpcRequestProto request) throws IOException {
        RaftPeerId addressee = RaftPeerId.valueOf(request.getReplyId());
        if (!addressee.equals(server.getId())) {
            throw new IOException("this is " + server.getId() + ", not " + addressee);
        }
    }

    private byte[] call(ByteString to, byte kind, byte[] content, Duration timeout) throws IOException {
        MemberId member = MemberId.of(RaftPeerId.valueOf(to));
        return ways.transport.call(ways.addresses.get(member), kind, content, timeout);
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        ByteString to = request.getServerRequest().getReplyId();
        return RequestVoteReplyProto.parseFrom(call(to, Frame.VOTE, request.toByteArray(), ways.timeout));
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) throws IOException {
        ByteString to = request.getServerRequest().getReplyId();
        return AppendEntriesReplyProto.parseFrom(call(to, Frame.APPEND, request.toByteArray(), ways.timeout));
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        ByteString to = request.getServerRequest().getReplyId();
        return InstallSnapshotReplyProto.parseFrom(call(to, Frame.SNAPSHOT, request.toByteArray(), SNAPSHOT_TIMEOUT));
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
            throws IOException {
        ByteString to = request.getServerRequest().getReplyId();
        return StartLeaderElectionReplyProto.parseFrom(call(to, Frame.ELECTION, request.toByteArray(), ways.timeout));
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> peers) {
        peers.forEach(peer -> ways.addresses.logs(Member.of(peer, true)));
    }

    @Override
    public void handleException(RaftPeerId serverId, Exception e, boolean reconnect) {
        // A connection that fails is given up by itself.
    }

    @Override
    public RpcType getRpcType() {
        return new Type();
    }

    @Override
    public InetSocketAddress getInetSocketAddress() {
        return ways.own;
    }

    @Override
    public void start() {
        // It listens all the time, whether Ratis runs or not.
    }

    @Override
    public void close() {
        // The connections outlive Ratis.
    }
}
