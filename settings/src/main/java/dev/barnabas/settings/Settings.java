package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of all settings of one broker, topic, group or subscription. Immutable; cheap to make and small, so that
 * every topic can have one. Reading looks through the layers each time: code that runs per request keeps what it reads.
 *
 * <p>The settings of a topic or group stand on those of the broker: what is not set for the topic comes from the
 * broker's setting of that meaning, as in Kafka.
 */
public final class Settings {

    private final Declarations declarations;
    /** The most significant first. */
    private final List<Layer> layers;

    Settings(Declarations declarations, List<Layer> layers) {
        this.declarations = declarations;
        this.layers = List.copyOf(layers);
    }

    public Declarations declarations() {
        return declarations;
    }

    /**
     * The value of a setting that always has one.
     *
     * @throws IllegalStateException if it is unset and has no default: use {@link #find}
     */
    public <T> T get(Setting<T> setting) {
        T value = valueOrNull(setting);
        if (value == null) {
            throw new IllegalStateException(setting.name() + " has no value");
        }
        return value;
    }

    /** The value of a setting, empty if it is unset and has no default. */
    public <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable(valueOrNull(setting));
    }

    /** Whether the setting or one that stands in for it was given anywhere. */
    public boolean isSet(Setting<?> setting) {
        return layers.stream().anyMatch(layer -> valueIn(layer, setting) != null);
    }

    /**
     * These settings with other values from one source; an empty map takes the source away. The texts have been checked
     * before; unknown names and values that are not allowed are passed over.
     */
    public Settings with(Source source, Map<String, String> texts) {
        List<Layer> changed = new ArrayList<>(layers);
        changed.removeIf(layer -> layer.source() == source);
        Layer added = Layer.of(source, declarations, texts);
        if (!added.isEmpty()) {
            changed.add(added);
        }
        changed.sort(Comparator.comparing(Layer::source));
        return new Settings(declarations, changed);
    }

    /** Settings of another scope that stand on these. */
    Settings below(Declarations others, Source source, Map<String, String> texts) {
        List<Layer> all = new ArrayList<>(layers.size() + 1);
        Layer own = Layer.of(source, others, texts);
        if (!own.isEmpty()) {
            all.add(own);
        }
        all.addAll(layers);
        return new Settings(others, all);
    }

    /**
     * The settings a client is shown when it asks for all: of a broker those that are in effect or were given,
     * otherwise all of the scope.
     */
    public List<Described> describe() {
        Set<Setting<?>> shown = new LinkedHashSet<>();
        for (Setting<?> setting : declarations.all()) {
            if (declarations.scope() != Scope.BROKER
                    || setting.withoutEffect().isEmpty()
                    || layers.stream().anyMatch(layer -> layer.value(setting) != null)) {
                shown.add(setting);
            }
        }
        return shown.stream().<Described>map(this::describe).toList();
    }

    /** The settings that were given in one place, such as those that were set at run time for all brokers. */
    public List<Described> describe(Source source) {
        return declarations.all().stream()
                .filter(setting ->
                        layers.stream().anyMatch(layer -> layer.source() == source && layer.value(setting) != null))
                .<Described>map(this::describe)
                .toList();
    }

    /** One setting by name; empty if this scope has none of that name. */
    public Optional<Described> describe(String name) {
        return declarations.find(name).map(this::describe);
    }

    private <T> Described describe(Setting<T> setting) {
        List<Described.Synonym> synonyms = new ArrayList<>();
        for (Layer layer : layers) {
            addSynonym(synonyms, setting, layer.value(setting), layer.source());
            for (Setting.Fallback<?, T> fallback : setting.fallbacks()) {
                addGiven(synonyms, fallback.setting(), layer);
            }
        }
        boolean ownDefault =
                setting.scope() == Scope.BROKER || setting.fallbacks().isEmpty();
        if (ownDefault) {
            addDefault(synonyms, setting);
        }
        setting.fallbacks().forEach(fallback -> addDefault(synonyms, fallback.setting()));
        T value = valueOrNull(setting);
        return new Described(
                setting,
                value == null || setting.sensitive()
                        ? null
                        : setting.type().rendering().apply(value),
                synonyms.isEmpty() ? Source.DEFAULT : synonyms.getFirst().source(),
                setting.update() == Update.READ_ONLY,
                List.copyOf(synonyms));
    }

    private static <S> void addGiven(List<Described.Synonym> synonyms, Setting<S> setting, Layer layer) {
        addSynonym(synonyms, setting, layer.value(setting), layer.source());
    }

    private static <S> void addDefault(List<Described.Synonym> synonyms, Setting<S> setting) {
        setting.defaultValue().ifPresent(value -> addSynonym(synonyms, setting, value, Source.DEFAULT));
    }

    private static <S> void addSynonym(
            List<Described.Synonym> synonyms, Setting<S> setting, @Nullable S value, Source source) {
        boolean shadowed = synonyms.stream()
                .anyMatch(earlier -> earlier.name().equals(setting.name()) && earlier.source() == source);
        if (value != null && !shadowed) {
            String shown =
                    setting.sensitive() ? null : setting.type().rendering().apply(value);
            synonyms.add(new Described.Synonym(setting.name(), shown, source));
        }
    }

    private <T> @Nullable T valueOrNull(Setting<T> setting) {
        for (Layer layer : layers) {
            T value = valueIn(layer, setting);
            if (value != null) {
                return value;
            }
        }
        return setting.effectiveDefault();
    }

    private static <T> @Nullable T valueIn(Layer layer, Setting<T> setting) {
        T value = layer.value(setting);
        if (value != null) {
            return value;
        }
        for (Setting.Fallback<?, T> fallback : setting.fallbacks()) {
            T standIn = fallback.in(layer);
            if (standIn != null) {
                return standIn;
            }
        }
        return null;
    }
}
