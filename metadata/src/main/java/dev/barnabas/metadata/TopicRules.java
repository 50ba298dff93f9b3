package dev.barnabas.metadata;

import dev.barnabas.settings.Settings;
import dev.barnabas.settings.TopicSettings;
import java.util.HashMap;
import java.util.Map;

/**
 * What the settings of a topic say about its replicas.
 *
 * @param minInSync how many must be in sync before a record is acknowledged that waits for all of them
 * @param unclean whether a replica that misses records may lead when no other is left
 * @param afterWrite whether a record is acknowledged before it is on stable storage
 */
record TopicRules(int minInSync, boolean unclean, boolean afterWrite) {

    /** The same for all topics that have no settings of their own, so that those of thousands are cheap to look at. */
    static final class OfAll {

        private final ClusterImage image;
        private final Settings broker;
        private final TopicRules byDefault;
        private final Map<String, TopicRules> own = new HashMap<>();

        OfAll(ClusterImage image, Controller controller) {
            this.image = image;
            this.broker = controller.settings(image);
            this.byDefault = of(TopicSettings.of(Map.of(), broker));
        }

        TopicRules of(Topic topic) {
            Resource resource = Resource.topic(topic.name());
            return image.settings(resource).isEmpty()
                    ? byDefault
                    : own.computeIfAbsent(topic.name(), name -> of(image.topicSettings(name, broker)));
        }

        private static TopicRules of(Settings topic) {
            return new TopicRules(
                    topic.get(TopicSettings.MIN_INSYNC_REPLICAS),
                    topic.get(TopicSettings.UNCLEAN_LEADER_ELECTION_ENABLE),
                    topic.get(TopicSettings.DURABILITY).equals("after-write"));
        }
    }
}
