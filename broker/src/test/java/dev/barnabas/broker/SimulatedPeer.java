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
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client that asks one node one question at a time. */
final class SimulatedPeer {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final PeerSettings SETTINGS =
            new PeerSettings("peer", "test", "1", Duration.ofSeconds(5), Duration.ofSeconds(5), 1, 100 << 20);

    private final Simulation simulation;
    private final Loop loop;
    private @Nullable Peer peer;

    SimulatedPeer(Simulation simulation, String name, Endpoint node) {
        this.simulation = simulation;
        SimulatedHost host = simulation.addHost(name, 1);
        this.loop = host.loops().getFirst();
        loop.execute(() -> peer = Peer.open(host.network(), loop, node, SETTINGS, new PeerListener() {
            @Override
            public void opened() {}

            @Override
            public void closed(PeerFault fault) {}
        }));
    }

    <R extends Response> R ask(Request request, int version, Class<R> type) {
        Came came = new Came();
        loop.execute(() -> {
            if (peer != null) {
                peer.send(
                        new Call<>(
                                request.apiKey(),
                                version,
                                version,
                                _ -> request,
                                (in, inVersion) -> request.apiKey().readResponse(in, inVersion),
                                false),
                        LIMIT,
                        came);
            }
        });
        simulation.runUntil("answered", () -> came.response != null, LIMIT);
        return type.cast(came.response());
    }

    private static final class Came implements Reply<Response> {
        private @Nullable Response response;

        Response response() {
            Response present = response;
            if (present == null) {
                throw new AssertionError("not answered");
            }
            return present;
        }

        @Override
        public void answered(Answer<Response> answer) {
            response = answer.response();
        }

        @Override
        public void failed(PeerFault fault) {
            throw new IllegalStateException(fault.message());
        }
    }
}
