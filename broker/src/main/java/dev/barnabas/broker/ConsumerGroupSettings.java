package dev.barnabas.broker;

import dev.barnabas.groups.ConsumerSettings;
import dev.barnabas.groups.ConsumerSettings.Migration;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.Resource;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.GroupSettings;
import dev.barnabas.settings.Settings;
import java.util.Locale;

/** The settings of each group of the consumer protocol: what is set for the group, over those of this broker. */
record ConsumerGroupSettings(Node node) implements ConsumerSettings.OfGroup {

    @Override
    public ConsumerSettings of(String groupId) {
        ClusterImage image = node.image();
        Settings broker = node.settings();
        boolean hasOwn = !image.settings(Resource.group(groupId)).isEmpty();
        Settings group = hasOwn ? image.groupSettings(groupId, broker) : broker;
        boolean enabled = image.finalizedFeatures().getOrDefault(Feature.GROUP.label(), (short) 0) > 0
                && broker.get(CoordinatorSettings.GROUP_COORDINATOR_REBALANCE_PROTOCOLS)
                        .contains("consumer");
        return new ConsumerSettings(
                enabled,
                group.get(
                        hasOwn
                                ? GroupSettings.CONSUMER_SESSION_TIMEOUT_MS
                                : CoordinatorSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS),
                group.get(
                        hasOwn
                                ? GroupSettings.CONSUMER_HEARTBEAT_INTERVAL_MS
                                : CoordinatorSettings.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS),
                group.get(
                        hasOwn
                                ? GroupSettings.CONSUMER_ASSIGNMENT_INTERVAL_MS
                                : CoordinatorSettings.GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS),
                broker.get(CoordinatorSettings.GROUP_CONSUMER_MAX_SIZE),
                broker.get(CoordinatorSettings.GROUP_CONSUMER_ASSIGNORS),
                Migration.valueOf(broker.get(CoordinatorSettings.GROUP_CONSUMER_MIGRATION_POLICY)
                        .toUpperCase(Locale.ROOT)));
    }
}
