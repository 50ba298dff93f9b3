package dev.barnabas.peer;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Part;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.ApiVersionsResponse.ApiVersion;
import dev.barnabas.protocol.message.RequestHeader;
import dev.barnabas.protocol.message.ResponseHeader;
import dev.barnabas.simulation.SimulatedHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The other side of a peer: answers ApiVersions by itself, keeps everything else for the test to answer. */
final class ScriptedServer implements ConnectionHandler {

    static final int PORT = 9092;

    final List<Asked> asked = new ArrayList<>();
    final List<Asked> negotiations = new ArrayList<>();
    final Map<ApiKey, Integer> highest = new HashMap<>();
    final List<CloseReason> closed = new ArrayList<>();

    /** Whether ApiVersions is answered. */
    boolean negotiates = true;

    /** Before Kafka 2.4 the answer to a version that is not known lists nothing. */
    boolean listsNothingWhenUnsupported;

    private @Nullable Connection connection;

    /** A request as it came in. */
    record Asked(
            ApiKey api,
            int version,
            int correlationId,
            @Nullable String clientId,
            Request request) {}

    static ScriptedServer on(SimulatedHost host) {
        ScriptedServer server = new ScriptedServer();
        try {
            host.network().listen(new Endpoint(host.name(), PORT), 1 << 20, opened -> {
                server.connection = opened;
                return server;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return server;
    }

    Connection connection() {
        return Objects.requireNonNull(connection);
    }

    @Override
    public void received(Frame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(frame.bytes().remaining())
                .put(frame.bytes().duplicate())
                .flip();
        frame.release();
        ApiKey api = Objects.requireNonNull(ApiKey.forId(bytes.getShort(0)));
        int version = bytes.getShort(2);
        if (api == ApiKey.API_VERSIONS && version > highest(api)) {
            negotiations.add(new Asked(
                    api,
                    version,
                    bytes.getInt(4),
                    null,
                    ApiVersionsRequest.builder().build()));
            answer(negotiations.getLast(), 0, versions().errorCode((short) 35).build());
            return;
        }
        Reader in = new Reader(bytes);
        RequestHeader header = RequestHeader.read(in, api.requestHeaderVersion(version));
        Asked request =
                new Asked(api, version, header.correlationId(), header.clientId(), api.readRequest(in, version));
        if (api == ApiKey.API_VERSIONS) {
            negotiations.add(request);
            if (negotiates) {
                answer(request, version, versions().build());
            }
        } else {
            asked.add(request);
        }
    }

    private ApiVersionsResponse.Builder versions() {
        boolean unsupported =
                !negotiations.isEmpty() && negotiations.getLast().version() > highest(ApiKey.API_VERSIONS);
        List<ApiVersion> ranges = new ArrayList<>();
        if (!(unsupported && listsNothingWhenUnsupported)) {
            for (ApiKey api : List.of(ApiKey.API_VERSIONS, ApiKey.METADATA, ApiKey.PRODUCE, ApiKey.HEARTBEAT)) {
                ranges.add(new ApiVersion(api.id(), (short) api.lowestVersion(), (short) highest(api)));
            }
        }
        return ApiVersionsResponse.builder().apiKeys(ranges);
    }

    private int highest(ApiKey api) {
        return highest.getOrDefault(api, api.highestStableVersion());
    }

    void answer(Asked request, Response response) {
        answer(request, request.version(), response);
    }

    private void answer(Asked request, int version, Response response) {
        answer(request.correlationId(), request.api().responseHeaderVersion(version), response, version);
    }

    void answer(int correlationId, int headerVersion, Message response, int version) {
        ByteBuffer header = Encoded.message(new ResponseHeader(correlationId), headerVersion)
                .flatten();
        ByteBuffer body = Encoded.message(response, version).flatten();
        send(ByteBuffer.allocate(header.remaining() + body.remaining())
                .put(header)
                .put(body)
                .flip());
    }

    void send(ByteBuffer frame) {
        connection().loop().execute(() -> connection().send(List.of(new Part.Bytes(frame))));
    }

    @Override
    public void closed(CloseReason reason) {
        closed.add(reason);
    }
}
