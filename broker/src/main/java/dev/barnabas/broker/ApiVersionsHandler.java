package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Feature;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.ApiVersionsResponse.ApiVersion;
import dev.barnabas.protocol.message.ApiVersionsResponse.FinalizedFeatureKey;
import dev.barnabas.protocol.message.ApiVersionsResponse.SupportedFeatureKey;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * ApiVersions 0-5: what can be asked, in which versions.
 *
 * <ul>
 *   <li>v3 (KIP-511): the client's software name and version are given, and must be sane.
 *   <li>v3 (KIP-584): features come with the answer.
 *   <li>v5 (KIP-1242): a client may name the cluster and node it means to talk to; if it has reached another one it is
 *       told to bootstrap again.
 * </ul>
 */
final class ApiVersionsHandler implements Handler<ApiVersionsRequest> {

    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    private final Supplier<Apis> apis;
    private final Node node;

    ApiVersionsHandler(Supplier<Apis> apis, Node node) {
        this.apis = apis;
        this.node = node;
    }

    @Override
    public void handle(ApiVersionsRequest request, Call call) {
        ErrorCode error = check(request, call.version());
        if (error != ErrorCode.NONE) {
            call.answer(ApiVersionsResponse.builder().errorCode(error.code()).build());
            return;
        }
        call.asker().introduced(request.clientSoftwareName(), request.clientSoftwareVersion());
        ClusterImage image = node.image();
        call.answer(ApiVersionsResponse.builder()
                .apiKeys(advertised(apis.get()))
                .supportedFeatures(supported(call.version()))
                .finalizedFeaturesEpoch(image.featuresEpoch())
                .finalizedFeatures(image.finalizedFeatures().entrySet().stream()
                        .map(feature -> FinalizedFeatureKey.builder()
                                .name(feature.getKey())
                                .minVersionLevel(feature.getValue())
                                .maxVersionLevel(feature.getValue())
                                .build())
                        .toList())
                .build());
    }

    /** Clients up to v3 cannot read a feature that may be at level 0 (KAFKA-17011). */
    private static List<SupportedFeatureKey> supported(int version) {
        return Arrays.stream(Feature.values())
                .filter(feature -> version >= 4 || feature.lowest() > 0)
                .map(feature -> SupportedFeatureKey.builder()
                        .name(feature.label())
                        .minVersion(feature.lowest())
                        .maxVersion(feature.highest())
                        .build())
                .toList();
    }

    /**
     * Produce is said to begin with v0, which is refused: clients of librdkafka up to 2.6 take a broker that does not
     * have it for one that cannot compress (KAFKA-18659).
     */
    static List<ApiVersion> advertised(Apis apis) {
        return apis.all().stream()
                .map(api -> ApiVersion.builder()
                        .apiKey(api.key().id())
                        .minVersion((short) (api.key() == ApiKey.PRODUCE ? 0 : api.lowestVersion()))
                        .maxVersion((short) api.highestVersion())
                        .build())
                .toList();
    }

    private ErrorCode check(ApiVersionsRequest request, int version) {
        if (version >= 3
                && !(SOFTWARE.matcher(request.clientSoftwareName()).matches()
                        && SOFTWARE.matcher(request.clientSoftwareVersion()).matches())) {
            return ErrorCode.INVALID_REQUEST;
        }
        String clusterId = request.clusterId();
        boolean otherCluster = clusterId != null && !clusterId.equals(node.clusterId());
        boolean otherNode = request.nodeId() >= 0 && request.nodeId() != node.id();
        return otherCluster || otherNode ? ErrorCode.REBOOTSTRAP_REQUIRED : ErrorCode.NONE;
    }
}
