package dev.barnabas.host.live;

import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** TCP through Netty. Listening sockets have a loop of their own, connections go to the loop with the fewest. */
final class LiveNetwork implements Network {
    /** Connections the system accepts ahead of us. */
    private static final int BACKLOG = 1024;

    private static final int RESOLVERS = 4;

    private final Transport transport;
    private final ByteBufAllocator allocator;
    private final FrameBudget budget;
    private final List<LiveLoop> loops;
    private final LiveLoop accepting;
    private final Workers resolvers;
    private final Set<LiveListener> listeners = ConcurrentHashMap.newKeySet();

    LiveNetwork(
            Transport transport,
            ByteBufAllocator allocator,
            FrameBudget budget,
            List<LiveLoop> loops,
            DefectHandler defects) {
        this.transport = transport;
        this.allocator = allocator;
        this.budget = budget;
        this.loops = loops;
        this.accepting = new LiveLoop("barnabas-accept", new LiveClock(), defects, transport.io());
        this.resolvers = new Workers("barnabas-resolve", RESOLVERS, defects);
    }

    @Override
    public Listener listen(Endpoint address, int maxFrameBytes, Acceptor acceptor) throws IOException {
        InetSocketAddress socket = address.host().isEmpty()
                ? new InetSocketAddress(address.port())
                : new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
        ServerChannel server = transport.server();
        server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        server.config().setOption(ChannelOption.SO_REUSEADDR, true);
        server.pipeline().addLast(new Accepting(loops, allocator, maxFrameBytes, budget, acceptor));
        ChannelFuture bound = accepting.eventLoop().register(server).awaitUninterruptibly();
        if (bound.isSuccess()) {
            bound = server.bind(socket).awaitUninterruptibly();
        }
        Throwable cause = bound.cause();
        if (cause != null) {
            server.close();
            // The native transport says which call failed before it says why.
            String why = String.valueOf(cause.getMessage()).replaceFirst("^bind\\(.*\\): ", "");
            BindException refused = new BindException(why);
            refused.initCause(cause);
            throw refused;
        }
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        LiveListener listener = new LiveListener(this, server, new Endpoint(address.host(), port));
        listeners.add(listener);
        return listener;
    }

    @Override
    public void connect(Endpoint address, Duration timeout, int maxFrameBytes, Loop loop, Connecting then) {
        LiveLoop owner = (LiveLoop) loop;
        ConnectAttempt attempt = new ConnectAttempt(address, timeout, owner, then, this::open, maxFrameBytes);
        owner.execute(attempt::start);
        if (literal(address.host())) {
            owner.execute(() -> attempt.resolved(List.of(InetAddress.ofLiteral(address.host()))));
            return;
        }
        if (!resolvers.execute(() -> resolve(address, owner, attempt))) {
            owner.execute(() -> attempt.failed(new IOException("the network is closed")));
        }
    }

    /** Whether it is an address already, so that nobody need be asked. */
    private static boolean literal(String host) {
        if (host.indexOf(':') < 0 && !host.chars().allMatch(c -> c == '.' || Character.isDigit(c))) {
            return false;
        }
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    private static void resolve(Endpoint address, LiveLoop owner, ConnectAttempt attempt) {
        try {
            List<InetAddress> found = List.of(InetAddress.getAllByName(address.host()));
            owner.execute(() -> attempt.resolved(found));
        } catch (UnknownHostException e) {
            owner.execute(() -> attempt.failed(new UnknownHostException("unknown host: " + address.host())));
        }
    }

    private LiveConnection open(
            LiveLoop loop, int maxFrameBytes, Function<Connection, @Nullable ConnectionHandler> opening) {
        var channel = transport.client();
        channel.config().setAllocator(allocator);
        return new LiveConnection(loop, channel, maxFrameBytes, budget, opening);
    }

    /** Accepts no more, and waits until that is so. */
    void closeListeners() {
        for (LiveListener listener : listeners) {
            listener.channel().close().awaitUninterruptibly();
        }
        accepting.close();
        resolvers.close();
    }

    private record LiveListener(LiveNetwork network, ServerChannel channel, Endpoint address) implements Listener {
        @Override
        public void close() {
            network.listeners.remove(this);
            // Who connects after this call must be refused, and who listens on the same port must get it.
            channel.close().awaitUninterruptibly();
        }
    }
}
