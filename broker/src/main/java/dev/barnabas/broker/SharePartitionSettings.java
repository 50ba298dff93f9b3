package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.Resource;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.GroupSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.share.ShareSettings;

/** The settings of one share group, as its partitions need them: what is set for it, over those of this broker. */
record SharePartitionSettings(Node node, String groupId) implements ShareSettings.Current {

    /** The level of {@link Feature#SHARE} from which there are dead letters (KIP-1191). */
    private static final short WITH_DEAD_LETTERS = 2;

    @Override
    public ShareSettings now() {
        ClusterImage image = node.image();
        Settings broker = node.settings();
        if (image.settings(Resource.group(groupId)).isEmpty()) {
            return new ShareSettings(
                    broker.get(CoordinatorSettings.GROUP_SHARE_RECORD_LOCK_DURATION_MS),
                    broker.get(CoordinatorSettings.GROUP_SHARE_DELIVERY_COUNT_LIMIT),
                    broker.get(CoordinatorSettings.GROUP_SHARE_PARTITION_MAX_RECORD_LOCKS),
                    true,
                    false,
                    ShareSettings.Order.NONE);
        }
        Settings group = group();
        return new ShareSettings(
                group.get(GroupSettings.SHARE_RECORD_LOCK_DURATION_MS),
                group.get(GroupSettings.SHARE_DELIVERY_COUNT_LIMIT),
                group.get(GroupSettings.SHARE_PARTITION_MAX_RECORD_LOCKS),
                group.get(GroupSettings.SHARE_RENEW_ACKNOWLEDGE_ENABLE),
                level(node) >= WITH_DEAD_LETTERS && !deadLetterTopic().isEmpty(),
                order(group.get(GroupSettings.SHARE_ORDER)));
    }

    /** The level of share groups that the cluster has agreed on; 0: there are none. */
    static short level(Node node) {
        return node.image().finalizedFeatures().getOrDefault(Feature.SHARE.label(), (short) 0);
    }

    private static ShareSettings.Order order(String text) {
        return switch (text) {
            case "key" -> ShareSettings.Order.KEY;
            case "strict_key" -> ShareSettings.Order.STRICT_KEY;
            default -> ShareSettings.Order.NONE;
        };
    }

    boolean committedOnly() {
        return group().get(GroupSettings.SHARE_ISOLATION_LEVEL).equals("read_committed");
    }

    /** {@code latest}, {@code earliest}, or {@code by_duration:} and a duration. */
    String offsetReset() {
        return group().get(GroupSettings.SHARE_AUTO_OFFSET_RESET);
    }

    /** Empty if there is none. */
    String deadLetterTopic() {
        return group().get(GroupSettings.ERRORS_DEADLETTERQUEUE_TOPIC_NAME);
    }

    boolean copiesDeadLetters() {
        return group().get(GroupSettings.ERRORS_DEADLETTERQUEUE_COPY_RECORD_ENABLE);
    }

    private Settings group() {
        return node.image().groupSettings(groupId, node.settings());
    }
}
