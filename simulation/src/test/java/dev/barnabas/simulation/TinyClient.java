package dev.barnabas.simulation;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.host.Part;
import dev.barnabas.simulation.history.Entry;
import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.History;
import dev.barnabas.simulation.history.Message;
import dev.barnabas.simulation.history.Partition;
import dev.barnabas.simulation.history.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client of {@link TinyLog} that asks one thing at a time and asks it again, on a new connection, until it is
 * answered; and writes the history.
 */
abstract class TinyClient implements Network.Connecting, ConnectionHandler {
    static final Partition PARTITION = new Partition("tiny", 0);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(50);

    final SimulatedHost host;
    final History history;
    final Loop loop;
    private final Endpoint server;
    private @Nullable Connection connection;
    private Loop.@Nullable Timer timer;

    TinyClient(SimulatedHost host, String server, History history) {
        this.host = host;
        this.history = history;
        this.loop = host.loops().getFirst();
        this.server = new Endpoint(server, TinyLog.PORT);
    }

    /** What to ask now; empty if nothing is left to ask. */
    abstract List<ByteBuffer> request();

    /** An answer; true if it is one to the request. */
    abstract boolean answered(ByteBuffer answer);

    /** How long to wait before the next request. */
    abstract Duration pause();

    long now() {
        return host.simulation().nanos();
    }

    void connect() {
        host.network().connect(server, PATIENCE, TinyLog.MAX_FRAME, loop, this);
    }

    @Override
    public ConnectionHandler connected(Connection opened) {
        connection = opened;
        ask();
        return this;
    }

    @Override
    public void failed(IOException fault) {
        loop.schedule(PAUSE, this::connect);
    }

    @Override
    public void received(Frame frame) {
        boolean done = answered(frame.bytes());
        frame.release();
        if (done) {
            stopWaiting();
            timer = loop.schedule(pause(), this::ask);
        }
    }

    @Override
    public void closed(CloseReason reason) {
        stopWaiting();
        loop.schedule(PAUSE, this::connect);
    }

    private void ask() {
        List<ByteBuffer> request = request();
        Connection open = connection;
        if (request.isEmpty() || open == null) {
            return;
        }
        open.send(
                request.stream().map(part -> (Part) new Part.Bytes(part.flip())).toList());
        timer = loop.schedule(PATIENCE, open::close);
    }

    private void stopWaiting() {
        Loop.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    /** Sends that many messages. */
    static final class Producer extends TinyClient {
        private final String name;
        private final long messages;
        private final Dice dice;
        private long number;
        private boolean isNew = true;

        Producer(SimulatedHost host, String name, String server, History history, long messages) {
            super(host, server, history);
            this.name = name;
            this.messages = messages;
            this.dice = host.simulation().dice(name);
        }

        boolean isDone() {
            return number == messages;
        }

        @Override
        Duration pause() {
            return Duration.ofMillis(dice.magnitude(1, 600));
        }

        @Override
        List<ByteBuffer> request() {
            if (isDone()) {
                return List.of();
            }
            Message message = new Message(name, number);
            if (isNew) {
                history.add(new Event.Sent(now(), PARTITION, message));
                isNew = false;
            }
            byte[] payload = Payload.encode(message, 30 + (int) (number * 37 % 1_500));
            return List.of(
                    ByteBuffer.allocate(1).put((byte) 'P'),
                    ByteBuffer.allocate(payload.length).put(payload));
        }

        @Override
        boolean answered(ByteBuffer answer) {
            if (answer.get() != 'A') {
                return false;
            }
            long offset = answer.getLong();
            Message message = Payload.decode(answer).orElseThrow();
            if (message.number() != number) {
                return false;
            }
            history.add(new Event.Acknowledged(now(), PARTITION, message, offset));
            number++;
            isNew = true;
            return true;
        }
    }

    /** Reads from the beginning, and goes on until it has reached an end. */
    static final class Reader extends TinyClient {
        private final String name;
        private final boolean stopsAtTheEnd;
        private final Dice dice;
        private long offset;
        private boolean done;

        Reader(SimulatedHost host, String name, String server, History history, boolean stopsAtTheEnd) {
            super(host, server, history);
            this.name = name;
            this.stopsAtTheEnd = stopsAtTheEnd;
            this.dice = host.simulation().dice(name);
            history.add(new Event.Positioned(now(), name, PARTITION, 0));
        }

        boolean isDone() {
            return done;
        }

        @Override
        Duration pause() {
            return Duration.ofNanos(dice.magnitude(100_000, 50_000_000));
        }

        @Override
        List<ByteBuffer> request() {
            return done
                    ? List.of()
                    : List.of(ByteBuffer.allocate(9).put((byte) 'F').putLong(offset));
        }

        @Override
        boolean answered(ByteBuffer answer) {
            if (answer.get() != 'R') {
                return false;
            }
            long end = answer.getLong();
            List<Entry> entries = new ArrayList<>();
            while (answer.hasRemaining()) {
                long at = answer.getLong();
                int size = answer.getInt();
                entries.add(new Entry(at, Payload.decode(answer.slice(answer.position(), size))));
                answer.position(answer.position() + size);
                offset = at + 1;
            }
            if (!entries.isEmpty()) {
                history.add(new Event.Polled(now(), name, PARTITION, entries));
            }
            if (stopsAtTheEnd && offset >= end) {
                history.add(new Event.ReadToEnd(now(), name, PARTITION, 0, end));
                done = true;
            }
            return true;
        }
    }
}
