package dev.barnabas.settings;

import java.util.Map;
import java.util.Optional;

/**
 * Names that stand in the settings files of Kafka clusters without being settings of Kafka 4.4.0: those that earlier
 * versions had, and those that belong to one listener.
 */
final class IgnoredNames {

    private static final String ZOOKEEPER = "there is no ZooKeeper any more";

    private static final String LISTENER_PREFIX = "listener.name.";

    /** Settings that Kafka removed, and why nobody needs them. */
    private static final Map<String, String> REMOVED = Map.ofEntries(
            Map.entry("broker.id.generation.enable", "node.id names the node"),
            Map.entry("reserved.broker.max.id", "node.id names the node"),
            Map.entry("control.plane.listener.name", ZOOKEEPER),
            Map.entry("inter.broker.protocol.version", "the feature level metadata.version took its place"),
            Map.entry("log.message.format.version", "there is only record format 2"),
            Map.entry("log.message.downconversion.enable", "there is only record format 2"),
            Map.entry(
                    "log.message.timestamp.difference.max.ms",
                    "log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms took its place"),
            Map.entry("offsets.commit.required.acks", "an offset commit waits for all in-sync replicas"),
            Map.entry("password.encoder.secret", ZOOKEEPER),
            Map.entry("password.encoder.old.secret", ZOOKEEPER),
            Map.entry("super.users", "there are no access rules in this version"),
            Map.entry("group.coordinator.new.enable", "there is only one group coordinator"));

    private IgnoredNames() {}

    /** Why setting that name does nothing; empty if it is not such a name. */
    static Optional<String> reason(String name) {
        if (name.startsWith("zookeeper.")) {
            return Optional.of(ZOOKEEPER);
        }
        if (name.startsWith(LISTENER_PREFIX)) {
            int dot = name.indexOf('.', LISTENER_PREFIX.length());
            String setting = dot < 0 ? "" : name.substring(dot + 1);
            boolean ofMechanism = setting.contains(".sasl.") || setting.startsWith("sasl.");
            if (ofMechanism || BrokerSettings.ALL.find(setting).isPresent()) {
                return Optional.of("listeners have no settings of their own in this version");
            }
        }
        return Optional.ofNullable(REMOVED.get(name));
    }
}
