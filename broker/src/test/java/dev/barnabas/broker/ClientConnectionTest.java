package dev.barnabas.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Wire;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connections to a server whose one handler is the test's. */
class ClientConnectionTest {

    private static final Endpoint ADDRESS = new Endpoint("server", 9092);
    private static final BrokerListener LISTENER = new BrokerListener("PLAINTEXT", ADDRESS, ADDRESS);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(1);
    private final SimulatedHost client = simulation.addHost("client", 1);
    private final SimulatedHost server = simulation.addHost("server", 1);

    @Test
    void aHandlerThatFailsCostsOnlyTheConnectionThatAsked() {
        serve((_, call) -> {
            if (call.correlationId() == 13) {
                throw new IllegalStateException("a defect of this handler");
            }
            call.answer(ApiVersionsResponse.builder().build());
        });
        RawConnection unlucky = connect();
        RawConnection other = connect();

        unlucky.send(request(13));
        simulation.runUntil("the connection is closed", unlucky::isClosed, LIMIT);
        other.send(request(14));
        simulation.runUntil("the other one is answered", () -> other.responses() == 1, LIMIT);

        assertThat(unlucky.responses()).isZero();
        assertThat(other.isOpen()).isTrue();
    }

    @Test
    void aClientThatPipelinesTooMuchWaitsUntilItIsAnswered() {
        List<Call> calls = new ArrayList<>();
        serve((_, call) -> calls.add(call));
        RawConnection eager = connect();

        for (int i = 0; i < 1_000; i++) {
            eager.send(request(i));
        }
        simulation.runFor(Duration.ofSeconds(10));
        int atOnce = calls.size();
        loop().execute(() ->
                calls.getFirst().answer(ApiVersionsResponse.builder().build()));
        simulation.runFor(Duration.ofSeconds(10));

        assertThat(atOnce).isEqualTo(128);
        assertThat(calls).hasSize(129);
        assertThat(eager.responses()).isEqualTo(1);
    }

    /** What a socket had read when reading was paused still comes, even if that was when the connection was made. */
    @Test
    void aRequestThatComesBeforeTheNodeIsReadyWaitsUntilItIs() {
        Connections connections = connections();
        server.run(host -> listen(host, connection -> {
            ConnectionHandler accepted = requireNonNull(connections.accept(connection, LISTENER));
            accepted.received(new EarlyFrame(ByteBuffer.wrap(request(7))));
            return accepted;
        }));
        simulation.runFor(Duration.ofSeconds(1));
        RawConnection early = connect();
        simulation.runFor(Duration.ofSeconds(1));
        boolean openBefore = early.isOpen();
        loop().execute(() -> connections.serve(
                apis((_, call) -> call.answer(ApiVersionsResponse.builder().build()))));
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(openBefore).isTrue();
        assertThat(early.responses()).isEqualTo(1);
    }

    private record EarlyFrame(ByteBuffer bytes) implements Frame {
        @Override
        public void release() {}
    }

    private void serve(Handler<ApiVersionsRequest> handler) {
        server.run(host -> {
            Connections connections = connections();
            loop().execute(() -> connections.serve(apis(handler)));
            listen(host, connection -> connections.accept(connection, LISTENER));
        });
        simulation.runFor(Duration.ofSeconds(1));
    }

    private static Apis apis(Handler<ApiVersionsRequest> handler) {
        return new Apis(List.of(new Api<>(ApiKey.API_VERSIONS, 0, 4, false, ApiVersionsRequest.class, handler)));
    }

    private Connections connections() {
        return new Connections(
                loop(),
                new Connections.Limits(10, 10, Map.of(), Duration.ofHours(1)),
                new Connections.Totals(),
                new RequestMetrics());
    }

    private static void listen(Host host, Network.Acceptor acceptor) {
        try {
            host.network().listen(ADDRESS, 1 << 20, acceptor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Loop loop() {
        return server.loops().getFirst();
    }

    private RawConnection connect() {
        Loop loop = client.loops().getFirst();
        RawConnection connection = new RawConnection(loop);
        loop.execute(() -> client.network().connect(ADDRESS, Duration.ofSeconds(10), 1 << 20, loop, connection));
        simulation.runUntil("connected", connection::isOpen, LIMIT);
        return connection;
    }

    private static byte[] request(int correlationId) {
        ByteBuffer frame = Wire.encodeRequest(
                        correlationId, "test", ApiVersionsRequest.builder().build(), 0)
                .flatten();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }
}
