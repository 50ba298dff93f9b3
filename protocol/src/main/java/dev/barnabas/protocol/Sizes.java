package dev.barnabas.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes values take. {@code flexible} selects the compact form: lengths as varints instead of two or four
 * bytes.
 */
public final class Sizes {
    private Sizes() {}

    /** Seven bits to a byte: 1 to 5 bytes for the 32 bits of {@code value}, taken as unsigned. */
    public static int unsignedVarint(int value) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
        return (bits + 6) / 7;
    }

    /** The length in front of an array, {@code count} -1 meaning null. */
    public static int count(int count, boolean flexible) {
        return flexible ? unsignedVarint(count + 1) : Integer.BYTES;
    }

    public static int string(@Nullable String value, boolean flexible) {
        if (value == null) {
            return flexible ? 1 : Short.BYTES;
        }
        int length = utf8Length(value);
        return (flexible ? unsignedVarint(length + 1) : Short.BYTES) + length;
    }

    public static int bytes(@Nullable ByteBuffer value, boolean flexible) {
        return sized(value == null ? -1 : value.remaining(), flexible);
    }

    public static int records(@Nullable Records value, boolean flexible) {
        return sized(value == null ? -1 : value.sizeInBytes(), flexible);
    }

    private static int sized(int length, boolean flexible) {
        return count(length, flexible) + Math.max(length, 0);
    }

    /** An array whose elements take {@code width} bytes each. */
    public static int list(@Nullable List<?> values, int width, boolean flexible) {
        return values == null ? count(-1, flexible) : count(values.size(), flexible) + values.size() * width;
    }

    public static int stringList(@Nullable List<String> values, boolean flexible) {
        if (values == null) {
            return count(-1, flexible);
        }
        int size = count(values.size(), flexible);
        for (int i = 0; i < values.size(); i++) {
            size += string(values.get(i), flexible);
        }
        return size;
    }

    /** A tagged field with a value of {@code valueSize} bytes: tag, size, value. */
    public static int tagged(int tag, int valueSize) {
        return unsignedVarint(tag) + unsignedVarint(valueSize) + valueSize;
    }

    /**
     * The length in UTF-8, where a surrogate without its partner becomes a question mark, as {@link String#getBytes}
     * has it.
     */
    static int utf8Length(String value) {
        int chars = value.length();
        int length = chars;
        for (int i = 0; i < chars; i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                continue;
            }
            if (c < 0x800) {
                length++;
            } else if (!Character.isSurrogate(c)) {
                length += 2;
            } else if (Character.isHighSurrogate(c) && i + 1 < chars && Character.isLowSurrogate(value.charAt(i + 1))) {
                // Two chars become four bytes.
                length += 2;
                i++;
            }
        }
        return length;
    }
}
