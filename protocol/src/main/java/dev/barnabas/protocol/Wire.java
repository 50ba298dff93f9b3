package dev.barnabas.protocol;

import dev.barnabas.protocol.message.RequestHeader;
import dev.barnabas.protocol.message.ResponseHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Requests and responses as they travel: a header and a body. The four bytes of length in front of them are not part of
 * it; the network port adds and removes those.
 */
public final class Wire {
    private Wire() {}

    /** @param clientId how the client calls itself, for logs, metrics and quotas */
    public static Encoded encodeRequest(int correlationId, @Nullable String clientId, Request request, int version) {
        ApiKey api = request.apiKey();
        RequestHeader header = new RequestHeader(api.id(), (short) version, correlationId, clientId);
        return encode(header, api.requestHeaderVersion(version), request, version);
    }

    /** @param correlationId that of the request that is answered */
    public static Encoded encodeResponse(int correlationId, Response response, int version) {
        ResponseHeader header = new ResponseHeader(correlationId);
        return encode(header, response.apiKey().responseHeaderVersion(version), response, version);
    }

    private static Encoded encode(Message header, int headerVersion, Message body, int version) {
        int size = header.size(headerVersion) + body.size(version) - body.recordsSize(version);
        Writer out = new Writer(size);
        header.write(out, headerVersion);
        body.write(out, version);
        return out.finish();
    }

    /**
     * Reads the header of a request and leaves {@code in} at its body. The API is one that exists; its version may be
     * one that does not: its header can still be read, and the answer to ApiVersions in an unknown version is the one
     * of version 0.
     *
     * @throws MalformedMessageException if it is not a header, or names an API that does not exist
     */
    public static RequestHeader readRequestHeader(Reader in) {
        ByteBuffer start = in.peek("RequestHeader", Short.BYTES + Short.BYTES);
        short id = start.getShort();
        short version = start.getShort();
        ApiKey api = ApiKey.forId(id);
        if (api == null) {
            throw new MalformedMessageException("RequestHeader.requestApiKey: there is no API " + id);
        }
        if (version < 0) {
            throw new MalformedMessageException("RequestHeader.requestApiVersion is negative: " + version);
        }
        return RequestHeader.read(in, api.requestHeaderVersion(version));
    }

    /** Reads the header of a response to a request of {@code version} and leaves {@code in} at its body. */
    public static ResponseHeader readResponseHeader(Reader in, ApiKey api, int version) {
        return ResponseHeader.read(in, api.responseHeaderVersion(version));
    }
}
