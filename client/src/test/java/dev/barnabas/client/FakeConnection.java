package dev.barnabas.client;

import dev.barnabas.client.FakeCluster.Refusal;
import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Part;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Writer;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.RequestHeader;
import dev.barnabas.protocol.message.ResponseHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's connection to a fake broker: one request at a time, like Kafka. */
final class FakeConnection implements ConnectionHandler {

    private final FakeCluster cluster;
    private final FakeBroker broker;
    private final Connection connection;
    private final Deque<ByteBuffer> queue = new ArrayDeque<>();
    private boolean busy;
    private boolean closed;

    FakeConnection(FakeCluster cluster, FakeBroker broker, Connection connection) {
        this.cluster = cluster;
        this.broker = broker;
        this.connection = connection;
    }

    @Override
    public void received(Frame frame) {
        ByteBuffer bytes = frame.bytes();
        queue.add(ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip());
        frame.release();
        next();
    }

    @Override
    public void closed(CloseReason reason) {
        closed = true;
        cluster.connections.remove(this);
    }

    void drop() {
        connection.loop().execute(connection::close);
    }

    private void next() {
        while (!busy && !queue.isEmpty() && !closed) {
            busy = true;
            handle(queue.remove());
        }
    }

    private void handle(ByteBuffer frame) {
        ApiKey api = Objects.requireNonNull(ApiKey.forId(frame.getShort(0)));
        int version = frame.getShort(Short.BYTES);
        int correlationId = frame.getInt(2 * Short.BYTES);
        cluster.requests.merge(api, 1, Integer::sum);
        cluster.lastVersions.put(api, version);
        Deque<Refusal> refusals = cluster.refusals.getOrDefault(api, new ArrayDeque<>());
        @Nullable Refusal refusal = refusals.poll();
        if (refusal == Refusal.SILENCE) {
            return;
        }
        if (refusal == Refusal.DROP_BEFORE) {
            connection.close();
            return;
        }
        if (api == ApiKey.API_VERSIONS && version > highest(api)) {
            answer(
                    api,
                    0,
                    correlationId,
                    broker.apiVersions()
                            .errorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                            .build());
            return;
        }
        Reader in = new Reader(frame);
        RequestHeader.read(in, api.requestHeaderVersion(version));
        Request request = api.readRequest(in, version);
        Consumer<Response> answer = response -> {
            if (refusal == null) {
                answer(api, version, correlationId, response);
            } else if (refusal == Refusal.WRONG_CORRELATION) {
                answer(api, version, correlationId + 1, response);
            } else if (refusal == Refusal.GARBAGE) {
                connection.send(List.of(new Part.Bytes(ByteBuffer.allocate(64)
                        .putInt(0, correlationId)
                        .putInt(4, -2)
                        .putInt(8, -2))));
            } else {
                connection.close();
            }
        };
        broker.handle(request, version, answer);
    }

    int highest(ApiKey api) {
        return cluster.highestVersions.getOrDefault(api, api.highestStableVersion());
    }

    private void answer(ApiKey api, int version, int correlationId, @Nullable Response response) {
        busy = false;
        if (closed) {
            return;
        }
        if (response != null) {
            ResponseHeader header = new ResponseHeader(correlationId);
            int headerVersion = api.responseHeaderVersion(version);
            Writer out =
                    new Writer(header.size(headerVersion) + response.size(version) - response.recordsSize(version));
            header.write(out, headerVersion);
            response.write(out, version);
            Encoded encoded = out.finish();
            connection.send(List.of(new Part.Bytes(encoded.flatten())));
        }
        next();
    }

    static ApiVersionsResponse.ApiVersion range(ApiKey api, int highest) {
        return new ApiVersionsResponse.ApiVersion(api.id(), (short) api.lowestVersion(), (short) highest);
    }
}
