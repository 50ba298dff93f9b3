package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.settings.BrokerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What each loop of a broker has for transactions beside their coordinator: the ways to other brokers, and what appends
 * for producers. Put together once, by {@link BrokerParts}.
 */
final class TransactionParts {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_IN_FLIGHT = 100;

    private final Node node;
    private final BrokerAddresses addresses;
    private final TransactionMarkers markers;
    private final List<TransactionPartitions> partitions = new ArrayList<>();
    private final List<VerifyingAppends> appends = new ArrayList<>();
    private final List<HangingTransactions> hanging = new ArrayList<>();

    TransactionParts(Node node, BrokerAddresses addresses) {
        this.node = node;
        this.addresses = addresses;
        this.markers = new TransactionMarkers(node, loop -> connections(loop, "markers"));
    }

    /** Before the first request: who coordinates transactions on this node. */
    void use(TransactionPartitions.Here coordinator) {
        for (LoopShare share : node.shares()) {
            TransactionPartitions ofLoop = new TransactionPartitions(
                    node, share.loop(), connections(share.loop(), "transactions"), coordinator);
            partitions.add(ofLoop);
            appends.add(new VerifyingAppends(node, share.loop(), ofLoop));
            hanging.add(new HangingTransactions(node, share));
        }
    }

    TransactionMarkers markers() {
        return markers;
    }

    /** By loop. */
    List<TransactionPartitions> partitions() {
        return partitions;
    }

    /** By loop. */
    List<VerifyingAppends> appends() {
        return appends;
    }

    /** On the loop: its partitions are about to be opened. */
    void start(LoopShare share) {
        hanging.get(share.index()).start();
    }

    /** On the loop: nobody is asked or told anything any more. */
    void stop(LoopShare share) {
        markers.stop(share);
        partitions.get(share.index()).stop();
        hanging.get(share.index()).stop();
    }

    private BrokerConnections connections(Loop loop, String what) {
        PeerSettings peer = new PeerSettings(
                "broker-" + node.id() + "-" + what,
                "barnabas",
                ControllerAccess.SOFTWARE_VERSION,
                CONNECT_TIMEOUT,
                CONNECT_TIMEOUT,
                MAX_IN_FLIGHT,
                node.settings().get(BrokerSettings.SOCKET_REQUEST_MAX_BYTES));
        return new BrokerConnections(node.host().network(), loop, peer, addresses, node.clusterId());
    }
}
