package dev.barnabas.protocol.record;

/**
 * How to compress: a codec and how hard it tries.
 *
 * @param level between {@link Compression#minLevel()} and {@link Compression#maxLevel()}, or
 *     {@link Compression#defaultLevel()}
 */
public record CompressionSpec(Compression compression, int level) {
    public static final CompressionSpec NONE = of(Compression.NONE);

    public CompressionSpec {
        if (!compression.acceptsLevel(level)) {
            throw new IllegalArgumentException(compression.settingName() + " has no level " + level);
        }
    }

    /** With the default level. */
    public static CompressionSpec of(Compression compression) {
        return new CompressionSpec(compression, compression.defaultLevel());
    }
}
