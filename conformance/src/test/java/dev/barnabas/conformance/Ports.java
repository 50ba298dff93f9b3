package dev.barnabas.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Where processes of tests listen. */
public final class Ports {

    private Ports() {}

    /**
     * A port that nobody has, below those that connections get: while the node is down, a client that calls it from
     * that very port would be connected to itself.
     */
    public static int free() throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw new IOException("no port is free", last);
    }
}
