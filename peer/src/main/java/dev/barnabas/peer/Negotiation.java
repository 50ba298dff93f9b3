package dev.barnabas.peer;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Agreeing on versions (KIP-35, KIP-511). The question is asked in our highest version. A side that does not know it
 * answers UNSUPPORTED_VERSION, in version 0 whatever was asked, and from Kafka 2.4 on says in it which version to ask
 * again with. Pure: it says what to do, {@link Peer} does it.
 */
final class Negotiation {

    private final PeerSettings settings;
    private final @Nullable Identity expected;
    private int version = ApiKey.API_VERSIONS.highestStableVersion();

    /** Whom we believe to talk to. A broker that is somebody else says so (KIP-1242). */
    record Identity(String clusterId, int nodeId) {}

    /** What to do after a response. */
    sealed interface Step {

        /** Ask again, with {@link #request()} in {@link #version()}. */
        record AskAgain() implements Step {}

        record Agreed(ApiRanges ranges) implements Step {}

        record Failed(PeerFault fault) implements Step {}
    }

    Negotiation(PeerSettings settings, @Nullable Identity expected) {
        this.settings = settings;
        this.expected = expected;
    }

    int version() {
        return version;
    }

    ApiVersionsRequest request() {
        ApiVersionsRequest.Builder request = ApiVersionsRequest.builder();
        if (version >= 3) {
            request.clientSoftwareName(settings.softwareName()).clientSoftwareVersion(settings.softwareVersion());
        }
        if (version >= 5 && expected != null) {
            request.clusterId(expected.clusterId()).nodeId(expected.nodeId());
        }
        return request.build();
    }

    /** @param body the response without its header */
    Step answered(ByteBuffer body) {
        boolean unsupported = body.remaining() >= Short.BYTES
                && body.getShort(body.position()) == ErrorCode.UNSUPPORTED_VERSION.code();
        ApiVersionsResponse response;
        try {
            response = ApiVersionsResponse.read(new Reader(body), unsupported ? 0 : version);
        } catch (MalformedMessageException malformed) {
            return new Step.Failed(
                    new PeerFault.Violation("the answer to ApiVersions is malformed: " + malformed.getMessage()));
        }
        if (unsupported) {
            return askAgain(response);
        }
        ErrorCode code = ErrorCode.forCode(response.errorCode());
        return code == ErrorCode.NONE
                ? new Step.Agreed(ApiRanges.of(response))
                : new Step.Failed(new PeerFault.Refused(code, "the broker refuses to agree on versions: " + code));
    }

    private Step askAgain(ApiVersionsResponse response) {
        int next = ApiRanges.of(response)
                .of(ApiKey.API_VERSIONS)
                .map(ApiRanges.Range::highest)
                .orElse(0);
        if (next < 0 || next >= version) {
            return new Step.Failed(new PeerFault.Violation(
                    "the broker refuses version " + version + " of ApiVersions and offers version " + next));
        }
        version = next;
        return new Step.AskAgain();
    }
}
