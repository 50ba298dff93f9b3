package dev.barnabas.peer;

import dev.barnabas.host.Part;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Writer;
import dev.barnabas.protocol.message.RequestHeader;
import dev.barnabas.protocol.message.ResponseHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What is in flight over one connection: puts headers on requests, and finds for each response the request it answers.
 * Responses come in the order of the requests, so anything else is a violation. Does no I/O and reads no clock.
 */
final class Exchange {

    private final @Nullable String clientId;
    private final Queue<InFlight<?>> inFlight = new ArrayDeque<>();
    private int nextCorrelationId;

    /** A request that is sent and not answered. */
    record InFlight<R extends Response>(
            int correlationId, Call<R> call, int version, long deadlineNanos, Reply<R> reply) {

        /** What the request was, for people. */
        String what() {
            return call.api().apiName() + " v" + version;
        }
    }

    /** What a frame turned out to be. */
    sealed interface Received {

        /**
         * The response to the oldest request, which is no longer in flight; {@code body} is what follows the header.
         */
        record Response(InFlight<?> request, ByteBuffer body) implements Received {}

        /** Not what the protocol allows. */
        record Violation(String message) implements Received {}
    }

    Exchange(@Nullable String clientId) {
        this.clientId = clientId;
    }

    int size() {
        return inFlight.size();
    }

    /** Registers a request and gives the frame to send for it. */
    <R extends Response> List<Part> send(
            Call<R> call, Request request, int version, long deadlineNanos, Reply<R> reply) {
        int correlationId = nextCorrelationId++;
        List<Part> frame = encode(request, version, correlationId);
        inFlight.add(new InFlight<>(correlationId, call, version, deadlineNanos, reply));
        return frame;
    }

    /** The frame of a request that is not answered. */
    List<Part> post(Request request, int version) {
        return encode(request, version, nextCorrelationId++);
    }

    private List<Part> encode(Request request, int version, int correlationId) {
        ApiKey api = request.apiKey();
        int headerVersion = api.requestHeaderVersion(version);
        RequestHeader header = RequestHeader.builder()
                .requestApiKey(api.id())
                .requestApiVersion((short) version)
                .correlationId(correlationId)
                .clientId(clientId)
                .build();
        Writer out = new Writer(header.size(headerVersion) + request.size(version) - request.recordsSize(version));
        header.write(out, headerVersion);
        request.write(out, version);
        return parts(out.finish());
    }

    /** The bytes, and between them the records where they lie. */
    private static List<Part> parts(Encoded frame) {
        ByteBuffer bytes = frame.bytes();
        if (frame.splices().isEmpty()) {
            return List.of(new Part.Bytes(bytes));
        }
        List<Part> parts = new ArrayList<>(2 * frame.splices().size() + 1);
        int from = bytes.position();
        for (Encoded.Splice splice : frame.splices()) {
            if (splice.position() > from) {
                parts.add(new Part.Bytes(bytes.slice(from, splice.position() - from)));
            }
            if (!(splice.records() instanceof MemoryRecords records)) {
                throw new IllegalArgumentException(
                        "a request can only carry records that are in memory, not " + splice.records());
            }
            parts.add(new Part.Bytes(records.buffer()));
            from = splice.position();
        }
        if (bytes.limit() > from) {
            parts.add(new Part.Bytes(bytes.slice(from, bytes.limit() - from)));
        }
        return parts;
    }

    Received received(ByteBuffer frame) {
        InFlight<?> head = inFlight.peek();
        if (head == null) {
            return new Received.Violation("a response of " + frame.remaining() + " bytes that nobody asked for");
        }
        if (frame.remaining() < Integer.BYTES) {
            return new Received.Violation(
                    "a response of " + frame.remaining() + " bytes, without a header, to " + head.what());
        }
        int correlationId = frame.getInt(frame.position());
        if (correlationId != head.correlationId()) {
            return new Received.Violation("the response with the correlation id " + correlationId + " came where "
                    + head.correlationId() + " (" + head.what() + ") was next");
        }
        int headerVersion = head.call().api().responseHeaderVersion(head.version());
        Reader in = new Reader(frame);
        try {
            ResponseHeader.read(in, headerVersion);
        } catch (MalformedMessageException malformed) {
            return new Received.Violation(
                    "malformed header of the response to " + head.what() + ": " + malformed.getMessage());
        }
        inFlight.remove();
        int bodyAt = frame.limit() - in.remaining();
        return new Received.Response(head, frame.slice(bodyAt, in.remaining()));
    }

    /** The earliest deadline of what is in flight; {@link Long#MAX_VALUE} if nothing is. */
    long nextDeadlineNanos() {
        long earliest = Long.MAX_VALUE;
        for (InFlight<?> each : inFlight) {
            earliest = Math.min(earliest, each.deadlineNanos());
        }
        return earliest;
    }

    /** The first request whose deadline has passed, or null. */
    @Nullable
    InFlight<?> overdue(long nowNanos) {
        for (InFlight<?> each : inFlight) {
            if (each.deadlineNanos() - nowNanos <= 0) {
                return each;
            }
        }
        return null;
    }

    /** Takes everything out: nothing will be answered any more. */
    List<InFlight<?>> abandon() {
        List<InFlight<?>> abandoned = new ArrayList<>(inFlight);
        inFlight.clear();
        return abandoned;
    }
}
