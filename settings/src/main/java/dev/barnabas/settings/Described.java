package dev.barnabas.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A setting with its value and where that came from: an entry of a DescribeConfigs response.
 *
 * @param value null when it is unset, or secret
 * @param synonyms every place that has a value for it, the one that counts first
 */
public record Described(
        Setting<?> setting, @Nullable String value, Source source, boolean readOnly, List<Synonym> synonyms) {

    public String name() {
        return setting.name();
    }

    public boolean isDefault() {
        return source == Source.DEFAULT;
    }

    /**
     * A place that has a value.
     *
     * @param name of the setting that is set there: the setting itself or one that stands in for it
     * @param value as given there, in that setting's own unit; null when it is secret
     */
    public record Synonym(String name, @Nullable String value, Source source) {}
}
