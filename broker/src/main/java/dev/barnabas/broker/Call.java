package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Response;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the broker, and the place of its response: responses leave a connection in the order
 * of the requests, whatever order they are answered in. Owned by the connection's loop.
 */
final class Call {

    private final Asker asker;
    private final ApiKey api;
    private final int version;
    private final int correlationId;
    private final @Nullable String clientId;
    private final int requestBytes;
    private final long receivedNanos;
    private @Nullable Frame frame;
    private @Nullable Response response;
    private boolean answered;

    /** A request without received bytes to look after. */
    Call(Asker asker, ApiKey api, int version, int correlationId, @Nullable String clientId) {
        this(
                asker,
                api,
                version,
                correlationId,
                clientId,
                null,
                asker.loop().clock().nanos());
    }

    Call(
            Asker asker,
            ApiKey api,
            int version,
            int correlationId,
            @Nullable String clientId,
            @Nullable Frame frame,
            long receivedNanos) {
        this.asker = asker;
        this.api = api;
        this.version = version;
        this.correlationId = correlationId;
        this.clientId = clientId;
        this.frame = frame;
        this.requestBytes = frame == null ? 0 : frame.bytes().capacity();
        this.receivedNanos = receivedNanos;
    }

    Loop loop() {
        return asker.loop();
    }

    /** Who is answered: what belongs to one connection is kept by it. */
    Asker asker() {
        return asker;
    }

    ApiKey api() {
        return api;
    }

    int version() {
        return version;
    }

    int correlationId() {
        return correlationId;
    }

    /** What the client calls itself; empty when it says nothing. */
    String clientId() {
        return clientId == null ? "" : clientId;
    }

    /** Where the request came from. */
    Endpoint remote() {
        return asker.remote();
    }

    /** Which of the broker's listeners it came through: clients are told addresses of the same listener. */
    BrokerListener listener() {
        return asker.listener();
    }

    int requestBytes() {
        return requestBytes;
    }

    long receivedNanos() {
        return receivedNanos;
    }

    /** Whether there is nobody left to answer: long work and waits may be given up. */
    boolean abandoned() {
        return asker.isClosed();
    }

    /** Answers. Only on the connection's loop, once. */
    void answer(Response answer) {
        settle(answer);
    }

    /** For requests that get no response on the wire (produce with acks=0). */
    void answerNothing() {
        settle(null);
    }

    /** Whether another broker has forwarded it, since this node should host the active controller. */
    boolean isForwarded() {
        return asker instanceof EnvelopeHandler.Enveloped;
    }

    /** Runs a task when whoever asked is gone, see {@link Asker#whenClosed}. */
    void whenClosed(Runnable task) {
        asker.whenClosed(task);
    }

    /** There will be no answer, and it is not the fault of whoever asked: he is cut off, and may ask somebody else. */
    void giveUp(String why) {
        releaseFrame();
        asker.unanswerable(why);
    }

    /** The peer broke the protocol, or was promised an answer that cannot be given: the connection is closed. */
    void closeConnection(String why) {
        releaseFrame();
        asker.violation(why);
    }

    /**
     * Gives the request's bytes back. Only a handler that declared to keep them (see {@link Api#keepsFrame}) calls
     * this; for all others it has happened before they are called.
     */
    void releaseFrame() {
        Frame held = frame;
        if (held != null) {
            frame = null;
            held.release();
        }
    }

    boolean isAnswered() {
        return answered;
    }

    /** The response, or null when nothing goes on the wire. */
    @Nullable
    Response response() {
        return response;
    }

    private void settle(@Nullable Response answer) {
        loop().requireCurrent();
        if (answered) {
            throw new IllegalStateException("answered twice: " + api + " " + correlationId);
        }
        answered = true;
        response = answer;
        releaseFrame();
        asker.answered(this);
    }
}
