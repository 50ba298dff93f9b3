package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.SettingsReader;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A broker with two loops in a world of its own, and one connection to it through which tests ask what they like. */
final class SimulatedNode {

    static final int ID = 1;

    private static final Endpoint ADDRESS = new Endpoint("broker", 9092);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final PeerSettings PEER = new PeerSettings(
            "test", "barnabas-test", "1", Duration.ofSeconds(10), Duration.ofSeconds(10), 10, 100 << 20);

    private final Simulation simulation;
    private final Loop loop;
    private final SimulatedHost host;
    private final LogLevels logLevels;
    private Settings settings;
    private @Nullable Broker broker;
    private @Nullable Peer peer;
    private @Nullable String failure;

    private SimulatedNode(long seed, LogLevels logLevels, Settings settings) {
        simulation = new Simulation(seed);
        loop = simulation.addHost("client", 1).loops().getFirst();
        host = simulation.addHost("broker", 2);
        this.logLevels = logLevels;
        this.settings = settings;
    }

    /** @param settings {@code name=value}, over those that suit tests */
    static SimulatedNode start(LogLevels logLevels, String... settings) {
        SimulatedNode node = new SimulatedNode(42, logLevels, read(settings));
        node.host.run(_ -> node.startBroker());
        node.awaitStart();
        return node;
    }

    /** Kills the process and starts another one with these settings. */
    void restartWith(String... newSettings) {
        begin(newSettings);
        awaitStart();
    }

    /** The same where the node must refuse to start; says why it does. */
    String refusal(String... newSettings) {
        begin(newSettings);
        simulation.runUntil("the broker refuses to start", () -> failure != null, LIMIT);
        return String.valueOf(failure);
    }

    private void begin(String... newSettings) {
        broker = null;
        failure = null;
        settings = read(newSettings);
        host.restart();
    }

    private static Settings read(String... settings) {
        SettingsReader reader = new SettingsReader()
                .set("node.id=" + ID)
                .set("listeners=PLAINTEXT://broker:9092")
                .set("log.dirs=one,two")
                .set("group.initial.rebalance.delay.ms=0")
                .set("offsets.topic.num.partitions=3");
        for (String setting : settings) {
            reader.set(setting);
        }
        if (!(reader.read() instanceof Reading.Accepted accepted)) {
            throw new IllegalArgumentException(reader.read().toString());
        }
        return accepted.settings();
    }

    private void startBroker() {
        Broker.start(host, settings, logLevels, MetadataLogs.EMBEDDED, new Broker.Starting() {
            @Override
            public void started(Broker started) {
                broker = started;
            }

            @Override
            public void failed(String why) {
                failure = why;
            }

            @Override
            public void halted(String why) {
                failure = why;
                host.crash();
            }
        });
    }

    private void awaitStart() {
        simulation.runUntil("the broker has started", () -> broker != null || failure != null, LIMIT);
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
        connect();
    }

    /** The machine that the node runs on. */
    SimulatedHost host() {
        return host;
    }

