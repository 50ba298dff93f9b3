package dev.barnabas.conformance.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes TCP connections on. While one of its gates is closed it opens nothing, forwards nothing in that direction and
 * closes nothing: to both ends it looks like a network that has fallen silent.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER = 64 << 10;

    private final ServerSocket listening;
    private final InetSocketAddress target;
    private final Gates gates;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** What has to be passed, each by what goes in its direction, both by a new connection. */
    interface Gates {
        void awaitForth() throws InterruptedException;

        void awaitBack() throws InterruptedException;
    }

    private Relay(ServerSocket listening, InetSocketAddress target, Gates gates) {
        this.listening = listening;
        this.target = target;
        this.gates = gates;
    }

    static Relay start(InetSocketAddress at, InetSocketAddress target, Gates gates) throws IOException {
        ServerSocket listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(at);
        Relay relay = new Relay(listening, target, gates);
        Thread.ofVirtual().name("relay " + at).start(relay::accept);
        return relay;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket caller = listening.accept();
                Thread.ofVirtual().start(() -> connect(caller));
            } catch (IOException closed) {
                close();
            }
        }
    }

    private void connect(Socket caller) {
        Socket called = new Socket();
        List<Socket> both = List.of(caller, called);
        open.addAll(both);
        try {
            gates.awaitForth();
            gates.awaitBack();
            caller.setTcpNoDelay(true);
            called.setTcpNoDelay(true);
            called.connect(target);
            Thread forth = Thread.ofVirtual().start(() -> pump(caller, called, gates::awaitForth));
            pump(called, caller, gates::awaitBack);
            forth.join();
        } catch (IOException nobodyListens) {
            // The caller is told by its connection's end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(both);
            both.forEach(open::remove);
        }
    }

    private interface Gate {
        void await() throws InterruptedException;
    }

    /** The end of one direction is passed on as the end of both: Kafka's protocol knows no half. */
    private static void pump(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int count = from.getInputStream().read(buffer);
                    count >= 0;
                    count = from.getInputStream().read(buffer)) {
                gate.await();
                to.getOutputStream().write(buffer, 0, count);
            }
            gate.await();
        } catch (IOException gone) {
            // One of them has closed it, or was killed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close(List.of(from, to));
    }

    private static void close(Collection<Socket> sockets) {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close(open);
    }
}
