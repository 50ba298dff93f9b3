package dev.barnabas.simulation;

import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The network as one process has it: its listeners and its ends of connections. */
final class HostNetwork implements Network {
    private static final int FIRST_FREE_PORT = 32_768;

    private final SimulatedProcess process;
    private final Dice dice;
    private final Map<Integer, SimulatedListener> listeners = new LinkedHashMap<>();
    private final List<SimulatedConnection> ends = new ArrayList<>();
    private int nextPort = FIRST_FREE_PORT;

    HostNetwork(SimulatedProcess process, Dice dice) {
        this.process = process;
        this.dice = dice;
    }

    @Override
    public Listener listen(Endpoint address, int maxFrameBytes, Acceptor acceptor) throws IOException {
        process.requireAlive();
        if (!isAny(address.host()) && resolve(address.host()) != process.host()) {
            throw new BindException("not an address of " + process.host().name() + ": " + address);
        }
        if (listeners.containsKey(address.port())) {
            throw new BindException("in use: " + address);
        }
        int port = address.port() == 0 ? freePort() : address.port();
        SimulatedListener listener =
                new SimulatedListener(this, new Endpoint(address.host(), port), maxFrameBytes, acceptor);
        listeners.put(port, listener);
        process.simulation().note(process.toString(), "listen on " + listener.address);
        return listener;
    }

    @Override
    public void connect(Endpoint address, Duration timeout, int maxFrameBytes, Loop loop, Connecting then) {
        process.requireAlive();
        if (!(loop instanceof SimulatedLoop own)) {
            throw new IllegalArgumentException("not a loop of this host: " + loop);
        }
        SimulatedHost host = resolve(address.host());
        Attempt attempt = new Attempt(address, maxFrameBytes, own, then);
        if (host == null) {
            process.later(
                    dice.magnitude(10_000, 10_000_000),
                    () -> attempt.fail(new UnknownHostException("unknown host: " + address.host())));
            return;
        }
        process.later(
                timeout.toNanos(),
                () -> attempt.fail(new SocketTimeoutException("no connection to " + address + " within " + timeout)));
        attempt.knock(host);
    }

    void processDied(boolean silently) {
        listeners.clear();
        ends.forEach(end -> end.processDied(silently));
        ends.clear();
    }

    private void opened(SimulatedConnection end) {
        if (ends.size() > 1_000) {
            ends.removeIf(old -> !old.isOpen());
        }
        ends.add(end);
    }

    private @Nullable SimulatedHost resolve(String name) {
        return switch (name) {
            case "localhost", "127.0.0.1", "::1" -> process.host();
            default -> process.simulation().network().host(name);
        };
    }

    private static boolean isAny(String name) {
        return name.isEmpty() || name.equals("0.0.0.0") || name.equals("::");
    }

    private int freePort() {
        do {
            nextPort = nextPort == 65_535 ? FIRST_FREE_PORT : nextPort + 1;
        } while (listeners.containsKey(nextPort));
        return nextPort;
    }

    /** An attempt to connect, from the first knock until it is connected or has failed. */
    private final class Attempt {
        private final Endpoint address;
        private final int maxFrameBytes;
        private final SimulatedLoop loop;
        private final Connecting then;
        private boolean over;

        Attempt(Endpoint address, int maxFrameBytes, SimulatedLoop loop, Connecting then) {
            this.address = address;
            this.maxFrameBytes = maxFrameBytes;
            this.loop = loop;
            this.then = then;
        }

        void fail(IOException fault) {
            if (!over) {
                over = true;
                process.simulation()
                        .note(process.toString(), "no connection to " + address + ": " + fault.getMessage());
                loop.execute(() -> then.failed(fault));
            }
        }

        /** The kernel knocks until it is answered, or nobody waits any more. */
        void knock(SimulatedHost host) {
            Simulation simulation = process.simulation();
            Link to = simulation.network().link(process.host(), host);
            Link back = simulation.network().link(host, process.host());
            simulation.at(simulation.nanos() + to.delay(), () -> {
                if (over || !process.isAlive()) {
                    return;
                }
                if (to.isBroken() || back.isBroken()) {
                    simulation.at(simulation.nanos() + dice.between(200_000_000, 2_000_000_000), () -> knock(host));
                    return;
                }
                boolean refused =
                        to != back && dice.chance(simulation.network().faults().refuse());
                SimulatedListener listener = host.process()
                        .map(there -> there.network().listeners.get(address.port()))
                        .orElse(null);
                if (listener == null || refused) {
                    simulation.at(
                            simulation.nanos() + back.delay(),
                            () -> process.later(0, () -> fail(new ConnectException("refused: " + address))));
                } else {
                    join(listener, back);
                }
            });
        }

        private void takeOver(SimulatedConnection client) {
            if (client.isOpen()) {
                client.handledBy(then.connected(client));
            } else {
                then.failed(new ConnectException("reset: " + address));
            }
        }

        private void join(SimulatedListener listener, Link back) {
            HostNetwork there = listener.network;
            boolean loopback = there.process.host() == process.host();
            String fromHost = loopback ? address.host() : process.host().name();
            String atHost = isAny(listener.address.host()) ? address.host() : listener.address.host();
            Endpoint from = new Endpoint(fromHost, freePort());
            Endpoint at = new Endpoint(atHost, listener.address.port());
            Simulation simulation = process.simulation();
            int number = simulation.network().nextConnection();

            SimulatedLoop serverLoop =
                    there.process.loop(there.dice.nextInt(there.process.loops().size()));
            SimulatedConnection client = new SimulatedConnection(process, loop, from, address, number, maxFrameBytes);
            SimulatedConnection server =
                    new SimulatedConnection(there.process, serverLoop, at, from, number, listener.maxFrameBytes);
            SimulatedConnection.join(client, server);
            there.opened(server);
            opened(client);
            simulation.note(process.toString(), "connection " + number + " to " + address);
            serverLoop.execute(() -> listener.accept(server));
            simulation.at(simulation.nanos() + back.delay(), () -> {
                if (over || back.isBroken()) {
                    client.reset("given up");
                } else if (process.isAlive()) {
                    over = true;
                    loop.execute(() -> takeOver(client));
                }
            });
        }
    }

    private static final class SimulatedListener implements Listener {
        private final HostNetwork network;
        private final Endpoint address;
        private final int maxFrameBytes;
        private final Acceptor acceptor;

        SimulatedListener(HostNetwork network, Endpoint address, int maxFrameBytes, Acceptor acceptor) {
            this.network = network;
            this.address = address;
            this.maxFrameBytes = maxFrameBytes;
            this.acceptor = acceptor;
        }

        @Override
        public Endpoint address() {
            return address;
        }

        @Override
        public void close() {
            network.process.requireAlive();
            network.listeners.remove(address.port(), this);
        }

        private void accept(SimulatedConnection connection) {
            if (!connection.isOpen()) {
                return;
            }
            ConnectionHandler handler = network.listeners.containsValue(this) ? acceptor.accept(connection) : null;
            if (handler == null) {
                connection.close();
            } else {
                connection.handledBy(handler);
            }
        }
    }
}
