package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.QuotaEntity;
import dev.barnabas.metadata.Resource;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeClientQuotasRequest;
import dev.barnabas.protocol.message.DescribeClientQuotasRequest.ComponentData;
import dev.barnabas.protocol.message.DescribeClientQuotasResponse;
import dev.barnabas.protocol.message.DescribeClientQuotasResponse.EntityData;
import dev.barnabas.protocol.message.DescribeClientQuotasResponse.EntryData;
import dev.barnabas.protocol.message.DescribeClientQuotasResponse.ValueData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * DescribeClientQuotas 0-1 (KIP-546): what is stored for entities that a filter picks. A filter that is strict picks
 * only entities that consist of nothing but what it names.
 *
 * <ul>
 *   <li>v1: flexible.
 * </ul>
 */
final class DescribeClientQuotasHandler implements Handler<DescribeClientQuotasRequest> {

    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte ANY = 2;

    private final Node node;

    DescribeClientQuotasHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeClientQuotasRequest request, Call call) {
        Optional<DescribeClientQuotasResponse> refused = refusal(request);
        if (refused.isPresent()) {
            call.answer(refused.get());
            return;
        }
        ClusterImage image = node.image();
        List<EntryData> entries = new ArrayList<>();
        for (Resource resource : image.resourcesWithSettings(Resource.Type.CLIENT_QUOTA)) {
            QuotaEntity entity = QuotaEntity.of(resource);
            if (isPicked(entity, request)) {
                entries.add(new EntryData(
                        entity.parts().entrySet().stream()
                                .map(part -> new EntityData(
                                        part.getKey(), part.getValue().orElse(null)))
                                .toList(),
                        image.settings(resource).entrySet().stream()
                                .map(quota -> new ValueData(quota.getKey(), Double.parseDouble(quota.getValue())))
                                .toList()));
            }
        }
        call.answer(DescribeClientQuotasResponse.builder().entries(entries).build());
    }

    private static boolean isPicked(QuotaEntity entity, DescribeClientQuotasRequest request) {
        if (request.strict() && entity.parts().size() != request.components().size()) {
            return false;
        }
        return request.components().stream().allMatch(component -> isPicked(entity, component));
    }

    private static boolean isPicked(QuotaEntity entity, ComponentData component) {
        Optional<String> name = entity.parts().get(component.entityType());
        if (!entity.parts().containsKey(component.entityType()) || name == null) {
            return false;
        }
        return switch (component.matchType()) {
            case EXACT -> Objects.equals(name.orElse(null), component.match());
            case DEFAULT -> name.isEmpty();
            default -> true;
        };
    }

    private static Optional<DescribeClientQuotasResponse> refusal(DescribeClientQuotasRequest request) {
        Set<String> types = new HashSet<>();
        for (ComponentData component : request.components()) {
            String type = component.entityType();
            if (type.isEmpty()) {
                return refusal(ErrorCode.INVALID_REQUEST, "Unexpected empty filter component entity type.");
            }
            if (!QuotaEntity.TYPES.contains(type)) {
                return refusal(ErrorCode.UNSUPPORTED_VERSION, "Custom entity type " + type + " not supported.");
            }
            if (!types.add(type)) {
                return refusal(ErrorCode.INVALID_REQUEST, "Duplicate " + type + " filter component entity type.");
            }
            boolean exact = component.matchType() == EXACT;
            if (component.matchType() < EXACT || component.matchType() > ANY) {
                return refusal(ErrorCode.INVALID_REQUEST, "Unknown match type " + component.matchType() + ".");
            }
            if (exact == (component.match() == null)) {
                return refusal(ErrorCode.INVALID_REQUEST, "Request specifies what does not go with its match type.");
            }
        }
        return types.contains(QuotaEntity.IP) && types.size() > 1
                ? refusal(ErrorCode.INVALID_REQUEST, "Invalid entity filter component combination.")
                : Optional.empty();
    }

    private static Optional<DescribeClientQuotasResponse> refusal(ErrorCode error, String message) {
        return Optional.of(DescribeClientQuotasResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .entries(null)
                .build());
    }
}
