package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Connections to other brokers, at most one to each, opened when there is something to ask. Answers come in the order
 * of the questions, so what may take its time and what must not has connections of its own. Owned by its loop.
 */
final class BrokerConnections {

    private final Network network;
    private final Loop loop;
    private final PeerSettings settings;
    private final BrokerAddresses addresses;
    private final String clusterId;
    private final TreeMap<Integer, Peer> peers = new TreeMap<>();

    BrokerConnections(Network network, Loop loop, PeerSettings settings, BrokerAddresses addresses, String clusterId) {
        this.network = network;
        this.loop = loop;
        this.settings = settings;
        this.addresses = addresses;
        this.clusterId = clusterId;
    }

    /**
     * Asks a broker.
     *
     * @param limit for the answer; when it passes, the connection is given up
     * @param then called once, never before this has returned
     */
    <R extends Response> void ask(int broker, Call<R> call, Duration limit, Reply<R> then) {
        loop.requireCurrent();
        Optional<Endpoint> address = addresses.addressOf(broker);
        if (address.isEmpty()) {
            loop.execute(() -> then.failed(new PeerFault.Unreachable("nobody knows where broker " + broker + " is")));
            return;
        }
        Peer open = peers.get(broker);
        if (open == null || open.isClosed() || !open.endpoint().equals(address.get())) {
            drop(broker);
            open = Peer.open(network, loop, address.get(), settings, NOBODY_CARES, clusterId, broker);
            peers.put(broker, open);
        }
        open.send(call, limit, then);
    }

    /** Gives up the connection to a broker; who waits for an answer is told so. */
    void drop(int broker) {
        Peer known = peers.remove(broker);
        if (known != null) {
            known.close();
        }
    }

    void close() {
        peers.values().forEach(Peer::close);
        peers.clear();
    }

    /** Who waits for an answer is told, and asks again. */
    private static final PeerListener NOBODY_CARES = new PeerListener() {
        @Override
        public void opened() {}

        @Override
        public void closed(PeerFault fault) {}
    };
}
