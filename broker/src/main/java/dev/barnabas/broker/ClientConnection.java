package dev.barnabas.broker;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Part;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.UnsupportedFieldException;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.RequestHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: takes requests apart, hands each to its handler, and sends the responses in the order of the
 * requests. Requests are pipelined: the next one is handled while earlier ones wait. Owned by the connection's loop.
 *
 * <p>Backpressure: when too many requests or unsent bytes are outstanding, nothing more is read or handled until they
 * are fewer. Frames that had been read by then wait in {@link #backlog}: thousands of small requests come with one
 * read, and the responses to all of them could be any size.
 *
 * <p>What a client sends must not stop the node. If a request cannot be taken apart, or its handler fails before it has
 * handed work to the owner of some state, only its connection is closed, since nothing can have been half changed. What
 * fails at such an owner, on whatever loop, is a defect: see {@link BrokenStateError}.
 */
final class ClientConnection implements ConnectionHandler, Asker {

    /** A request of a client that pipelines more than this waits in the socket. */
    private static final int MAX_PIPELINED = 128;

    /** A client that takes its responses slower than it asks is not read from while so much waits for it. */
    private static final long MAX_UNSENT_BYTES = 8L << 20;

    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

    private final Connection connection;
    private final BrokerListener listener;
    private final Connections connections;
    private final RequestMetrics metrics;
    private final ArrayDeque<Call> unanswered = new ArrayDeque<>();
    /**
     * Received, and not looked at yet. What had been read when reading was paused still comes, even before anything is
     * served.
     */
    private final ArrayDeque<Frame> backlog = new ArrayDeque<>();
    /** In the order in which they came, so that a simulation goes the same way again. */
    private final Set<Runnable> whenClosed = new LinkedHashSet<>();
    /** Null until the node is ready; until then nothing is read. */
    private @Nullable Apis apis;

    private boolean reading;
    private boolean handling;
    /** Whether it has been closed from here; {@link #closed} follows, and nothing is handled any more. */
    private boolean closing;

    private boolean closed;
    private long lastActiveNanos;
    private String softwareName = "";
    private String softwareVersion = "";
    private @Nullable Runnable whenNextComes;

    ClientConnection(Connection connection, BrokerListener listener, Connections connections, RequestMetrics metrics) {
        this.connection = connection;
        this.listener = listener;
        this.connections = connections;
        this.metrics = metrics;
        this.lastActiveNanos = connection.loop().clock().nanos();
        connection.pauseReading();
    }

    void serve(Apis ready) {
        apis = ready;
        goOn();
    }

    @Override
    public void received(Frame frame) {
        lastActiveNanos = loop().clock().nanos();
        backlog.add(frame);
        goOn();
    }

    /** Handles what waits, as far as there is room for its responses; after everything that may have made room. */
    private void goOn() {
        Apis offered = apis;
        // A response that is ready at once comes back here while its request is being handled.
        if (offered == null || handling) {
            return;
        }
        handling = true;
        try {
            while (hasRoom() && !backlog.isEmpty()) {
                handle(backlog.remove(), offered);
            }
        } finally {
            handling = false;
        }
        adjustReading();
    }

    private void handle(Frame frame, Apis offered) {
        nextComes();
        Call call;
        Request request;
        Api<?> api;
        try {
            ByteBuffer bytes = frame.bytes();
            Reader in = new Reader(bytes);
            short key = bytes.getShort(bytes.position());
            int version = bytes.getShort(bytes.position() + 2);
            ApiKey apiKey = ApiKey.forId(key);
            api = apiKey == null ? null : offered.find(apiKey);
            if (apiKey == null || api == null) {
                frame.release();
                violation("asked for API " + (apiKey == null ? key : apiKey) + ", which this broker does not offer");
                return;
            }
            if (!api.supports(version)) {
                unsupportedVersion(frame, apiKey, version, offered);
                return;
            }
            if (!api.keepsFrame()) {
                in = new Reader(copy(bytes));
            }
            RequestHeader header = RequestHeader.read(in, apiKey.requestHeaderVersion(version));
            call = new Call(this, apiKey, version, header.correlationId(), header.clientId(), frame, lastActiveNanos);
            request = apiKey.readRequest(in, version);
            if (in.remaining() > 0) {
                frame.release();
                violation(apiKey + " v" + version + " is followed by " + in.remaining()
                        + " bytes that do not belong to it");
                return;
            }
        } catch (MalformedMessageException e) {
            frame.release();
            violation("sent what is not a request: " + e.getMessage());
            return;
        } catch (IndexOutOfBoundsException e) {
            frame.release();
            violation("sent what is not a request: it ends too early");
            return;
        } catch (RuntimeException e) {
            frame.release();
            log.error("A request cannot be read; its connection is closed remote={}", remote(), e);
            close();
            return;
        }
        unanswered.add(call);
        if (!api.keepsFrame()) {
            call.releaseFrame();
        }
        try {
            api.handle(request, call);
        } catch (RuntimeException e) {
            call.releaseFrame();
            log.error(
                    "A request cannot be handled; its connection is closed api={} version={} remote={}",
                    call.api(),
                    call.version(),
                    remote(),
                    e);
            close();
        }
    }

    @Override
    public void drained() {
        goOn();
    }

    @Override
    public void closed(CloseReason reason) {
        closing = true;
        closed = true;
        for (Frame frame = backlog.poll(); frame != null; frame = backlog.poll()) {
            frame.release();
        }
        connections.remove(this);
        nextComes();
        whenClosed.forEach(Runnable::run);
        whenClosed.clear();
        if (reason instanceof CloseReason.Violation violation) {
            log.warn("Closed a connection that broke the protocol remote={} why={}", remote(), violation.message());
        }
    }

    /** The oldest unanswered responses that have become ready go out; each in its place. */
    @Override
    public void answered(Call call) {
        metrics.answered(call, loop().clock().nanos());
        if (closed) {
            unanswered.remove(call);
            return;
        }
        Call next;
        while ((next = unanswered.peek()) != null && next.isAnswered()) {
            unanswered.remove();
            Response response = next.response();
            if (response != null && !send(next, response)) {
                return;
            }
        }
        goOn();
    }

    /**
     * A response that its version cannot express is our defect. It harms nobody but this client, which must not be able
     * to stop the node by asking again.
     */
    private boolean send(Call call, Response response) {
        List<Part> frame;
        try {
            frame = ResponseFrame.of(call.correlationId(), response, call.version());
        } catch (UnsupportedFieldException e) {
            log.error(
                    "A response cannot be written; its connection is closed api={} version={}",
                    call.api(),
                    call.version(),
                    e);
            close();
            return false;
        }
        connection.send(frame);
        return true;
    }

    @Override
    public void unanswerable(String why) {
        if (!closing) {
            log.info("Closing a connection whose request cannot be answered remote={} why={}", remote(), why);
            close();
        }
    }

    @Override
    public void whenClosed(Runnable task) {
        if (closed) {
            task.run();
        } else {
            whenClosed.add(task);
        }
    }

    @Override
    public void whenNextComes(Runnable task) {
        nextComes();
        if (closed) {
            task.run();
        } else {
            whenNextComes = task;
        }
    }

    private void nextComes() {
        Runnable task = whenNextComes;
        if (task != null) {
            whenNextComes = null;
            task.run();
        }
    }

    @Override
    public void introduced(String name, String version) {
        softwareName = name;
        softwareVersion = version;
    }

    @Override
    public String softwareName() {
        return softwareName;
    }

    @Override
    public String softwareVersion() {
        return softwareVersion;
    }

    @Override
    public void violation(String why) {
        if (!closing) {
            log.warn("Closing a connection that broke the protocol remote={} why={}", remote(), why);
            close();
        }
    }

    /** Closes it if nothing was asked, and nothing is being answered, since the given time. */
    void closeIfIdleSince(long nanos) {
        if (unanswered.isEmpty() && lastActiveNanos - nanos < 0) {
            log.debug("Closing an idle connection remote={}", remote());
            close();
        }
    }

    void close() {
        closing = true;
        connection.close();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public Loop loop() {
        return connection.loop();
    }

    @Override
    public Endpoint remote() {
        return connection.remote();
    }

    @Override
    public BrokerListener listener() {
        return listener;
    }

    private boolean hasRoom() {
        return !closing && unanswered.size() < MAX_PIPELINED && connection.unsentBytes() < MAX_UNSENT_BYTES;
    }

    private void adjustReading() {
        boolean wanted = hasRoom();
        if (wanted != reading && !closing) {
            reading = wanted;
            if (wanted) {
                connection.resumeReading();
            } else {
                connection.pauseReading();
            }
        }
    }

    /**
     * A client that is newer than this broker asks with an ApiVersions version that is not known here, and must be able
     * to read the answer: it is in version 0 (KIP-511). For every other API the client has ignored ApiVersions.
     */
    private void unsupportedVersion(Frame frame, ApiKey key, int version, Apis offered) {
        int correlationId = frame.bytes().getInt(frame.bytes().position() + 4);
        if (key != ApiKey.API_VERSIONS) {
            frame.release();
            violation("asked for " + key + " v" + version + ", which this broker does not offer");
            return;
        }
        Call call = new Call(this, key, 0, correlationId, null, frame, lastActiveNanos);
        unanswered.add(call);
        call.answer(ApiVersionsResponse.builder()
                .errorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                .apiKeys(ApiVersionsHandler.advertised(offered))
                .build());
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
        copy.put(bytes.duplicate());
        return copy.flip();
    }
}
