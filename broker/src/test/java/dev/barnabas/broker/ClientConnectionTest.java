package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
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

    private void serve(Handler<ApiVersionsRequest> handler) {
        Apis apis = new Apis(List.of(new Api<>(ApiKey.API_VERSIONS, 0, 4, false, ApiVersionsRequest.class, handler)));
        server.run(host -> {
            Connections connections = new Connections(
                    loop(),
                    new Connections.Limits(10, 10, Map.of(), Duration.ofHours(1)),
                    new Connections.Totals(),
                    new RequestMetrics());
            loop().execute(() -> connections.serve(apis));
            BrokerListener listener = new BrokerListener("PLAINTEXT", ADDRESS, ADDRESS);
            try {
                host.network().listen(ADDRESS, 1 << 20, connection -> connections.accept(connection, listener));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        simulation.runFor(Duration.ofSeconds(1));
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
