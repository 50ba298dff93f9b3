package dev.barnabas.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One end of a connection that writes down what happens to it; safe to look at from any thread. */
final class RecordingPeer implements Network.Connecting, ConnectionHandler {
    final List<byte[]> frames = new CopyOnWriteArrayList<>();
    final List<CloseReason> closed = new CopyOnWriteArrayList<>();
    final List<IOException> failed = new CopyOnWriteArrayList<>();
    final List<String> wrong = new CopyOnWriteArrayList<>();
    final AtomicInteger drained = new AtomicInteger();
    private final boolean echoes;
    private volatile @Nullable Connection connection;

    RecordingPeer() {
        this(false);
    }

    /** @param echoes whether it sends every frame back */
    RecordingPeer(boolean echoes) {
        this.echoes = echoes;
    }

    @Override
    public ConnectionHandler connected(Connection opened) {
        check(opened.loop().isCurrent(), "connected() off the loop");
        connection = opened;
        return this;
    }

    @Override
    public void failed(IOException fault) {
        check(connection == null, "failed() after connected()");
        failed.add(fault);
    }

    @Override
    public void received(Frame frame) {
        check(connection().loop().isCurrent(), "received() off the loop");
        check(closed.isEmpty(), "received() after closed()");
        check(frame.bytes().position() == 0, "a frame does not start at position 0");
        byte[] content = new byte[frame.bytes().remaining()];
        frame.bytes().get(content);
        frame.release();
        frames.add(content);
        if (echoes) {
            connection().send(List.of(new Part.Bytes(ByteBuffer.wrap(content))));
        }
    }

    @Override
    public void drained() {
        check(connection().loop().isCurrent(), "drained() off the loop");
        check(connection().unsentBytes() == 0, "drained() with unsent bytes");
        drained.incrementAndGet();
    }

    @Override
    public void closed(CloseReason reason) {
        check(connection().loop().isCurrent(), "closed() off the loop");
        closed.add(reason);
    }

    boolean isConnected() {
        return connection != null;
    }

    Connection connection() {
        return Optional.ofNullable(connection).orElseThrow(() -> new AssertionError("not connected"));
    }

    List<String> texts() {
        return frames.stream().map(frame -> new String(frame, UTF_8)).toList();
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            wrong.add(otherwise);
        }
    }
}