    Broker broker() {
        Broker started = broker;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    /** Why the node stopped by itself or did not start; null if it did. */
    @Nullable
    String failure() {
        return failure;
    }

    /** The answer to a request, sent in just that version. */
    <R extends Response> R ask(Request request, int version, Class<R> type) {
        Outcome outcome = send(request, version);
        simulation.runUntil(
                request.apiKey() + " v" + version + " is answered",
                () -> outcome.response != null || outcome.fault != null,
                LIMIT);
        if (outcome.response == null) {
            connect();
            throw simulation.failure(request.apiKey() + " v" + version + ": " + outcome.fault, null);
        }
        return type.cast(outcome.response);
    }

    /** Sends a request and waits for nothing. */
    Outcome send(Request request, int version) {
        Outcome outcome = new Outcome();
        loop.execute(() -> peer().send(call(request, version), Duration.ofSeconds(100), outcome));
        return outcome;
    }

    private static Call<Response> call(Request request, int version) {
        return new Call<>(
                request.apiKey(),
                version,
                version,
                _ -> request,
                (in, inVersion) -> request.apiKey().readResponse(in, inVersion),
                false);
    }

    /** The machine loses its power and is started again, and with it the broker. */
    void restart() {
        broker = null;
        host.powerLoss();
        host.restart();
        awaitStart();
    }

    /** What an operator sees. */
    Observation observe() {
        List<Observation> seen = new ArrayList<>();
        broker().observe(seen::add);
        simulation.runUntil("observed", () -> !seen.isEmpty(), LIMIT);
        return seen.getFirst();
    }

    Simulation simulation() {
        return simulation;
    }

    /** A connection that sends whatever bytes it is given, beside the one for {@link #ask}. */
    RawConnection connectRaw() {
        RawConnection raw = new RawConnection(loop);
        loop.execute(() -> clientHost().network().connect(ADDRESS, Duration.ofSeconds(10), 100 << 20, loop, raw));
        simulation.runUntil("connected", raw::isOpen, LIMIT);
        return raw;
    }

    /** A connection of a client that says to be this software, beside the one for {@link #ask}. */
    Client connectAs(String software) {
        PeerSettings settings = new PeerSettings(
                "test", software, "1.2", Duration.ofSeconds(10), Duration.ofSeconds(10), 10, 100 << 20);
        Client client = new Client();
        loop.execute(() -> client.peer = Peer.open(clientHost().network(), loop, ADDRESS, settings, new PeerListener() {
            @Override
            public void opened() {
                client.opened = true;
            }

            @Override
            public void closed(PeerFault fault) {}
        }));
        simulation.runUntil("connected", () -> client.opened, LIMIT);
        return client;
    }

    private void connect() {
        boolean[] opened = {false};
        loop.execute(() -> peer = Peer.open(clientHost().network(), loop, ADDRESS, PEER, new PeerListener() {
            @Override
            public void opened() {
                opened[0] = true;
            }

            @Override
            public void closed(PeerFault fault) {}
        }));
        simulation.runUntil("connected", () -> opened[0], LIMIT);
    }

    private SimulatedHost clientHost() {
        return simulation.hosts().stream()
                .filter(host -> host.name().equals("client"))
                .findFirst()
                .orElseThrow();
    }

    private Peer peer() {
        Peer connected = peer;
        if (connected == null) {
            throw new IllegalStateException("not connected");
        }
        return connected;
    }

    /** Another client. */
    final class Client {
        private @Nullable Peer peer;
        private boolean opened;

        /** The answer to a request, sent in just that version. */
        <R extends Response> R ask(Request request, int version, Class<R> type) {
            Outcome outcome = send(request, version);
            simulation.runUntil(request.apiKey() + " v" + version + " is answered", outcome::isOver, LIMIT);
            return type.cast(outcome.response());
        }

        /** Sends a request and waits for nothing. */
        Outcome send(Request request, int version) {
            Outcome outcome = new Outcome();
            loop.execute(() -> open().send(call(request, version), Duration.ofSeconds(100), outcome));
            return outcome;
        }

        void close() {
            loop.execute(() -> open().close());
        }

        private Peer open() {
            Peer connected = peer;
            if (connected == null) {
                throw new IllegalStateException("not connected");
            }
            return connected;
        }
    }

    /** What has come of a request so far. */
    static final class Outcome implements Reply<Response> {
        private @Nullable Response response;
        private @Nullable PeerFault fault;

        boolean isOver() {
            return response != null || fault != null;
        }

        /** The answer, which must have come. */
        Response response() {
            Response present = response;
            if (present == null) {
                throw new AssertionError("not answered: " + fault);
            }
            return present;
        }

        @Override
        public void answered(Answer<Response> answer) {
            response = answer.response();
        }

        @Override
        public void failed(PeerFault why) {
            fault = why;
        }
    }
}
