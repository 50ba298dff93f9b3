package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Wire;
import dev.barnabas.protocol.message.DefaultPrincipalData;
import dev.barnabas.protocol.message.EnvelopeRequest;
import dev.barnabas.protocol.message.EnvelopeResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's request on its way to the controller: as the client has sent it, with who the client is (KIP-590).
 *
 * @param api of the request inside
 * @param version of the request inside, and so of its response
 */
record EnvelopedRequest(ApiKey api, int version, EnvelopeRequest envelope) {

    private static final Logger log = LoggerFactory.getLogger(EnvelopedRequest.class);

    /** Everybody, as long as nobody has to say who he is. */
    private static final DefaultPrincipalData ANYBODY = new DefaultPrincipalData("User", "ANONYMOUS", false);

    static EnvelopedRequest of(Request request, Call call) {
        Encoded inside = Wire.encodeRequest(call.correlationId(), call.clientId(), request, call.version());
        ByteBuffer body =
                Encoded.message(ANYBODY, DefaultPrincipalData.HIGHEST_VERSION).flatten();
        ByteBuffer principal = ByteBuffer.allocate(Short.BYTES + body.remaining())
                .putShort((short) DefaultPrincipalData.HIGHEST_VERSION)
                .put(body)
                .flip();
        ByteBuffer address = ByteBuffer.wrap(call.remote().host().getBytes(StandardCharsets.UTF_8));
        return new EnvelopedRequest(
                call.api(), call.version(), new EnvelopeRequest(inside.flatten(), principal, address));
    }

    /** Whether whoever was asked does not host the controller any more. */
    static boolean isRefusedByFormerController(EnvelopeResponse response) {
        return response.errorCode() == ErrorCode.NOT_CONTROLLER.code();
    }

    /** The response inside; empty if there is none that can be read. */
    Optional<Response> open(EnvelopeResponse response) {
        ByteBuffer inside = response.responseData();
        if (response.errorCode() != ErrorCode.NONE.code() || inside == null) {
            log.error("A forwarded request was refused api={} error={}", api, response.errorCode());
            return Optional.empty();
        }
        try {
            Reader in = new Reader(inside);
            Wire.readResponseHeader(in, api, version);
            return Optional.of(api.readResponse(in, version));
        } catch (MalformedMessageException malformed) {
            log.error("The answer to a forwarded request cannot be read api={} version={}", api, version, malformed);
            return Optional.empty();
        }
    }
}
