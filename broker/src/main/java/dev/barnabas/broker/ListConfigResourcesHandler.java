package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Resource;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ListConfigResourcesRequest;
import dev.barnabas.protocol.message.ListConfigResourcesResponse;
import dev.barnabas.protocol.message.ListConfigResourcesResponse.ConfigResource;
import java.util.List;
import java.util.stream.Stream;

/**
 * ListConfigResources 0-1: everything that has settings, whether something has been set for it or not.
 *
 * <ul>
 *   <li>v0 (KIP-1000): client metrics subscriptions only. v1 (KIP-1142): other kinds; none named means all.
 * </ul>
 */
final class ListConfigResourcesHandler implements Handler<ListConfigResourcesRequest> {

    private final Node node;

    ListConfigResourcesHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListConfigResourcesRequest request, Call call) {
        List<Byte> asked = request.resourceTypes();
        List<Byte> types = call.version() == 0
                ? List.of(ConfigTypes.CLIENT_METRICS)
                : asked.isEmpty() ? ConfigTypes.ALL : asked.stream().distinct().toList();
        if (!ConfigTypes.ALL.containsAll(types)) {
            call.answer(ListConfigResourcesResponse.builder()
                    .errorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                    .build());
            return;
        }
        ClusterImage image = node.image();
        call.answer(ListConfigResourcesResponse.builder()
                .configResources(types.stream()
                        .flatMap(type -> names(type, image)
                                .map(name -> ConfigResource.builder()
                                        .resourceName(name)
                                        .resourceType(type)
                                        .build()))
                        .toList())
                .build());
    }

    private static Stream<String> names(byte type, ClusterImage image) {
        if (type == ConfigTypes.TOPIC) {
            return image.topics().stream().map(Topic::name).sorted();
        }
        if (type == ConfigTypes.BROKER || type == ConfigTypes.BROKER_LOGGER) {
            return image.brokers().keySet().stream().map(id -> Integer.toString(id));
        }
        Resource.Type stored = type == ConfigTypes.GROUP ? Resource.Type.GROUP : Resource.Type.CLIENT_METRICS;
        return image.resourcesWithSettings(stored).stream().map(Resource::name);
    }
}
