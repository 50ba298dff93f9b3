package dev.barnabas.host.live;

import dev.barnabas.host.Network;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives each accepted socket to the loop with the fewest connections. Owned by the accepting loop. */
final class Accepting extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Accepting.class);

    private final List<LiveLoop> loops;
    private final ByteBufAllocator allocator;
    private final int maxFrameBytes;
    private final FrameBudget budget;
    private final Network.Acceptor acceptor;
    private int next;

    Accepting(
            List<LiveLoop> loops,
            ByteBufAllocator allocator,
            int maxFrameBytes,
            FrameBudget budget,
            Network.Acceptor acceptor) {
        this.loops = loops;
        this.allocator = allocator;
        this.maxFrameBytes = maxFrameBytes;
        this.budget = budget;
        this.acceptor = acceptor;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        SocketChannel accepted = (SocketChannel) message;
        accepted.config().setAllocator(allocator);
        LiveLoop loop = leastBusy();
        LiveConnection connection;
        try {
            connection = new LiveConnection(loop, accepted, maxFrameBytes, budget, acceptor::accept);
        } catch (ChannelException goneAgain) {
            accepted.unsafe().closeForcibly();
            return;
        }
        loop.eventLoop().register(connection.channel()).addListener(registered -> {
            if (!registered.isSuccess()) {
                accepted.unsafe().closeForcibly();
            }
        });
    }

    /** Round robin among equals, so that connections that come at the same time are spread, too. */
    private LiveLoop leastBusy() {
        next = (next + 1) % loops.size();
        LiveLoop chosen = loops.get(next);
        int fewest = chosen.connections.get();
        for (int i = 1; i < loops.size(); i++) {
            LiveLoop other = loops.get((next + i) % loops.size());
            int count = other.connections.get();
            if (count < fewest) {
                fewest = count;
                chosen = other;
            }
        }
        return chosen;
    }

    /** Most likely there are too many open files: accepting at full speed would fail at full speed. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ChannelConfig config = context.channel().config();
        if (config.isAutoRead()) {
            LOG.atWarn()
                    .setCause(cause)
                    .addKeyValue("address", context.channel().localAddress())
                    .log("cannot accept connections, trying again in a second");
            config.setAutoRead(false);
            context.channel().eventLoop().schedule(() -> config.setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
