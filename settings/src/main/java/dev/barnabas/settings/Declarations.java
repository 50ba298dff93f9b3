package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All settings of one scope, in the order in which they are declared. */
public final class Declarations {

    private final Scope scope;
    private final Map<String, Setting<?>> byName;

    private Declarations(Scope scope, Map<String, Setting<?>> byName) {
        this.scope = scope;
        this.byName = Collections.unmodifiableMap(byName);
    }

    public Scope scope() {
        return scope;
    }

    public Collection<Setting<?>> all() {
        return byName.values();
    }

    public Optional<Setting<?>> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The name that somebody who wrote an unknown one most likely meant. Case and the separators {@code _} and
     * {@code -} do not count.
     */
    public Optional<String> nearest(String unknown) {
        return NearestName.of(unknown, byName.keySet());
    }

    /** Collects declarations; used once, while a class of declarations is initialised. */
    static final class Builder {

        private final Scope scope;
        private final List<Setting<?>> declared = new ArrayList<>();

        Builder(Scope scope) {
            this.scope = scope;
        }

        void add(Setting<?> setting) {
            declared.add(setting);
        }

        /** Everything declared here and in the others. */
        Declarations together(Builder... others) {
            List<Setting<?>> all = new ArrayList<>(declared);
            for (Builder other : others) {
                all.addAll(other.declared);
            }
            Map<String, Setting<?>> byName = new LinkedHashMap<>();
            for (Setting<?> setting : all) {
                if (byName.put(setting.name(), setting) != null) {
                    throw new IllegalStateException("declared twice: " + setting.name());
                }
            }
            return new Declarations(scope, byName);
        }

        Setting.Declaration<Boolean> bool(String name, boolean defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.BOOLEAN, defaultValue);
        }

        Setting.Declaration<String> string(String name, @Nullable String defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.STRING, defaultValue);
        }

        Setting.Declaration<Integer> integer(String name, @Nullable Integer defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.INT, defaultValue);
        }

        Setting.Declaration<Integer> shortInteger(String name, int defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.SHORT, defaultValue);
        }

        Setting.Declaration<Long> longInteger(String name, @Nullable Long defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.LONG, defaultValue);
        }

        Setting.Declaration<Double> decimal(String name, double defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.DOUBLE, defaultValue);
        }

        Setting.Declaration<List<String>> list(String name, String... defaultValues) {
            return new Setting.Declaration<>(this, scope, name, SettingType.LIST, List.of(defaultValues));
        }

        Setting.Declaration<List<String>> listOrUnset(String name) {
            return new Setting.Declaration<>(this, scope, name, SettingType.LIST, null);
        }

        Setting.Declaration<String> className(String name, @Nullable String defaultValue) {
            return new Setting.Declaration<>(this, scope, name, SettingType.CLASS, defaultValue);
        }

        Setting.Declaration<String> secret(String name) {
            return new Setting.Declaration<>(this, scope, name, SettingType.PASSWORD, null);
        }
    }
}
