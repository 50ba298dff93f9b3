package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a member in its quorum: runs Ratis there and looks after it, tells the others where it is, has it added again
 * if it was dropped, starts Ratis anew where that gave up. Does all that on a virtual thread of its own.
 */
final class Membership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(0x4261726e61626173L, 0x8000000000000001L));

    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);
    private static final Duration PAUSE = Duration.ofMillis(250);
    /** For a former life of the same member to let go of its port and its files. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final QuorumSettings settings;
    private final MemberId self;
    private final EntryStateMachine.Events events;
    private final Addresses addresses;
    private final Transport transport;
    private final Endpoint own;
    private final Search search;
    private final Path file;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object guard = new Object();

    private volatile @Nullable Running running;
    private volatile boolean closed;
    private boolean started;
    private int unfit;

    /** Ratis at work. */
    record Running(RaftServer server, EntryStateMachine machine) {

        RaftServer.Division division() throws IOException {
            return server.getDivision(GROUP);
        }
    }

    /** Makes the folder and listens, but takes no part before it is started. */
    Membership(QuorumSettings settings, EntryStateMachine.Events events) throws IOException {
        this.settings = settings;
        this.self = settings.self();
        this.events = events;
        this.addresses = new Addresses(settings);
        this.file = settings.directory().resolve("members");
        Files.createDirectories(settings.directory());
        this.transport = listen();
        Endpoint advertised = settings.advertised();
        this.own = advertised.port() == 0 ? new Endpoint(advertised.host(), transport.port()) : advertised;
        this.search = new Search(settings, own, addresses, transport);
    }

    private Transport listen() throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                return new Transport(settings.bind(), this::receive);
            } catch (BindException inUse) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new IOException(
                            "cannot listen for the metadata quorum on " + settings.bind() + ": " + inUse.getMessage(),
                            inUse);
                }
                pause(RETRY_PAUSE);
            }
        }
    }

    /** Where the others reach this one. */
    Endpoint address() {
        return own;
    }

    MemberId self() {
        return self;
    }

    Duration fetchTimeout() {
        return settings.fetchTimeout();
    }

    Path folder() {
        return settings.directory();
    }

    Optional<Running> running() {
        return Optional.ofNullable(running);
    }

    /** Whether this member leads, and has everything that was committed before. */
    boolean leads() {
        try {
            Running present = running;
            return present != null && present.division().getInfo().isLeaderReady();
        } catch (IOException closing) {
            return false;
        }
    }

    void start() {
        started = true;
        transport.start();
        Thread.ofVirtual().name("quorum-membership").start(this::run);
    }

    private void run() {
        try {
            List<Member> members = Member.read(file);
            if (members.isEmpty()) {
                members = settings.seed().isPresent() ? List.of(new Member(self, own, true)) : search.run(() -> closed);
                if (closed) {
                    return;
                }
                Member.write(file, members);
            }
            startRatis(members);
            while (!closed) {
                pause(PAUSE);
                lookAfter(members);
            }
        } catch (IOException | RuntimeException fault) {
            if (!closed) {
                events.failed(new IOException("this node cannot take part in the metadata quorum: " + fault, fault));
            }
        } finally {
            stopRatis();
            transport.close();
            ended.countDown();
        }
    }

    private void startRatis(List<Member> members) throws IOException {
        members.forEach(addresses::logs);
        boolean alone = members.size() == 1 && members.getFirst().id().equals(self);
        EntryStateMachine machine =
                new EntryStateMachine(events, alone ? settings.seed() : Optional.<QuorumSettings.Seed>empty());
        RaftTransport.Ways ways = new RaftTransport.Ways(
                transport,
                addresses,
                InetSocketAddress.createUnresolved(own.host(), own.port()),
                settings.fetchTimeout().multipliedBy(2));
        RaftGroup group =
                RaftGroup.valueOf(GROUP, members.stream().map(Member::peer).toList());
        long start = System.nanoTime();
        while (!closed) {
            RaftServer server = RaftServer.newBuilder()
                    .setServerId(self.peer())
                    .setGroup(group)
                    .setStateMachine(machine)
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .setProperties(RatisProperties.of(settings.directory(), settings.fetchTimeout()))
                    .setParameters(ways.parameters())
                    .build();
            try {
                server.start();
                synchronized (guard) {
                    running = new Running(server, machine);
                }
                return;
            } catch (IOException | RuntimeException fault) {
                server.close();
                if (System.nanoTime() - start > PATIENCE.toNanos() || !isLocked(fault)) {
                    throw fault;
                }
                machine = new EntryStateMachine(events, alone ? settings.seed() : Optional.empty());
                pause(RETRY_PAUSE);
            }
        }
    }

    /** Whether a former life of this member, in this process, is not quite over. */
    private static boolean isLocked(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof OverlappingFileLockException
                    || String.valueOf(cause.getMessage()).contains("lock")) {
                return true;
            }
        }
        return false;
    }

    private void stopRatis() {
        Running present;
        synchronized (guard) {
            present = running;
            running = null;
        }
        if (present != null) {
            try {
                present.server.close();
            } catch (IOException e) {
                LOG.debug("Ratis could not be closed", e);
            }
        }
    }

    private void lookAfter(List<Member> members) throws IOException {
        Running present = running;
        if (present == null || closed) {
            return;
        }
        RaftServer.Division division = present.division();
        DivisionInfo state = division.getInfo();
        RaftConfiguration configuration = division.getRaftConf();
        boolean votes = configuration.getPeer(self.peer(), RaftPeerRole.FOLLOWER) != null;
        boolean observes = configuration.getPeer(self.peer(), RaftPeerRole.LISTENER) != null;
        boolean ends = state.getLifeCycleState().isClosingOrClosed();
        // Ratis does not make an observer of a voter while it runs.
        boolean wrongRole = !votes && observes && state.getCurrentRole() != RaftPeerRole.LISTENER;
        unfit = ends || wrongRole ? unfit + 1 : 0;
        if (unfit > 1 && !closed) {
            unfit = 0;
            events.notLeader();
            stopRatis();
            startRatis(observes || votes ? members : withSelfAsObserver(members));
            return;
        }
        if (!state.isLeader() && (!(votes || observes) || hearsNothing(division))) {
            search.greetAll(true);
        }
    }

    private List<Member> withSelfAsObserver(List<Member> members) {
        List<Member> others = new ArrayList<>(members);
        others.removeIf(member -> member.id().equals(self));
        others.add(new Member(self, own, false));
        return others;
    }

    private boolean hearsNothing(RaftServer.Division division) {
        var role = division.getInfo().getRoleInfoProto();
        return division.getInfo().getLeaderId() == null
                || !role.hasFollowerInfo()
                || role.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs()
                        > settings.fetchTimeout().toMillis();
    }

    private byte[] receive(byte kind, byte[] content) throws IOException {
        if (kind == Frame.GREETING) {
            return greeted(Greeting.decode(content)).encode();
        }
        Running present = running;
        if (present == null) {
            throw new IOException(self + " is not ready");
        }
        return RaftTransport.receive(present.server, kind, content);
    }

    private Greeting.Answer greeted(Greeting greeting) throws IOException {
        addresses.says(greeting.from(), greeting.address());
        Running present = running;
        if (present == null) {
            return new Greeting.Answer(self, Optional.empty(), List.of());
        }
        RaftServer.Division division = present.division();
        List<Member> members = members(division.getRaftConf());
        boolean isIn = members.stream().anyMatch(member -> member.id().equals(greeting.from()));
        if (greeting.wantsIn() && !isIn && division.getInfo().isLeaderReady()) {
            Thread.ofVirtual().name("quorum-admission").start(() -> new Changes(this).admit(greeting));
        }
        Optional<MemberId> leader =
                Optional.ofNullable(division.getInfo().getLeaderId()).map(MemberId::of);
        return new Greeting.Answer(self, leader, members);
    }

    /** All members, and where they are to the best of our knowledge. */
    List<Member> members(RaftConfiguration configuration) {
        List<Member> members = new ArrayList<>();
        for (RaftPeer peer : configuration.getAllPeers(RaftPeerRole.FOLLOWER)) {
            members.add(where(Member.of(peer, true)));
        }
        for (RaftPeer peer : configuration.getAllPeers(RaftPeerRole.LISTENER)) {
            members.add(where(Member.of(peer, false)));
        }
        return members;
    }

    private Member where(Member member) {
        Endpoint address =
                member.id().equals(self) ? own : addresses.find(member.id()).orElse(member.address());
        return new Member(member.id(), address, member.votes());
    }

    static void pause(Duration duration) throws IOException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /** Ends soon. */
    @Override
    public void close() {
        closed = true;
        if (!started) {
            transport.close();
            ended.countDown();
        }
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }
}
