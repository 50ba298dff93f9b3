package dev.barnabas.conformance.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What lies between the nodes of a cluster, and between them and clients: a {@link Relay} for each direction of each
 * pair, which can be cut like a cable. No packet filter is needed for that, so no privilege either: every node knows
 * the others by name, and every process has a hosts file of its own, in which these names are addresses of relays
 * ({@code 127.0.FROM.TO}). Clients come through {@code 127.0.100.TO}.
 */
final class Wires implements AutoCloseable {

    /** Stands for all clients. */
    static final int CLIENTS = 100;

    private final List<Relay> relays = new ArrayList<>();
    private final Set<Wire> cut = new HashSet<>();

    /** One direction between two. */
    private record Wire(int from, int to) {}

    static String name(int node) {
        return "node-" + node;
    }

    static String address(int from, int to) {
        return "127.0." + from + "." + to;
    }

    /** Lets somebody reach a port of a node, which listens on 127.0.0.1. */
    void lay(int from, int to, int port) throws IOException {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        relays.add(Relay.start(new InetSocketAddress(address(from, to), port), target, new Relay.Gates() {
            @Override
            public void awaitForth() throws InterruptedException {
                awaitWhole(from, to);
            }

            @Override
            public void awaitBack() throws InterruptedException {
                awaitWhole(to, from);
            }
        }));
    }

    /** Writes the file in which a node finds the others. */
    static void writeHosts(Path file, int self, int nodes) throws IOException {
        StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
        for (int id = 1; id <= nodes; id++) {
            hosts.append(id == self ? "127.0.0.1" : address(self, id))
                    .append(' ')
                    .append(name(id))
                    .append('\n');
        }
        Files.writeString(file, hosts);
    }

    /** From now on nothing gets from one to the other. It is not lost: as with TCP it comes when the wire is whole. */
    synchronized void cutOneWay(int from, int to) {
        cut.add(new Wire(from, to));
    }

    void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    synchronized void heal() {
        cut.clear();
        notifyAll();
    }

    private synchronized void awaitWhole(int from, int to) throws InterruptedException {
        while (cut.contains(new Wire(from, to))) {
            wait();
        }
    }

    @Override
    public void close() {
        heal();
        relays.forEach(Relay::close);
    }
}
