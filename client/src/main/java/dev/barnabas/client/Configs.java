package dev.barnabas.client;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of topics, brokers and other things. */
public final class Configs {

    private Configs() {}

    /** What has settings. */
    public enum Kind {
        TOPIC(2),
        BROKER(4),
        BROKER_LOGGER(8),
        CLIENT_METRICS(16),
        GROUP(32);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }

        static Optional<Kind> of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /** @param name of the topic or group, or a broker's id; an empty name with {@link Kind#BROKER} means all brokers */
    public record Resource(Kind kind, String name) {

        public static Resource topic(String name) {
            return new Resource(Kind.TOPIC, name);
        }

        public static Resource broker(int id) {
            return new Resource(Kind.BROKER, Integer.toString(id));
        }

        /** What holds for all brokers that have nothing of their own. */
        public static Resource allBrokers() {
            return new Resource(Kind.BROKER, "");
        }

        @Override
        public String toString() {
            return kind == Kind.BROKER && name.isEmpty()
                    ? "all brokers"
                    : kind.name().toLowerCase(java.util.Locale.ROOT) + " " + name;
        }
    }

    /** Where a value comes from. The ordinal is the code on the wire. */
    public enum Source {
        UNKNOWN,
        /** Set for this topic. */
        TOPIC,
        /** Set for this broker at run time. */
        BROKER,
        /** Set for all brokers at run time. */
        ALL_BROKERS,
        /** In the broker's settings file. */
        STATIC_BROKER,
        DEFAULT,
        BROKER_LOGGER,
        CLIENT_METRICS,
        GROUP;

        static Source of(byte code) {
            return code >= 0 && code < values().length ? values()[code] : UNKNOWN;
        }
    }

    /** What kind of value it is. The ordinal is the code on the wire. */
    public enum Type {
        UNKNOWN,
        BOOLEAN,
        STRING,
        INT,
        SHORT,
        LONG,
        DOUBLE,
        LIST,
        CLASS,
        PASSWORD;

        static Type of(byte code) {
            return code >= 0 && code < values().length ? values()[code] : UNKNOWN;
        }
    }

    /**
     * One setting.
     *
     * @param value null if it is a secret, or has no value
     * @param synonyms where else it could come from, the one that counts first; only if it was asked for
     * @param documentation only if it was asked for
     */
    public record Entry(
            String name,
            @Nullable String value,
            Source source,
            Type type,
            boolean readOnly,
            boolean sensitive,
            List<Synonym> synonyms,
            @Nullable String documentation) {
        public Entry {
            synonyms = List.copyOf(synonyms);
        }
    }

    public record Synonym(String name, @Nullable String value, Source source) {}

    /** A change of one setting. */
    public sealed interface Change {

        String name();

        record Set(String name, String value) implements Change {}

        /** Back to what it is without being set. */
        record Delete(String name) implements Change {}

        /** Adds to a list. */
        record Append(String name, String value) implements Change {}

        /** Removes from a list. */
        record Subtract(String name, String value) implements Change {}
    }
}
