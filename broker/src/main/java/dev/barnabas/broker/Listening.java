package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.ConnectionOverrides;
import dev.barnabas.settings.Listeners;
import dev.barnabas.settings.Settings;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The listeners of a node and the connections that come through them, which wait until the node can answer. */
final class Listening {

    private final Host host;
    private final Settings settings;
    private final List<Network.Listener> open = new ArrayList<>();
    private final List<BrokerListener> listeners = new ArrayList<>();
    private final List<Connections> connections = new ArrayList<>();
    private final Connections.Totals totals = new Connections.Totals();
    private final RequestMetrics requestMetrics = new RequestMetrics();
    private String betweenBrokers = "";

    Listening(Host host, Settings settings) {
        this.host = host;
        this.settings = settings;
        Connections.Limits limits = new Connections.Limits(
                settings.get(BrokerSettings.MAX_CONNECTIONS),
                settings.get(BrokerSettings.MAX_CONNECTIONS_PER_IP),
                ConnectionOverrides.of(settings),
                Duration.ofMillis(settings.get(BrokerSettings.CONNECTIONS_MAX_IDLE_MS)));
        for (Loop each : host.loops()) {
            connections.add(new Connections(each, limits, totals, requestMetrics));
        }
    }

    /** @throws IOException if an address cannot be listened on; the message tells an operator what to do */
    void bind() throws IOException {
        Listeners configured = Listeners.of(settings);
        betweenBrokers = configured.betweenBrokers();
        for (Listeners.Listener each : configured.all()) {
            bind(each);
        }
    }

    private void bind(Listeners.Listener configured) throws IOException {
        Endpoint address =
                new Endpoint(configured.bind().host(), configured.bind().port());
        try {
            // The acceptor needs the listener's real address, which is known only when it is bound.
            BrokerListener[] bound = new BrokerListener[1];
            Network.Listener listener = host.network()
                    .listen(
                            address,
                            settings.get(BrokerSettings.SOCKET_REQUEST_MAX_BYTES),
                            connection -> connections
                                    .get(host.loops().indexOf(connection.loop()))
                                    .accept(connection, bound[0]));
            int port = configured.advertised().port() == 0
                    ? listener.address().port()
                    : configured.advertised().port();
            String name = configured.advertised().host();
            bound[0] = new BrokerListener(
                    configured.name(), listener.address(), new Endpoint(name.isEmpty() ? "localhost" : name, port));
            open.add(listener);
            listeners.add(bound[0]);
        } catch (UnknownHostException e) {
            throw new IOException(
                    "cannot listen on " + address + ": the name is not known; name an address of this machine with"
                            + " --set listeners=PLAINTEXT://HOST:PORT",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + address + ": " + e.getMessage()
                            + "; stop what uses that port, or choose another with --set"
                            + " listeners=PLAINTEXT://localhost:PORT",
                    e);
        }
    }

    /** Lets the connections in. */
    void serve(Apis apis) {
        for (int index = 0; index < host.loops().size(); index++) {
            Connections ofLoop = connections.get(index);
            host.loops().get(index).execute(() -> ofLoop.serve(apis));
        }
    }

    /** At least one. */
    List<BrokerListener> listeners() {
        return List.copyOf(listeners);
    }

    /** The one on which brokers talk to each other. */
    BrokerListener betweenBrokers() {
        return listeners.stream()
                .filter(listener -> listener.name().equals(betweenBrokers))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no listener " + betweenBrokers));
    }

    RequestMetrics requestMetrics() {
        return requestMetrics;
    }

    Connections.Totals totals() {
        return totals;
    }

    /** Accepts nothing more; open connections stay. */
    void close() {
        open.forEach(Network.Listener::close);
    }

    /** Closes the connections of one loop. On that loop. */
    void stop(int loop) {
        connections.get(loop).stop();
    }
}
