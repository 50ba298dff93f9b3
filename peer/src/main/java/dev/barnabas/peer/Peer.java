package dev.barnabas.peer;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.peer.Negotiation.Identity;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.UnsupportedFieldException;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a broker, from the side that asks. Owned by one loop; every method is called there.
 *
 * <pre>
 *   Connecting --connected--> Negotiating --agreed--> Open --+
 *        |                         |                         |  closed by either side, violation,
 *        +-------------------------+-------------------------+  or an answer that did not come in time
 *                                  v
 *                               Closed
 * </pre>
 *
 * <p>Calls may be made in any state. What cannot be sent yet waits in order; its deadline counts from the call. An
 * answer that does not come in time closes the connection: answers come in order, so everything behind it is late as
 * well, and a connection that is silently dead would otherwise never be noticed.
 */
public final class Peer {

    private final Endpoint endpoint;
    private final Loop loop;
    private final PeerSettings settings;
    private final PeerListener listener;
    private final Exchange exchange;
    private final Deque<Waiting<?>> waiting = new ArrayDeque<>();
    private final List<Runnable> unsent = new ArrayList<>();
    private final Alarm alarm;
    private State state = new State.Connecting();

    private sealed interface State {

        record Connecting() implements State {}

        record Negotiating(Connection connection, Negotiation negotiation) implements State {}

        record Open(Connection connection, ApiRanges ranges) implements State {}

        record Closed(PeerFault fault) implements State {}
    }

    /** A call that is not sent yet; {@code reply} is null, and {@code sent} is not, if there will be no answer. */
    private record Waiting<R extends Response>(
            Call<R> call,
            long deadlineNanos,
            @Nullable Reply<R> reply,
            @Nullable Runnable sent) {}

