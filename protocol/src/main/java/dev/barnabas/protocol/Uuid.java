package dev.barnabas.protocol;

import java.nio.ByteBuffer;
import java.util.Base64;

/** A 128-bit identifier, written as 22 characters of URL-safe base64 without padding. */
public record Uuid(long mostSignificantBits, long leastSignificantBits) implements Comparable<Uuid> {
    /** Stands for "no id". */
    public static final Uuid ZERO = new Uuid(0, 0);

    /** The topic id of the metadata log of a Kafka cluster, and reserved for it. */
    public static final Uuid METADATA_TOPIC = new Uuid(0, 1);

    private static final int SIZE = 16;

    /** @throws IllegalArgumentException if the text is not 16 bytes in URL-safe base64 */
    public static Uuid parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("not a 16-byte id in base64: " + text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Uuid(buffer.getLong(), buffer.getLong());
    }

    /** Orders ids as unsigned numbers. */
    @Override
    public int compareTo(Uuid other) {
        int most = Long.compareUnsigned(mostSignificantBits, other.mostSignificantBits);
        return most != 0 ? most : Long.compareUnsigned(leastSignificantBits, other.leastSignificantBits);
    }

    @Override
    public String toString() {
        byte[] bytes = ByteBuffer.allocate(SIZE)
                .putLong(mostSignificantBits)
                .putLong(leastSignificantBits)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
