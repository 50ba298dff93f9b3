package dev.barnabas.metadata;

import java.util.Optional;

/**
 * Something that has settings.
 *
 * @param name of a broker its id, or empty for all brokers
 */
public record Resource(Type type, String name) {

    /** The settings that all brokers have unless they have their own. */
    public static final Resource ALL_BROKERS = new Resource(Type.BROKER, "");

    public static Resource topic(String name) {
        return new Resource(Type.TOPIC, name);
    }

    public static Resource broker(int id) {
        return new Resource(Type.BROKER, Integer.toString(id));
    }

    public static Resource group(String id) {
        return new Resource(Type.GROUP, id);
    }

    public static Resource clientMetrics(String name) {
        return new Resource(Type.CLIENT_METRICS, name);
    }

    /** Kinds of resources. Loggers, which Kafka counts among them, keep their levels in the broker's process only. */
    public enum Type {
        TOPIC(2),
        BROKER(4),
        CLIENT_METRICS(16),
        GROUP(32),
        /** A {@link QuotaEntity}; on the wire it is no resource, and has APIs of its own. */
        CLIENT_QUOTA(64);

        private final byte code;

        Type(int code) {
            this.code = (byte) code;
        }

        /** The number on disk and, where it is a resource there, on the wire. */
        public byte code() {
            return code;
        }

        /** The type of a number; empty for those that have no settings in the metadata. */
        public static Optional<Type> forCode(byte code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }
    }
}
