package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Checked;
import dev.barnabas.settings.ClientMetricsSettings;
import dev.barnabas.settings.Declarations;
import dev.barnabas.settings.GroupSettings;
import dev.barnabas.settings.Problem;
import dev.barnabas.settings.Setting;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.Source;
import dev.barnabas.settings.TopicSettings;
import dev.barnabas.settings.Update;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which settings may be set at run time, and to what. */
final class SettingRules {

    /** The longest text that fits into a stored change and into a DescribeConfigs response. */
    private static final int MAX_VALUE_BYTES = Short.MAX_VALUE;

    private SettingRules() {}

    static Declarations declarations(Resource.Type type) {
        return switch (type) {
            case TOPIC -> TopicSettings.ALL;
            case BROKER -> BrokerSettings.ALL;
            case GROUP -> GroupSettings.ALL;
            case CLIENT_METRICS -> ClientMetricsSettings.ALL;
            case CLIENT_QUOTA -> throw new IllegalStateException("quotas are not declared as settings");
        };
    }

    /** Fills {@code into} with the values; refuses a null. */
    static Optional<Refusal> takeNonNull(Map<String, @Nullable String> values, NavigableMap<String, String> into) {
        for (Map.Entry<String, @Nullable String> entry : values.entrySet()) {
            String value = entry.getValue();
            if (value == null) {
                return Optional.of(
                        new Refusal(ErrorCode.INVALID_CONFIG, "Null value not supported for: " + entry.getKey()));
            }
            into.put(entry.getKey(), value);
        }
        return Optional.empty();
    }

    /** Why there are no settings of this resource that could be changed; empty if there are. */
    static Optional<Refusal> refusal(Resource resource, ClusterImage image) {
        return switch (resource.type()) {
            case TOPIC -> refusalOfTopicName(resource.name(), image);
            case BROKER -> refusalOfBrokerId(resource.name(), image);
            case GROUP -> refusalOfEmpty(resource.name(), "Default group resources are not allowed.");
            case CLIENT_METRICS -> refusalOfEmpty(resource.name(), "The name of a subscription cannot be empty.");
            case CLIENT_QUOTA -> refuse("Quotas are changed by requests of their own.");
        };
    }

    /**
     * Why a resource cannot have these settings; empty if it can.
     *
     * @param values all that is set for it
     * @param changed those of the names that are looked at; the others have been before
     */
    static Optional<Refusal> refusal(
            Resource resource,
            NavigableMap<String, String> values,
            Set<String> changed,
            ClusterImage image,
            Controller controller) {
        return switch (resource.type()) {
            case TOPIC -> refusalOfTopic(values, changed, controller.settings(image));
            case BROKER -> refusalOfBroker(resource, values, changed, image, controller);
            case GROUP -> {
                Settings settings = GroupSettings.of(values, controller.settings(image));
                yield refusalOfValues(GroupSettings.ALL, values, changed, ErrorCode.INVALID_CONFIG)
                        .or(() -> refusalOf(GroupSettings.conflicts(settings), ErrorCode.INVALID_CONFIG));
            }
            case CLIENT_METRICS ->
                refusalOfValues(ClientMetricsSettings.ALL, values, changed, ErrorCode.INVALID_REQUEST);
            case CLIENT_QUOTA -> refuse("Quotas are changed by requests of their own.");
        };
    }

    /** Why a topic, existing or not, cannot have these settings; empty if it can. */
    static Optional<Refusal> refusalOfTopic(NavigableMap<String, String> values, Set<String> changed, Settings broker) {
        return refusalOfValues(TopicSettings.ALL, values, changed, ErrorCode.INVALID_CONFIG)
                .or(() ->
                        refusalOf(TopicSettings.conflicts(TopicSettings.of(values, broker)), ErrorCode.INVALID_CONFIG));
    }

