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
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that asks one node until it is told, or finds, that it has to ask another. On a machine of its own. */
final class WanderingPeer {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final PeerSettings SETTINGS =
            new PeerSettings("wanderer", "test", "1", Duration.ofSeconds(5), Duration.ofSeconds(5), 1, 100 << 20);

    private final SimulatedHost host;
    private final Loop loop;
    private final List<Endpoint> nodes;
    private int at;
    private @Nullable Peer peer;

    WanderingPeer(Simulation simulation, String name, List<Endpoint> nodes) {
        this.host = simulation.addHost(name, 1);
        this.loop = host.loops().getFirst();
        this.nodes = List.copyOf(nodes);
    }

    Loop loop() {
        return loop;
    }

    /** From now on another node is asked. */
    void wander() {
        at = (at + 1) % nodes.size();
        Peer before = peer;
        peer = null;
        if (before != null) {
            before.close();
        }
    }

    /** Asks, on its loop; {@code failed} is called if there is no answer, after which another node is asked. */
    <R extends Response> void ask(Request request, int version, Class<R> type, Consumer<R> then, Runnable failed) {
        Peer open = peer;
        if (open == null || open.isClosed()) {
            open = Peer.open(host.network(), loop, nodes.get(at), SETTINGS, NOBODY_CARES);
            peer = open;
        }
        Call<Response> call = new Call<>(
                request.apiKey(),
                version,
                version,
                _ -> request,
                (in, inVersion) -> request.apiKey().readResponse(in, inVersion),
                false);
        open.send(call, LIMIT, new Reply<>() {
            @Override
            public void answered(Answer<Response> answer) {
                then.accept(type.cast(answer.response()));
            }

            @Override
            public void failed(PeerFault fault) {
                wander();
                failed.run();
            }
        });
    }

    private static final PeerListener NOBODY_CARES = new PeerListener() {
        @Override
        public void opened() {}

        @Override
        public void closed(PeerFault fault) {}
    };
}
