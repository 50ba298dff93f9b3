package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls between members: one connection to each address that is called, and one virtual thread for each that is
 * accepted and for each call that is answered. May be used on any thread.
 */
final class Transport implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final int BACKLOG = 64;

    /** What answers calls. */
    @FunctionalInterface
    interface Receiver {
        byte[] receive(byte kind, byte[] content) throws IOException;
    }

    private final ServerSocket listening;
    private final Receiver receiver;
    private final Map<Endpoint, Link> links = new ConcurrentHashMap<>();
    private final Set<Socket> accepted = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Listens from now on, and answers once it is started. */
    Transport(Endpoint bind, Receiver receiver) throws IOException {
        this.receiver = receiver;
        this.listening = new ServerSocket();
        listening.setReuseAddress(true);
        try {
            listening.bind(
                    bind.host().isEmpty()
                            ? new InetSocketAddress(bind.port())
                            : new InetSocketAddress(bind.host(), bind.port()),
                    BACKLOG);
        } catch (IOException fault) {
            listening.close();
            throw fault;
        }
    }

    void start() {
        Thread.ofVirtual().name("quorum-accept").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Calls whoever is there and waits for the answer. */
    byte[] call(Endpoint to, byte kind, byte[] content, Duration timeout) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        return links.computeIfAbsent(to, Link::new).call(kind, content, timeout);
    }

    /** The next call makes a new connection. */
    void reset(Endpoint to) {
        Link link = links.remove(to);
        if (link != null) {
            link.close();
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                accepted.add(socket);
                if (closed) {
                    socket.close();
                }
                Thread.ofVirtual().name("quorum-connection").start(() -> serve(socket));
            } catch (IOException fault) {
                if (!closed) {
                    LOG.atWarn().setCause(fault).log("A connection of the quorum could not be accepted");
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
            while (!closed) {
                Frame frame = Frame.read(in);
                Thread.ofVirtual().name("quorum-call").start(() -> answer(frame, socket, out));
            }
        } catch (IOException gone) {
            LOG.debug("A connection of the quorum has ended", gone);
        } finally {
            accepted.remove(socket);
        }
    }

    private void answer(Frame frame, Socket socket, DataOutputStream out) {
        Frame answer;
        try {
            answer = new Frame(Frame.ANSWER, frame.call(), receiver.receive(frame.kind(), frame.content()));
        } catch (IOException | RuntimeException fault) {
            // Whatever another member sends, this one goes on.
            answer =
                    new Frame(Frame.FAILURE, frame.call(), String.valueOf(fault).getBytes(StandardCharsets.UTF_8));
        }
        try {
            synchronized (out) {
                answer.write(out);
            }
        } catch (IOException gone) {
            close(socket);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("A connection of the quorum could not be closed", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            LOG.debug("The listening socket of the quorum could not be closed", e);
        }
        accepted.forEach(Transport::close);
        links.values().forEach(Link::close);
    }
}
