package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A setting, as it is declared. Compared by identity: there is one object per setting. */
public final class Setting<T> {

    private final Scope scope;
    private final String name;
    private final SettingType<T> type;
    private final @Nullable T defaultValue;
    private final Rule<? super T> rule;
    private final Unit unit;
    private final Update update;
    private final Importance importance;
    private final String doc;
    private final List<Fallback<?, T>> fallbacks;
    private final @Nullable String withoutEffect;
    private final @Nullable String difference;

    private Setting(Declaration<T> declared, String doc) {
        this.scope = declared.scope;
        this.name = declared.name;
        this.type = declared.type;
        this.defaultValue = declared.defaultValue;
        this.rule = declared.rule;
        this.unit = declared.unit;
        this.update = declared.update;
        this.importance = declared.importance;
        this.doc = doc;
        this.fallbacks = List.copyOf(declared.fallbacks);
        this.withoutEffect = declared.withoutEffect;
        this.difference = declared.difference;
    }

    public Scope scope() {
        return scope;
    }

    public String name() {
        return name;
    }

    public SettingType<T> type() {
        return type;
    }

    /** Empty when the setting stays unset, or takes its default from a {@link Fallback}. */
    public Optional<T> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /**
     * What counts when nothing is given anywhere. A broker's setting has its own default before that of its fallbacks;
     * one of a topic or group has the broker's.
     */
    @Nullable
    T effectiveDefault() {
        T standIn = null;
        for (Fallback<?, T> fallback : fallbacks) {
            if (standIn == null) {
                standIn = fallback.byDefault();
            }
        }
        boolean own = scope == Scope.BROKER ? defaultValue != null : standIn == null;
        return own ? defaultValue : standIn;
    }

    /** What is allowed beyond the type, for people; may be empty. */
    public String allowed() {
        return rule.description();
    }

    public Unit unit() {
        return unit;
    }

    public Update update() {
        return update;
    }

    public Importance importance() {
        return importance;
    }

    /** One sentence of what it does. */
    public String doc() {
        return doc;
    }

    /** The documentation that a client is shown: the sentence, and whether it does anything in this version. */
    public String documentation() {
        return withoutEffect == null ? doc : doc.isEmpty() ? noEffectSentence() : doc + " " + noEffectSentence();
    }

    /** Why setting it changes nothing in this version; empty for a setting that is in effect. */
    public Optional<String> withoutEffect() {
        return Optional.ofNullable(withoutEffect);
    }

    /** How the declaration differs from Kafka's on purpose, and why. */
    public Optional<String> difference() {
        return Optional.ofNullable(difference);
    }

    /** Whether the value is a secret, which is never shown. */
    public boolean sensitive() {
        return type.code() == SettingType.PASSWORD.code();
    }

    /** Whose value it takes while it is unset itself, in order: Kafka's synonyms. */
    List<Fallback<?, T>> fallbacks() {
        return fallbacks;
    }

    /** Reads and checks the text of a value. */
    public Checked<T> check(String text) {
        T value = type.parsing().apply(text);
        if (value == null) {
            return new Checked.Invalid<>(shown(text) + " is not " + type.form() + allowedSuffix());
        }
        if (!rule.allows().test(value)) {
            return new Checked.Invalid<>(shown(text) + " is not allowed" + allowedSuffix());
        }
        return new Checked.Valid<>(value);
    }

    private String noEffectSentence() {
        return "It has no effect: " + withoutEffect + ".";
    }

    private String shown(String text) {
        return sensitive() ? "the value" : "'" + text + "'";
    }

    private String allowedSuffix() {
        if (rule.description().isEmpty()) {
            return "";
        }
        return "; allowed: " + rule.description() + (unit == Unit.NONE ? "" : " (" + unit.label() + ")");
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * A setting that stands in for another one which is unset.
     *
     * @param conversion from its unit to that of the other
     */
    record Fallback<S, T>(Setting<S> setting, Function<S, T> conversion) {

        /** Its value as the other setting's, if the layer has one. */
        @Nullable
        T in(Layer layer) {
            S value = layer.value(setting);
            return value == null ? null : conversion.apply(value);
        }

        @Nullable
        T byDefault() {
            S value = setting.defaultValue;
            return value == null ? null : conversion.apply(value);
        }

        <U> Fallback<S, U> then(Function<T, U> further) {
            return new Fallback<>(setting, conversion.andThen(further));
        }
    }

    /** A declaration in the making; {@link #doc} completes it. */
    static final class Declaration<T> {

        private final Declarations.Builder into;
        private final Scope scope;
        private final String name;
        private final SettingType<T> type;
        private final @Nullable T defaultValue;
        private Rule<? super T> rule = Rule.anything();
        private Unit unit = Unit.NONE;
        private Update update;
        private Importance importance = Importance.MEDIUM;
        private final List<Fallback<?, T>> fallbacks = new ArrayList<>();
        private @Nullable String withoutEffect;
        private @Nullable String difference;

        Declaration(
                Declarations.Builder into, Scope scope, String name, SettingType<T> type, @Nullable T defaultValue) {
            this.into = into;
            this.scope = scope;
            this.name = name;
            this.type = type;
            this.defaultValue = defaultValue;
            this.update = scope == Scope.BROKER ? Update.READ_ONLY : Update.PER_RESOURCE;
            this.unit = unitInName(name);
        }

        Declaration<T> allow(Rule<? super T> allowed) {
            this.rule = allowed;
            return this;
        }

        Declaration<T> unit(Unit counted) {
            this.unit = counted;
            return this;
        }

        Declaration<T> perBroker() {
            this.update = Update.PER_BROKER;
            return this;
        }

        Declaration<T> clusterWide() {
            this.update = Update.CLUSTER_WIDE;
            return this;
        }

        Declaration<T> high() {
            this.importance = Importance.HIGH;
            return this;
        }

        Declaration<T> low() {
            this.importance = Importance.LOW;
            return this;
        }

        Declaration<T> withoutEffect(String reason) {
            this.withoutEffect = reason;
            return this;
        }

        /** See {@link Setting#difference}. */
        Declaration<T> differs(String why) {
            this.difference = why;
            return this;
        }

        /** While this is unset it takes the value of that one, and of that one's fallbacks. */
        Declaration<T> orElse(Setting<T> other) {
            return orElse(other, Function.identity());
        }

        <S> Declaration<T> orElse(Setting<S> other, Function<S, T> conversion) {
            fallbacks.add(new Fallback<>(other, conversion));
            for (Fallback<?, S> further : other.fallbacks) {
                fallbacks.add(further.then(conversion));
            }
            return this;
        }

        /** Completes the declaration with its sentence. */
        Setting<T> doc(String sentence) {
            Setting<T> setting = new Setting<>(this, sentence);
            into.add(setting);
            return setting;
        }

        private static Unit unitInName(String name) {
            String last = name.substring(name.lastIndexOf('.') + 1);
            return switch (last) {
                case "ms" -> Unit.MILLISECONDS;
                case "seconds", "secs" -> Unit.SECONDS;
                case "minutes" -> Unit.MINUTES;
                case "hours" -> Unit.HOURS;
                case "bytes" -> Unit.BYTES;
                case "rate" -> Unit.PER_SECOND;
                default -> Unit.NONE;
            };
        }
    }
}
