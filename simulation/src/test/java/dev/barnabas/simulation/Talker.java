package dev.barnabas.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.host.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One end of a connection that says texts and writes down what it hears. */
final class Talker implements Network.Connecting, ConnectionHandler {
    final List<String> heard = new ArrayList<>();
    final List<String> ended = new ArrayList<>();
    int drained;
    private @Nullable Connection connection;

    /** Listens and keeps whoever connects. */
    static List<Talker> listen(SimulatedHost host, int port) {
        List<Talker> accepted = new ArrayList<>();
        try {
            host.network().listen(new Endpoint(host.name(), port), 1 << 20, opened -> {
                Talker talker = new Talker();
                talker.connection = opened;
                accepted.add(talker);
                return talker;
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return accepted;
    }

    /** Begins to connect from the host's first loop. */
    static Talker connect(SimulatedHost from, SimulatedHost to, int port, Duration timeout) {
        Talker talker = new Talker();
        Loop loop = from.loops().getFirst();
        loop.execute(() -> from.network().connect(new Endpoint(to.name(), port), timeout, 1 << 20, loop, talker));
        return talker;
    }

    void say(String... texts) {
        for (String text : texts) {
            send(List.of(new Part.Bytes(Files.bytes(text))));
        }
    }

    void send(List<Part> parts) {
        connection().loop().execute(() -> connection().send(parts));
    }

    boolean isConnected() {
        return connection != null;
    }

    Connection connection() {
        return Optional.ofNullable(connection).orElseThrow(() -> new AssertionError("not connected"));
    }

    @Override
    public ConnectionHandler connected(Connection opened) {
        connection = opened;
        return this;
    }

    @Override
    public void failed(IOException fault) {
        ended.add("failed: " + fault.getMessage());
    }

    @Override
    public void received(Frame frame) {
        heard.add(UTF_8.decode(frame.bytes().slice()).toString());
        frame.release();
    }

    @Override
    public void drained() {
        drained++;
    }

    @Override
    public void closed(CloseReason reason) {
        ended.add(reason.toString());
    }
}
