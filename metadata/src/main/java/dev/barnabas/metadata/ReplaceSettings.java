package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a resource replaced, as in an AlterConfigs request: what is not given is not set any more. Answered
 * with all that is set for the resource then.
 *
 * @param values by name; a null is refused
 */
public record ReplaceSettings(Resource resource, Map<String, @Nullable String> values, boolean validateOnly)
        implements Wish<NavigableMap<String, String>> {

    @Override
    public Plan<NavigableMap<String, String>> plan(ClusterImage image, Controller controller) {
        NavigableMap<String, String> after = new TreeMap<>();
        Optional<Refusal> refusal = SettingRules.refusal(resource, image)
                .or(() -> SettingRules.takeNonNull(values, after)
                        .map(wrong -> new Refusal(ErrorCode.INVALID_REQUEST, wrong.message())))
                .or(() -> SettingRules.refusal(resource, after, after.keySet(), image, controller));
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        return validateOnly ? Plan.nothing(after) : SettingChanges.plan(resource, after, image, controller);
    }
}
