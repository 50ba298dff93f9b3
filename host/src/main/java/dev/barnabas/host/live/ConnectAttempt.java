package dev.barnabas.host.live;

import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Network#connect}: tries the addresses of a host one after the other until one answers or the time is up.
 * Owned by the loop of the connection.
 */
final class ConnectAttempt {
    private final Endpoint address;
    private final Duration timeout;
    private final LiveLoop loop;
    private final Network.Connecting then;
    private final Opening opening;
    private final int maxFrameBytes;
    private final ArrayDeque<InetAddress> left = new ArrayDeque<>();
    private Loop.@Nullable Timer timer;
    private @Nullable LiveConnection current;
    private boolean done;

    ConnectAttempt(
            Endpoint address,
            Duration timeout,
            LiveLoop loop,
            Network.Connecting then,
            Opening opening,
            int maxFrameBytes) {
        this.address = address;
        this.timeout = timeout;
        this.loop = loop;
        this.then = then;
        this.opening = opening;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Makes a connection that is not connected yet. */
    interface Opening {
        LiveConnection open(
                LiveLoop loop, int maxFrameBytes, Function<Connection, @Nullable ConnectionHandler> opening);
    }

    void start() {
        timer = loop.schedule(
                timeout,
                () -> failed(new SocketTimeoutException(
                        "no connection to " + address + " within " + timeout.toMillis() + " ms")));
    }

    void resolved(List<InetAddress> addresses) {
        if (!done) {
            left.addAll(addresses);
            tryNext();
        }
    }

    private void tryNext() {
        InetSocketAddress target = new InetSocketAddress(left.remove(), address.port());
        LiveConnection connection = opening.open(loop, maxFrameBytes, this::connected);
        current = connection;
        connection.channel().config().setConnectTimeoutMillis(0);
        loop.eventLoop().register(connection.channel()).addListener(registered -> {
            if (registered.isSuccess()) {
                connection.channel().connect(target).addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        refused(connected.cause());
                    }
                });
            } else {
                refused(registered.cause());
            }
        });
    }

    private @Nullable ConnectionHandler connected(Connection connection) {
        if (done) {
            return null;
        }
        finish();
        return then.connected(connection);
    }

    private void refused(Throwable cause) {
        if (done) {
            return;
        }
        if (!left.isEmpty() && !loop.closing()) {
            tryNext();
            return;
        }
        String what = "cannot connect to " + address + ": " + cause.getMessage();
        IOException fault = cause instanceof ConnectException ? new ConnectException(what) : new IOException(what);
        fault.initCause(cause);
        failed(fault);
    }

    void failed(IOException fault) {
        if (done) {
            return;
        }
        finish();
        if (current != null) {
            current.channel().close();
        }
        loop.run(() -> then.failed(fault));
    }

    private void finish() {
        done = true;
        if (timer != null) {
            timer.cancel();
        }
    }
}
