package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the broker can be asked: the truth that ApiVersions tells. */
final class Apis {

    private final Map<ApiKey, Api<?>> byKey = new EnumMap<>(ApiKey.class);

    Apis(List<Api<?>> apis) {
        for (Api<?> api : apis) {
            if (byKey.put(api.key(), api) != null) {
                throw new IllegalArgumentException("two handlers for " + api.key());
            }
        }
    }

    @Nullable
    Api<?> find(ApiKey key) {
        return byKey.get(key);
    }

    Collection<Api<?>> all() {
        return Collections.unmodifiableCollection(byKey.values());
    }
}
