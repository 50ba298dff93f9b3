package dev.barnabas.metadata;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From what is set to what shall be set. */
final class SettingChanges {

    private SettingChanges() {}

    /** The change between the two; nothing if they are the same. */
    static Plan<NavigableMap<String, String>> plan(
            Resource resource, NavigableMap<String, String> before, NavigableMap<String, String> after) {
        NavigableMap<String, @Nullable String> changes = new TreeMap<>();
        before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(name -> changes.put(name, null));
        after.forEach((name, value) -> {
            if (!value.equals(before.get(name))) {
                changes.put(name, value);
            }
        });
        return changes.isEmpty()
                ? Plan.nothing(after)
                : Plan.change(new Change.SettingsChanged(resource, changes), after);
    }
}
