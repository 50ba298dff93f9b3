package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The end of a topic, as in a DeleteTopics request. Answered with what has been deleted.
 *
 * @param name or null if the topic is named by its id
 * @param id or {@link Uuid#ZERO} if the topic is named by its name
 */
public record DeleteTopic(@Nullable String name, Uuid id) implements Wish<Topic> {

    @Override
    public Plan<Topic> plan(ClusterImage image, Controller controller) {
        if (name != null && !id.equals(Uuid.ZERO)) {
            return Plan.refuse(ErrorCode.INVALID_REQUEST, "A topic is deleted by name or by id, not by both.");
        }
        if (name == null && id.equals(Uuid.ZERO)) {
            return Plan.refuse(ErrorCode.INVALID_REQUEST, "Neither the name nor the id of a topic was given.");
        }
        if (!controller.settings(image).get(BrokerSettings.DELETE_TOPIC_ENABLE)) {
            return new Plan.Refused<>(Refusal.of(ErrorCode.TOPIC_DELETION_DISABLED));
        }
        Optional<Topic> topic = name == null ? image.topic(id) : image.topic(name);
        if (topic.isEmpty()) {
            return new Plan.Refused<>(
                    Refusal.of(name == null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
        return Plan.change(new Change.TopicDeleted(topic.get().id()), topic.get());
    }
}
