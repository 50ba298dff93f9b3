package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Some quotas of an entity changed, the others left as they are (KIP-546). Answered with all that it has then.
 *
 * @param changes by name; null takes a quota away
 */
public record AlterQuotas(QuotaEntity entity, NavigableMap<String, @Nullable Double> changes, boolean validateOnly)
        implements Wish<NavigableMap<String, String>> {

    private static final Set<String> OF_CLIENTS =
            Set.of("producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate");
    private static final Set<String> OF_ADDRESSES = Set.of("connection_creation_rate");
    private static final Set<String> WHOLE =
            Set.of("producer_byte_rate", "consumer_byte_rate", "connection_creation_rate");

    public AlterQuotas {
        changes = Collections.unmodifiableNavigableMap(new TreeMap<>(changes));
    }

    @Override
    public Plan<NavigableMap<String, String>> plan(ClusterImage image, Controller controller) {
        Optional<String> problem = problem();
        if (problem.isPresent()) {
            return Plan.refuse(ErrorCode.INVALID_REQUEST, problem.get());
        }
        Resource resource = entity.resource();
        NavigableMap<String, String> after = new TreeMap<>(image.settings(resource));
        changes.forEach((name, value) -> {
            if (value == null) {
                after.remove(name);
            } else {
                after.put(name, Double.toString(value));
            }
        });
        return validateOnly ? Plan.nothing(after) : SettingChanges.plan(resource, after, image, controller);
    }

    private Optional<String> problem() {
        Map<String, Optional<String>> parts = entity.parts();
        if (parts.isEmpty()) {
            return Optional.of("Invalid empty client quota entity.");
        }
        for (Map.Entry<String, Optional<String>> part : parts.entrySet()) {
            if (!QuotaEntity.TYPES.contains(part.getKey())) {
                return Optional.of("Unhandled client quota entity type: " + part.getKey());
            }
            if (part.getValue().filter(String::isEmpty).isPresent()) {
                return Optional.of("Empty " + part.getKey() + ".");
            }
        }
        boolean ofAddress = parts.containsKey(QuotaEntity.IP);
        if (ofAddress && parts.size() > 1) {
            return Optional.of("Invalid quota entity combination: an address stands alone.");
        }
        if (entity.resource().name().length() > Short.MAX_VALUE) {
            return Optional.of("The names of the entity are too long.");
        }
        Set<String> known = ofAddress ? OF_ADDRESSES : OF_CLIENTS;
        for (Map.Entry<String, @Nullable Double> change : changes.entrySet()) {
            String name = change.getKey();
            Double value = change.getValue();
            if (!known.contains(name)) {
                return Optional.of("Invalid configuration key " + name + ".");
            }
            if (value != null && !(value > 0)) {
                return Optional.of("Quota " + name + " must be greater than 0.");
            }
            if (value != null && (value.isInfinite() || (WHOLE.contains(name) && value != Math.rint(value)))) {
                return Optional.of("Quota " + name + " must be a whole number.");
            }
        }
        return Optional.empty();
    }
}