    private static Optional<Refusal> refusalOfBroker(
            Resource resource,
            NavigableMap<String, String> values,
            Set<String> changed,
            ClusterImage image,
            Controller controller) {
        boolean ofAll = resource.equals(Resource.ALL_BROKERS);
        Settings settings = ofAll
                ? controller.settingsAtStart().with(Source.DYNAMIC_DEFAULT_BROKER, values)
                : controller.settings(image).with(Source.DYNAMIC_BROKER, values);
        return refusalOfValues(BrokerSettings.ALL, values, changed, ErrorCode.INVALID_REQUEST)
                .or(() -> changed.stream()
                        .filter(values::containsKey)
                        .map(name -> refusalOfUpdate(name, ofAll))
                        .flatMap(Optional::stream)
                        .findFirst())
                .or(() -> refusalOf(BrokerSettings.conflicts(settings), ErrorCode.INVALID_REQUEST));
    }

    /** Why a broker's setting cannot be changed at run time; empty if it can. */
    private static Optional<Refusal> refusalOfUpdate(String name, boolean ofAllBrokers) {
        Setting<?> setting = BrokerSettings.ALL.find(name).orElseThrow();
        if (setting.update() == Update.READ_ONLY) {
            return refuse("Cannot update " + name + " at run time: set it in the settings file and start again.");
        }
        if (setting.update() == Update.PER_BROKER && ofAllBrokers) {
            return refuse("Cannot update " + name + " for all brokers: name one.");
        }
        if (setting.sensitive()) {
            return refuse("Cannot store " + name + ": secrets are not kept in the metadata.");
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refusalOfValues(
            Declarations declarations, NavigableMap<String, String> values, Set<String> changed, ErrorCode error) {
        for (String name : changed) {
            String value = values.get(name);
            if (value != null) {
                Optional<String> problem = problem(declarations, name, value);
                if (problem.isPresent()) {
                    return Optional.of(new Refusal(error, problem.get()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problem(Declarations declarations, String name, String value) {
        Optional<Setting<?>> setting = declarations.find(name);
        if (setting.isEmpty()) {
            return Optional.of("Unknown " + declarations.scope().label() + " config name: " + name
                    + declarations
                            .nearest(name)
                            .map(near -> "; did you mean " + near + "?")
                            .orElse(""));
        }
        if (value.length() > MAX_VALUE_BYTES || value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
            return Optional.of("The value of " + name + " is longer than " + MAX_VALUE_BYTES + " bytes.");
        }
        return switch (setting.get().check(value)) {
            case Checked.Valid<?> _ -> Optional.empty();
            case Checked.Invalid<?>(String message) -> Optional.of("Invalid value for " + name + ": " + message);
        };
    }

    private static Optional<Refusal> refusalOf(List<Problem> problems, ErrorCode error) {
        return problems.stream()
                .findFirst()
                .map(problem -> new Refusal(error, problem.name() + " " + problem.message()));
    }

    private static Optional<Refusal> refusalOfTopicName(String name, ClusterImage image) {
        if (name.isEmpty()) {
            return refuse("Default topic resources are not allowed.");
        }
        Optional<String> problem = TopicNames.problem(name);
        if (problem.isPresent()) {
            return problem.map(message -> new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, message));
        }
        if (image.topic(name).isEmpty()) {
            return Optional.of(
                    new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist."));
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refusalOfBrokerId(String name, ClusterImage image) {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        boolean registered = image.brokers().keySet().stream()
                .anyMatch(id -> Integer.toString(id).equals(name));
        return registered
                ? Optional.empty()
                : refuse("There is no broker '" + name + "'; the brokers are: "
                        + image.brokers().keySet());
    }

    private static Optional<Refusal> refusalOfEmpty(String name, String message) {
        return name.isEmpty() ? refuse(message) : Optional.empty();
    }

    private static Optional<Refusal> refuse(String message) {
        return Optional.of(new Refusal(ErrorCode.INVALID_REQUEST, message));
    }
}
