package dev.barnabas.metadata;

import dev.barnabas.settings.TopicSettings;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From what is set to what shall be set. */
final class SettingChanges {

    /** What decides who is eligible to lead; the brokers' defaults have the same names. */
    private static final Set<String> OF_LEADERS =
            Set.of(TopicSettings.MIN_INSYNC_REPLICAS.name(), TopicSettings.UNCLEAN_LEADER_ELECTION_ENABLE.name());

    private SettingChanges() {}

    /** The change between the two, and what follows from it for partitions; nothing if they are the same. */
    static Plan<NavigableMap<String, String>> plan(
            Resource resource, NavigableMap<String, String> after, ClusterImage image, Controller controller) {
        NavigableMap<String, String> before = image.settings(resource);
        NavigableMap<String, @Nullable String> changes = new TreeMap<>();
        before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(name -> changes.put(name, null));
        after.forEach((name, value) -> {
            if (!value.equals(before.get(name))) {
                changes.put(name, value);
            }
        });
        if (changes.isEmpty()) {
            return Plan.nothing(after);
        }
        Change changed = new Change.SettingsChanged(resource, changes);
        return Plan.change(
                changes.keySet().stream().anyMatch(OF_LEADERS::contains)
                        ? withWhatFollows(resource, changed, image, controller)
                        : changed,
                after);
    }

    /**
     * If fewer in-sync replicas are enough from now on, records are acknowledged again without those who are only
     * eligible, so that they are not any more; and a partition without leader may get one that misses records
     * (KIP-966).
     */
    private static Change withWhatFollows(
            Resource resource, Change changed, ClusterImage image, Controller controller) {
        ClusterImage after = image.apply(changed, image.lastOffset() + 1);
        PartitionSweep sweep = new PartitionSweep(after, controller);
        if (resource.type() == Resource.Type.TOPIC) {
            after.topic(resource.name()).ifPresent(sweep::settle);
        } else if (resource.equals(Resource.ALL_BROKERS)) {
            after.topics().forEach(sweep::settle);
        }
        return sweep.with(changed);
    }
}
