package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.PeerSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the broker that hosts the active controller, opened when it is needed and again when it has closed
 * or the controller has moved. Owned by its loop.
 */
final class ControllerConnection {

    private final Network network;
    private final Loop loop;
    private final PeerSettings settings;
    private final BrokerListener self;
    private @Nullable Peer peer;

    /** @param self the listener of this broker on which brokers talk to each other */
    ControllerConnection(Network network, Loop loop, PeerSettings settings, BrokerListener self) {
        this.network = network;
        this.loop = loop;
        this.settings = settings;
        this.self = self;
    }

    BrokerListener self() {
        return self;
    }

    /** Where brokers reach another broker. */
    Optional<Endpoint> addressOf(ClusterImage image, int broker) {
        return image.broker(broker)
                .flatMap(registered -> registered.endpoint(self.name()))
                .map(endpoint -> new Endpoint(endpoint.host(), endpoint.port()));
    }

    /** The connection to an address; a former one to another address is closed. */
    Peer to(Endpoint address) {
        loop.requireCurrent();
        Peer open = peer;
        if (open != null && !open.isClosed() && open.endpoint().equals(address)) {
            return open;
        }
        close();
        Peer opened = Peer.open(network, loop, address, settings, new PeerListener() {
            @Override
            public void opened() {
                // What waits for it is sent by the peer.
            }

            @Override
            public void closed(PeerFault fault) {
                // Who waits for an answer is told, and asks again.
            }
        });
        peer = opened;
        return opened;
    }

    void close() {
        Peer open = peer;
        if (open != null) {
            peer = null;
            open.close();
        }
    }
}
