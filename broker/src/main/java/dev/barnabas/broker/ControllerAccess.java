package dev.barnabas.broker;

import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import java.time.Duration;
import java.util.List;

/**
 * The two ways of a broker to the active controller. Answers come in the order of the questions, so what clients have
 * asked, which may take its time, does not go before what keeps the cluster going.
 *
 * @param urgent for brokers' own questions
 * @param forwarded for those of clients
 * @param apis what brokers ask a controller, if it is here
 * @param betweenBrokers the name of the listeners on which brokers talk to each other
 */
record ControllerAccess(ActiveController urgent, ActiveController forwarded, List<Api<?>> apis, String betweenBrokers) {

    /** What brokers call themselves to each other (KIP-511). */
    static final String SOFTWARE_VERSION = "1";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_IN_FLIGHT = 100;

    static ControllerAccess open(
            Host host, Settings settings, ClusterMetadata metadata, String clusterId, BrokerListener self) {
        Loop loop = host.loops().getFirst();
        BrokerWatch watch = new BrokerWatch(host.network(), loop, metadata, settings, self.name());
        LeaderBalance.start(loop, metadata, settings);
        List<Api<?>> apis = ControllerApis.ofBrokers(metadata, clusterId, watch);
        Apis here = new Apis(apis);
        int nodeId = settings.get(BrokerSettings.NODE_ID);
        PeerSettings peer = new PeerSettings(
                "broker-" + nodeId,
                "barnabas",
                SOFTWARE_VERSION,
                CONNECT_TIMEOUT,
                CONNECT_TIMEOUT,
                MAX_IN_FLIGHT,
                settings.get(BrokerSettings.SOCKET_REQUEST_MAX_BYTES));
        ControllerPlace place = new ControllerPlace(metadata, nodeId);
        return new ControllerAccess(
                new ActiveController(
                        metadata, place, loop, here, new ControllerConnection(host.network(), loop, peer, self)),
                new ActiveController(
                        metadata, place, loop, here, new ControllerConnection(host.network(), loop, peer, self)),
                apis,
                self.name());
    }

    void close() {
        urgent.close();
        forwarded.close();
    }
}
