package dev.barnabas.settings;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that were given in one place. */
final class Layer {

    private final Source source;
    private final Map<Setting<?>, Object> values;

    private Layer(Source source, Map<Setting<?>, Object> values) {
        this.source = source;
        this.values = values;
    }

    /**
     * Reads texts that have been checked when they were stored. What this version does not know or no longer allows (a
     * newer version may have stored it) is passed over, so that the next layer counts.
     */
    static Layer of(Source source, Declarations declarations, Map<String, String> texts) {
        Builder builder = new Builder();
        texts.forEach((name, text) -> declarations.find(name).ifPresent(setting -> builder.putIfValid(setting, text)));
        return builder.build(source);
    }

    Source source() {
        return source;
    }

    /** The value of a setting; null if this layer has none. */
    // A setting's value is only ever put beside that setting, with its type.
    @SuppressWarnings("unchecked")
    <T> @Nullable T value(Setting<T> setting) {
        return (T) values.get(setting);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    static final class Builder {

        private final Map<Setting<?>, Object> values = new HashMap<>();

        <T> void put(Setting<T> setting, T value) {
            values.put(setting, value);
        }

        <T> void putIfValid(Setting<T> setting, String text) {
            if (setting.check(text) instanceof Checked.Valid<T>(T value)) {
                put(setting, value);
            }
        }

        Layer build(Source source) {
            return new Layer(source, new HashMap<>(values));
        }
    }
}
