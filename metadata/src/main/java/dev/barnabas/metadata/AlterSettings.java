package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.settings.Setting;
import dev.barnabas.settings.SettingType;
import dev.barnabas.settings.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Some settings of a resource changed, the others left as they are: as in an IncrementalAlterConfigs request. Answered
 * with all that is set for the resource then.
 */
public record AlterSettings(Resource resource, List<Alteration> alterations, boolean validateOnly)
        implements Wish<NavigableMap<String, String>> {

    /** What becomes of a setting. */
    public enum Operation {
        SET,
        DELETE,
        /** Adds to a list what is not in it. */
        APPEND,
        /** Takes out of a list what is in it. */
        SUBTRACT;

        /** The operation of a number on the wire; empty if there is none. */
        public static Optional<Operation> forCode(byte code) {
            return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
        }
    }

    /** @param value may be null only for {@link Operation#DELETE} */
    public record Alteration(
            String name, Operation operation, @Nullable String value) {}

    public AlterSettings {
        alterations = List.copyOf(alterations);
    }

    @Override
    public Plan<NavigableMap<String, String>> plan(ClusterImage image, Controller controller) {
        Optional<Refusal> refusal = SettingRules.refusal(resource, image);
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        NavigableMap<String, String> before = image.settings(resource);
        NavigableMap<String, String> after = new TreeMap<>(before);
        Set<String> names = new HashSet<>();
        for (Alteration alteration : alterations) {
            if (!names.add(alteration.name)) {
                return Plan.refuse(
                        ErrorCode.INVALID_REQUEST, "The setting " + alteration.name + " is changed more than once.");
            }
            Optional<Refusal> wrong = alter(alteration, after, image, controller);
            if (wrong.isPresent()) {
                return new Plan.Refused<>(wrong.get());
            }
        }
        return SettingRules.refusal(resource, after, names, image, controller)
                .<Plan<NavigableMap<String, String>>>map(Plan.Refused::new)
                .orElseGet(() ->
                        validateOnly ? Plan.nothing(after) : SettingChanges.plan(resource, after, image, controller));
    }

    private Optional<Refusal> alter(
            Alteration alteration, NavigableMap<String, String> values, ClusterImage image, Controller controller) {
        String name = alteration.name;
        String value = alteration.value;
        if (alteration.operation == Operation.DELETE) {
            values.remove(name);
            return Optional.empty();
        }
        if (value == null) {
            return Optional.of(new Refusal(ErrorCode.INVALID_REQUEST, "Null value not supported for: " + name));
        }
        if (alteration.operation == Operation.SET) {
            values.put(name, value);
            return Optional.empty();
        }
        Optional<Setting<?>> setting =
                SettingRules.declarations(resource.type()).find(name);
        if (setting.isPresent() && setting.get().type().code() != SettingType.LIST.code()) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_CONFIG,
                    "Can't " + alteration.operation + " to key " + name + " because its type is not LIST."));
        }
        List<String> list = parts(current(name, values, image, controller));
        if (alteration.operation == Operation.APPEND) {
            parts(value).stream().filter(part -> !list.contains(part)).forEach(list::add);
        } else {
            list.removeAll(parts(value));
        }
        values.put(name, String.join(",", list));
        return Optional.empty();
    }

    /** The value that a list has now, whether it was set for the resource or not. */
    private String current(
            String name, NavigableMap<String, String> values, ClusterImage image, Controller controller) {
        String own = values.get(name);
        if (own != null) {
            return own;
        }
        Settings broker = controller.settings(image);
        Settings effective = switch (resource.type()) {
            case TOPIC -> image.topicSettings(resource.name(), broker);
            case BROKER -> broker;
            case GROUP -> image.groupSettings(resource.name(), broker);
            case CLIENT_METRICS -> image.clientMetricsSettings(resource.name());
            case CLIENT_QUOTA -> throw new IllegalStateException("quotas are not declared as settings");
        };
        return effective
                .describe(name)
                .flatMap(described -> Optional.ofNullable(described.value()))
                .orElse("");
    }

    private static List<String> parts(String list) {
        List<String> parts = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            if (!part.isBlank()) {
                parts.add(part.strip());
            }
        }
        return parts;
    }
}
