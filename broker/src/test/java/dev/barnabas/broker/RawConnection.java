package dev.barnabas.broker;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.host.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that sends frames of any content, and counts the responses. Owned by the client's loop. */
final class RawConnection implements Network.Connecting, ConnectionHandler {

    private final Loop loop;
    private @Nullable Connection connection;
    private @Nullable CloseReason closed;
    private int responses;

    RawConnection(Loop loop) {
        this.loop = loop;
    }

    void send(byte[] frame) {
        loop.execute(() -> connection().send(List.of(new Part.Bytes(ByteBuffer.wrap(frame)))));
    }

    void close() {
        loop.execute(() -> connection().close());
    }

    boolean isOpen() {
        return connection != null && closed == null;
    }

    boolean isClosed() {
        return closed != null;
    }

    int responses() {
        return responses;
    }

    @Override
    public ConnectionHandler connected(Connection opened) {
        connection = opened;
        return this;
    }

    @Override
    public void failed(IOException fault) {
        throw new IllegalStateException(fault);
    }

    @Override
    public void received(Frame frame) {
        responses++;
        frame.release();
    }

    @Override
    public void closed(CloseReason reason) {
        closed = reason;
    }

    private Connection connection() {
        Connection present = connection;
        if (present == null) {
            throw new IllegalStateException("not connected");
        }
        return present;
    }
}
