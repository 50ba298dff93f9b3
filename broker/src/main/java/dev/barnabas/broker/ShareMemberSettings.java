package dev.barnabas.broker;

import dev.barnabas.groups.ShareGroupSettings;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.Resource;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.GroupSettings;
import dev.barnabas.settings.Settings;

/** The settings of each share group's members: what is set for the group, over those of this broker. */
record ShareMemberSettings(Node node) implements ShareGroupSettings.OfGroup {

    @Override
    public ShareGroupSettings of(String groupId) {
        ClusterImage image = node.image();
        Settings broker = node.settings();
        boolean hasOwn = !image.settings(Resource.group(groupId)).isEmpty();
        Settings group = hasOwn ? image.groupSettings(groupId, broker) : broker;
        return new ShareGroupSettings(
                image.finalizedFeatures().getOrDefault(Feature.SHARE.label(), (short) 0) > 0,
                group.get(
                        hasOwn
                                ? GroupSettings.SHARE_SESSION_TIMEOUT_MS
                                : CoordinatorSettings.GROUP_SHARE_SESSION_TIMEOUT_MS),
                group.get(
                        hasOwn
                                ? GroupSettings.SHARE_HEARTBEAT_INTERVAL_MS
                                : CoordinatorSettings.GROUP_SHARE_HEARTBEAT_INTERVAL_MS),
                group.get(
                        hasOwn
                                ? GroupSettings.SHARE_ASSIGNMENT_INTERVAL_MS
                                : CoordinatorSettings.GROUP_SHARE_ASSIGNMENT_INTERVAL_MS),
                broker.get(CoordinatorSettings.GROUP_SHARE_MAX_SIZE));
    }
}
