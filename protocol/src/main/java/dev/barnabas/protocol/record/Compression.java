package dev.barnabas.protocol.record;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the records of a batch are compressed: the lowest three bits of a batch's attributes. */
public enum Compression {
    NONE(0, 0, 0, 0),
    GZIP(1, 1, 9, -1),
    SNAPPY(2, 0, 0, 0),
    LZ4(3, 1, 17, 9),
    ZSTD(4, -131_072, 22, 3);

    private static final Compression[] BY_ID = values();

    private final int id;
    private final int minLevel;
    private final int maxLevel;
    private final int defaultLevel;

    Compression(int id, int minLevel, int maxLevel, int defaultLevel) {
        this.id = id;
        this.minLevel = minLevel;
        this.maxLevel = maxLevel;
        this.defaultLevel = defaultLevel;
    }

    /** What stands in the attributes of a batch. */
    public int id() {
        return id;
    }

    /** The name in settings such as {@code compression.type}. */
    public String settingName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Compression> ofSettingName(String name) {
        for (Compression compression : BY_ID) {
            if (compression.settingName().equals(name)) {
                return Optional.of(compression);
            }
        }
        return Optional.empty();
    }

    /** Lowest accepted value of {@code compression.<name>.level} (KIP-390). */
    public int minLevel() {
        return minLevel;
    }

    /** Highest accepted value of {@code compression.<name>.level}. */
    public int maxLevel() {
        return maxLevel;
    }

    /** The level that is used when nobody says anything else; for gzip -1, which leaves it to the library (6). */
    public int defaultLevel() {
        return defaultLevel;
    }

    /** False for {@link #NONE} and {@link #SNAPPY}, which have no levels. */
    public boolean hasLevels() {
        return minLevel != maxLevel;
    }

    public boolean acceptsLevel(int level) {
        return level == defaultLevel || (level >= minLevel && level <= maxLevel);
    }

    static @Nullable Compression ofId(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }
}
