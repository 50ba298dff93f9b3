package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.Optional;

/** What topics may be called. */
public final class TopicNames {

    public static final int MAX_LENGTH = 249;

    /** The topic of Kafka's own metadata log, which nobody can create. */
    private static final String CLUSTER_METADATA = "__cluster_metadata";

    private TopicNames() {}

    /** Why no topic can have this name; empty if one can. */
    public static Optional<String> problem(String name) {
        if (name.isEmpty()) {
            return Optional.of("Topic name is invalid: the empty string is not allowed");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("Topic name is invalid: '" + name + "' is not allowed");
        }
        if (name.length() > MAX_LENGTH) {
            return Optional.of("Topic name is invalid: it has " + name.length() + " characters, more than the "
                    + MAX_LENGTH + " that are allowed");
        }
        if (!name.chars().allMatch(TopicNames::isAllowed)) {
            return Optional.of("Topic name is invalid: '" + name
                    + "' contains other characters than ASCII letters and digits, '.', '_' and '-'");
        }
        return Optional.empty();
    }

    /** Why a topic of this name cannot be created; empty if it can. */
    static Optional<Refusal> refusal(String name, ClusterImage image) {
        Optional<String> problem = problem(name);
        if (problem.isPresent()) {
            return Optional.of(new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem.get()));
        }
        if (name.equals(CLUSTER_METADATA)) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_REQUEST, "Creation of the internal topic " + name + " is prohibited."));
        }
        if (image.topic(name).isPresent()) {
            return Optional.of(new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists."));
        }
        return image.topicLike(name)
                .map(other -> new Refusal(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "Topic '" + name + "' collides with the existing topic '" + other
                                + "': '.' and '_' are the same in the names of metrics."));
    }

    private static boolean isAllowed(int character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '.'
                || character == '_'
                || character == '-';
    }
}