    private Peer(Loop loop, Endpoint endpoint, PeerSettings settings, PeerListener listener) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.settings = settings;
        this.listener = listener;
        this.exchange = new Exchange(settings.clientId());
        this.alarm = new Alarm(loop, this::deadlinePassed);
    }

    /** Starts to connect to whoever listens there. */
    public static Peer open(
            Network network, Loop loop, Endpoint endpoint, PeerSettings settings, PeerListener listener) {
        return open(network, loop, endpoint, settings, listener, null);
    }

    /**
     * Starts to connect to a known node of a known cluster. If it turns out to be somebody else, and notices (Kafka
     * 4.4, KIP-1242), the peer closes with {@link PeerFault.Refused} and REBOOTSTRAP_REQUIRED.
     */
    public static Peer open(
            Network network,
            Loop loop,
            Endpoint endpoint,
            PeerSettings settings,
            PeerListener listener,
            String clusterId,
            int nodeId) {
        return open(network, loop, endpoint, settings, listener, new Identity(clusterId, nodeId));
    }

    private static Peer open(
            Network network,
            Loop loop,
            Endpoint endpoint,
            PeerSettings settings,
            PeerListener listener,
            @Nullable Identity expected) {
        loop.requireCurrent();
        Peer peer = new Peer(loop, endpoint, settings, listener);
        network.connect(
                endpoint, settings.connectTimeout(), settings.maxFrameBytes(), loop, peer.new Opening(expected));
        return peer;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public boolean isOpen() {
        return state instanceof State.Open;
    }

    public boolean isClosed() {
        return state instanceof State.Closed;
    }

    /** What the other side speaks, once it is known. */
    public Optional<ApiRanges> ranges() {
        return state instanceof State.Open open ? Optional.of(open.ranges()) : Optional.empty();
    }

    /** Calls that are neither answered nor failed. */
    public int pending() {
        return exchange.size() + waiting.size();
    }

    /** Bytes that the connection has not taken yet. */
    public long unsentBytes() {
        return state instanceof State.Open open ? open.connection().unsentBytes() : 0;
    }

    /** Asks, and calls {@code reply} with what comes of it within {@code timeout}. */
    public <R extends Response> void send(Call<R> call, Duration timeout, Reply<R> reply) {
        enqueue(new Waiting<>(call, deadline(timeout), reply, null));
    }

    /**
     * Sends a request that the other side does not answer (Produce without acknowledgement).
     *
     * @param sent called when the transport has taken it, so that its buffers may be used again, or when the peer is
     *     closed
     */
    public void post(Call<?> call, Runnable sent) {
        enqueue(new Waiting<>(call, Long.MAX_VALUE, null, sent));
    }

    /** Ends it. Calls that are in flight fail. */
    public void close() {
        close(new PeerFault.Closed("the connection to " + endpoint + " was closed by this side"));
    }

    private void enqueue(Waiting<?> call) {
        loop.requireCurrent();
        if (state instanceof State.Closed(PeerFault fault)) {
            loop.execute(() -> fail(call, fault));
            return;
        }
        waiting.add(call);
        sendWaiting();
        alarm.noLaterThan(call.deadlineNanos());
    }

    private long deadline(Duration timeout) {
        return loop.clock().nanos() + timeout.toNanos();
    }

    private void sendWaiting() {
        while (state instanceof State.Open open && !waiting.isEmpty() && exchange.size() < settings.maxInFlight()) {
            sendNow(waiting.remove(), open);
        }
    }

    private <R extends Response> void sendNow(Waiting<R> next, State.Open open) {
        Call<R> call = next.call();
        OptionalInt version = open.ranges().versionFor(call);
        if (version.isEmpty()) {
            PeerFault fault =
                    new PeerFault.Unsupported(endpoint + ": " + open.ranges().whyNot(call));
            loop.execute(() -> fail(next, fault));
            return;
        }
        try {
            Request request = call.request().apply(version.getAsInt());
            Reply<R> reply = next.reply();
            if (reply != null) {
                open.connection().send(exchange.send(call, request, version.getAsInt(), next.deadlineNanos(), reply));
            } else {
                open.connection().send(exchange.post(request, version.getAsInt()));
                if (next.sent() != null) {
                    unsent.add(next.sent());
                }
            }
        } catch (UnsupportedFieldException unsupported) {
            PeerFault fault = new PeerFault.Unsupported(endpoint + ": " + unsupported.getMessage());
            loop.execute(() -> fail(next, fault));
        }
    }

    private static <R extends Response> void fail(Waiting<R> call, PeerFault fault) {
        if (call.reply() != null) {
            call.reply().failed(fault);
        }
        if (call.sent() != null) {
            call.sent().run();
        }
    }

    private void deadlinePassed() {
        long now = loop.clock().nanos();
        Exchange.InFlight<?> late = exchange.overdue(now);
        if (late != null) {
            close(new PeerFault.TimedOut(endpoint + " did not answer " + late.what() + " in time"));
            return;
        }
        List<Waiting<?>> overdue = new ArrayList<>();
        for (Iterator<Waiting<?>> each = waiting.iterator(); each.hasNext(); ) {
            Waiting<?> call = each.next();
            if (call.deadlineNanos() != Long.MAX_VALUE && call.deadlineNanos() - now <= 0) {
                each.remove();
                overdue.add(call);
            }
        }
        long next = exchange.nextDeadlineNanos();
        for (Waiting<?> call : waiting) {
            next = Math.min(next, call.deadlineNanos());
        }
        alarm.noLaterThan(next);
        for (Waiting<?> call : overdue) {
            fail(
                    call,
                    new PeerFault.TimedOut(
                            call.call().api().apiName() + " could not be sent to " + endpoint + " in time"));
        }
    }

    private void close(PeerFault fault) {
        loop.requireCurrent();
        State before = state;
        if (before instanceof State.Closed) {
            return;
        }
        state = new State.Closed(fault);
        alarm.stop();
        switch (before) {
            case State.Negotiating negotiating -> negotiating.connection().close();
            case State.Open open -> open.connection().close();
            case State.Connecting _, State.Closed _ -> {}
        }
        List<Exchange.InFlight<?>> abandoned = exchange.abandon();
        List<Waiting<?>> never = new ArrayList<>(waiting);
        waiting.clear();
        List<Runnable> gone = List.copyOf(unsent);
        unsent.clear();
        // Not from within the caller's send or close: replies may call back into whoever holds this peer.
        loop.execute(() -> {
            listener.closed(fault);
            abandoned.forEach(each -> each.reply().failed(fault));
            never.forEach(each -> fail(each, fault));
            gone.forEach(Runnable::run);
        });
    }

    private void violation(String message) {
        close(new PeerFault.Violation(endpoint + " broke the protocol: " + message));
    }

    /** Waits for the connection. */
    private final class Opening implements Network.Connecting {

        private final @Nullable Identity expected;

        Opening(@Nullable Identity expected) {
            this.expected = expected;
        }

        @Override
        public ConnectionHandler connected(Connection connection) {
            if (state instanceof State.Closed) {
                connection.close();
            } else {
                Negotiation negotiation = new Negotiation(settings, expected);
                state = new State.Negotiating(connection, negotiation);
                ask(connection, negotiation);
            }
            return new Receiving();
        }

        @Override
        public void failed(IOException fault) {
            close(new PeerFault.Unreachable("cannot connect to " + endpoint + ": " + fault.getMessage()));
        }
    }

    /** ApiVersions goes through the exchange like any request, but its body is for the negotiation to read. */
    private void ask(Connection connection, Negotiation negotiation) {
        long deadline = deadline(settings.negotiationTimeout());
        ApiVersionsRequest request = negotiation.request();
        connection.send(exchange.send(
                Call.of(request, ApiVersionsResponse::read),
                request,
                negotiation.version(),
                deadline,
                new NobodyWaits<>()));
        alarm.noLaterThan(deadline);
    }

    /** Who waits for ApiVersions is the peer itself, and it learns from {@link #close} when there is no answer. */
    private static final class NobodyWaits<R extends Response> implements Reply<R> {

        @Override
        public void answered(Answer<R> answer) {}

        @Override
        public void failed(PeerFault fault) {}
    }

    private void negotiated(State.Negotiating negotiating, ByteBuffer body) {
        switch (negotiating.negotiation().answered(body)) {
            case Negotiation.Step.AskAgain _ -> ask(negotiating.connection(), negotiating.negotiation());
            case Negotiation.Step.Failed(PeerFault fault) -> close(fault);
            case Negotiation.Step.Agreed(ApiRanges ranges) -> {
                state = new State.Open(negotiating.connection(), ranges);
                listener.opened();
                sendWaiting();
            }
        }
    }

    /** Reads the answer, and sees to it that the frame is released. */
    private <R extends Response> void answered(Exchange.InFlight<R> request, ByteBuffer body, Frame frame) {
        Call<R> call = request.call();
        Reader in = new Reader(call.inPlace() ? body : copyOf(body));
        R response;
        try {
            response = call.response().read(in, request.version());
        } catch (MalformedMessageException malformed) {
            refuse(request, "malformed response to " + request.what() + ": " + malformed.getMessage());
            frame.release();
            return;
        }
        if (in.remaining() > 0) {
            refuse(request, in.remaining() + " bytes too many in the response to " + request.what());
            frame.release();
            return;
        }
        Answer<R> answer = new Answer<>(response, request.version());
        if (call.inPlace()) {
            request.reply().answeredInPlace(answer, frame);
        } else {
            frame.release();
            request.reply().answered(answer);
        }
        sendWaiting();
    }

    private void refuse(Exchange.InFlight<?> request, String message) {
        violation(message);
        if (state instanceof State.Closed(PeerFault fault)) {
            request.reply().failed(fault);
        }
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    /** What comes out of the connection. */
    private final class Receiving implements ConnectionHandler {

        @Override
        public void received(Frame frame) {
            if (state instanceof State.Closed) {
                frame.release();
                return;
            }
            switch (exchange.received(frame.bytes())) {
                case Exchange.Received.Violation(String message) -> {
                    frame.release();
                    violation(message);
                }
                case Exchange.Received.Response(Exchange.InFlight<?> request, ByteBuffer body) -> {
                    if (request.call().api() == ApiKey.API_VERSIONS && state instanceof State.Negotiating negotiating) {
                        negotiated(negotiating, body);
                        frame.release();
                    } else {
                        answered(request, body, frame);
                    }
                }
            }
        }

        @Override
        public void drained() {
            if (!unsent.isEmpty()) {
                List<Runnable> taken = List.copyOf(unsent);
                unsent.clear();
                taken.forEach(Runnable::run);
            }
        }

        @Override
        public void closed(CloseReason reason) {
            close(
                    switch (reason) {
                        case CloseReason.Local _ ->
                            new PeerFault.Closed("the connection to " + endpoint + " was closed by this side");
                        case CloseReason.Remote _ -> new PeerFault.Disconnected(endpoint + " closed the connection");
                        case CloseReason.Fault(String message) ->
                            new PeerFault.Disconnected("the connection to " + endpoint + " broke: " + message);
                        case CloseReason.Violation(String message) ->
                            new PeerFault.Violation(endpoint + " broke the protocol: " + message);
                    });
        }
    }
}
