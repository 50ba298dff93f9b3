package dev.barnabas.broker;

import dev.barnabas.groups.StreamsSettings;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.Resource;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.GroupSettings;
import dev.barnabas.settings.Setting;
import dev.barnabas.settings.Settings;

/** The settings of each streams group: what is set for the group, over those of this broker. */
record StreamsGroupSettings(Node node) implements StreamsSettings.OfGroup {

    @Override
    public StreamsSettings of(String groupId) {
        ClusterImage image = node.image();
        Settings broker = node.settings();
        boolean hasOwn = !image.settings(Resource.group(groupId)).isEmpty();
        Settings group = hasOwn ? image.groupSettings(groupId, broker) : broker;
        boolean enabled = image.finalizedFeatures().getOrDefault(Feature.STREAMS.label(), (short) 0) > 0
                && broker.get(CoordinatorSettings.GROUP_COORDINATOR_REBALANCE_PROTOCOLS)
                        .contains("streams");
        return new StreamsSettings(
                enabled,
                group.get(either(
                        hasOwn,
                        GroupSettings.STREAMS_SESSION_TIMEOUT_MS,
                        CoordinatorSettings.GROUP_STREAMS_SESSION_TIMEOUT_MS)),
                group.get(either(
                        hasOwn,
                        GroupSettings.STREAMS_HEARTBEAT_INTERVAL_MS,
                        CoordinatorSettings.GROUP_STREAMS_HEARTBEAT_INTERVAL_MS)),
                group.get(either(
                        hasOwn,
                        GroupSettings.STREAMS_ASSIGNMENT_INTERVAL_MS,
                        CoordinatorSettings.GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS)),
                group.get(either(
                        hasOwn,
                        GroupSettings.STREAMS_INITIAL_REBALANCE_DELAY_MS,
                        CoordinatorSettings.GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS)),
                group.get(either(
                        hasOwn,
                        GroupSettings.STREAMS_NUM_STANDBY_REPLICAS,
                        CoordinatorSettings.GROUP_STREAMS_NUM_STANDBY_REPLICAS)),
                group.get(either(
                        hasOwn,
                        GroupSettings.STREAMS_RACK_AWARE_ASSIGNMENT_TAGS,
                        CoordinatorSettings.GROUP_STREAMS_RACK_AWARE_ASSIGNMENT_TAGS)),
                broker.get(CoordinatorSettings.GROUP_STREAMS_MAX_SIZE));
    }

    private static <T> Setting<T> either(boolean hasOwn, Setting<T> ofGroup, Setting<T> ofBroker) {
        return hasOwn ? ofGroup : ofBroker;
    }
}
