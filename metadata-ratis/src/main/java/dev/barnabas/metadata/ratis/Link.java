package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Calls to one address, over one connection that is made when it is needed. May be used on any thread. */
final class Link {

    private static final int CONNECT_TIMEOUT_MS = 500;
    /** An address at which nobody listens is not knocked at all the time. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Endpoint to;
    private final AtomicLong calls = new AtomicLong();
    private @Nullable Connection connection;
    private long failedAtNanos;
    private boolean failed;
    private boolean closed;

    Link(Endpoint to) {
        this.to = to;
    }

    byte[] call(byte kind, byte[] content, Duration timeout) throws IOException {
        Connection present = connection();
        long call = calls.incrementAndGet();
        CompletableFuture<Frame> answer = present.send(new Frame(kind, call, content));
        try {
            Frame frame = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (frame.kind() != Frame.ANSWER) {
                throw new IOException(to + " says: " + new String(frame.content(), StandardCharsets.UTF_8));
            }
            return frame.content();
        } catch (TimeoutException late) {
            present.close(new IOException("no answer"));
            throw new IOException(to + " has not answered within " + timeout, late);
        } catch (ExecutionException fault) {
            throw new IOException("the connection to " + to + " has ended", fault.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + to);
        } finally {
            present.waiting.remove(call);
        }
    }

    private synchronized Connection connection() throws IOException {
        Connection present = connection;
        if (present != null && present.isOpen()) {
            return present;
        }
        if (closed) {
            throw new IOException("closed");
        }
        if (failed && System.nanoTime() - failedAtNanos < PAUSE_NANOS) {
            throw new IOException(to + " could not be reached just now");
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(to.host(), to.port()), CONNECT_TIMEOUT_MS);
            Connection made = new Connection(socket);
            connection = made;
            failed = false;
            Thread.ofVirtual().name("quorum-answers").start(made::read);
            return made;
        } catch (IOException fault) {
            failed = true;
            failedAtNanos = System.nanoTime();
            socket.close();
            throw fault;
        }
    }

    synchronized void close() {
        closed = true;
        Connection present = connection;
        if (present != null) {
            present.close(new IOException("closed"));
        }
    }

    private static final class Connection {

        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;
        private final Map<Long, CompletableFuture<Frame>> waiting = new ConcurrentHashMap<>();
        private volatile boolean ended;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        }

        boolean isOpen() {
            return !ended;
        }

        CompletableFuture<Frame> send(Frame frame) {
            CompletableFuture<Frame> answer = new CompletableFuture<>();
            waiting.put(frame.call(), answer);
            try {
                synchronized (out) {
                    frame.write(out);
                }
                if (ended) {
                    answer.completeExceptionally(new IOException("the connection has ended"));
                }
            } catch (IOException fault) {
                close(fault);
            }
            return answer;
        }

        void read() {
            try {
                while (true) {
                    Frame frame = Frame.read(in);
                    CompletableFuture<Frame> answer = waiting.remove(frame.call());
                    if (answer != null) {
                        answer.complete(frame);
                    }
                }
            } catch (IOException fault) {
                close(fault);
            }
        }

        void close(IOException why) {
            ended = true;
            try {
                socket.close();
            } catch (IOException e) {
                why.addSuppressed(e);
            }
            waiting.values().forEach(answer -> answer.completeExceptionally(why));
        }
    }
}
