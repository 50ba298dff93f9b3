package dev.barnabas.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages into a buffer of exactly the right size. Records are not written: only their length is, and where
 * they belong is remembered (see {@link Encoded}).
 *
 * <p>Owned by the one who encodes; used once. A buffer that is too small or not filled is a defect and throws.
 */
public final class Writer {
    private static final int VARINT_BITS = 0x7f;
    private static final int VARINT_MORE = 0x80;

    private final ByteBuffer buffer;
    private List<Encoded.Splice> splices = List.of();

    /** @param size the bytes that will be written, without records */
    public Writer(int size) {
        this(ByteBuffer.allocate(size));
    }

    /** Writes from the position of {@code buffer} to its limit, big-endian. */
    public Writer(ByteBuffer buffer) {
        this.buffer = buffer.slice();
    }

    /** What was written. */
    public Encoded finish() {
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(buffer.remaining() + " bytes more were announced than written");
        }
        return new Encoded(buffer.flip(), splices);
    }

    public void bool(boolean value) {
        buffer.put((byte) (value ? 1 : 0));
    }

    public void int8(byte value) {
        buffer.put(value);
    }

    public void int16(short value) {
        buffer.putShort(value);
    }

    /** @param value 0 to 65,535 */
    public void uint16(int value) {
        buffer.putShort((short) value);
    }

    public void int32(int value) {
        buffer.putInt(value);
    }

    /** @param value 0 to 4,294,967,295 */
    public void uint32(long value) {
        buffer.putInt((int) value);
    }

    public void int64(long value) {
        buffer.putLong(value);
    }

    public void float64(double value) {
        buffer.putDouble(value);
    }

    public void uuid(Uuid value) {
        buffer.putLong(value.mostSignificantBits());
        buffer.putLong(value.leastSignificantBits());
    }

    public void unsignedVarint(int value) {
        int rest = value;
        while ((rest & ~VARINT_BITS) != 0) {
            buffer.put((byte) ((rest & VARINT_BITS) | VARINT_MORE));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    /** The number of elements of an array, -1 for null. */
    public void count(int count, boolean flexible) {
        if (flexible) {
            unsignedVarint(count + 1);
        } else {
            buffer.putInt(count);
        }
    }

    /** Whether a struct that may be null follows. */
    public void isPresent(boolean present) {
        buffer.put((byte) (present ? 1 : -1));
    }

    /** Whether a struct that may be null follows as the value of a tagged field; in one byte as well, but another. */
    public void isPresentInTag(boolean present) {
        buffer.put((byte) (present ? 1 : 0));
    }

    /** What stands in front of the value of a tagged field. */
    public void tag(int tag, int valueSize) {
        unsignedVarint(tag);
        unsignedVarint(valueSize);
    }

    /** @throws UnsupportedFieldException if it takes more than 32,767 bytes */
    public void string(String field, @Nullable String value, boolean flexible) {
        if (value == null) {
            stringLength(-1, flexible);
            return;
        }
        int length = Sizes.utf8Length(value);
        if (length > Short.MAX_VALUE) {
            throw UnsupportedFieldException.isTooLong(field, length);
        }
        stringLength(length, flexible);
        if (length == value.length()) {
            for (int i = 0; i < length; i++) {
                char c = value.charAt(i);
                // A lone surrogate also takes one byte.
                buffer.put(c < VARINT_MORE ? (byte) c : (byte) '?');
            }
        } else {
            buffer.put(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void stringLength(int length, boolean flexible) {
        if (flexible) {
            unsignedVarint(length + 1);
        } else {
            buffer.putShort((short) length);
        }
    }

    public void bytes(@Nullable ByteBuffer value, boolean flexible) {
        count(value == null ? -1 : value.remaining(), flexible);
        if (value != null) {
            buffer.put(buffer.position(), value, value.position(), value.remaining());
            buffer.position(buffer.position() + value.remaining());
        }
    }

    public void records(@Nullable Records value, boolean flexible) {
        count(value == null ? -1 : value.sizeInBytes(), flexible);
        if (value != null && value.sizeInBytes() > 0) {
            if (splices.isEmpty()) {
                splices = new ArrayList<>();
            }
            splices.add(new Encoded.Splice(buffer.position(), value));
        }
    }

    public void int8List(@Nullable List<Byte> values, boolean flexible) {
        count(values == null ? -1 : values.size(), flexible);
        for (int i = 0; values != null && i < values.size(); i++) {
            buffer.put(values.get(i));
        }
    }

    public void int16List(@Nullable List<Short> values, boolean flexible) {
        count(values == null ? -1 : values.size(), flexible);
        for (int i = 0; values != null && i < values.size(); i++) {
            buffer.putShort(values.get(i));
        }
    }

    public void int32List(@Nullable List<Integer> values, boolean flexible) {
        count(values == null ? -1 : values.size(), flexible);
        for (int i = 0; values != null && i < values.size(); i++) {
            buffer.putInt(values.get(i));
        }
    }

    public void int64List(@Nullable List<Long> values, boolean flexible) {
        count(values == null ? -1 : values.size(), flexible);
        for (int i = 0; values != null && i < values.size(); i++) {
            buffer.putLong(values.get(i));
        }
    }

    public void uuidList(@Nullable List<Uuid> values, boolean flexible) {
        count(values == null ? -1 : values.size(), flexible);
        for (int i = 0; values != null && i < values.size(); i++) {
            uuid(values.get(i));
        }
    }

    /** @throws UnsupportedFieldException if one of them takes more than 32,767 bytes */
    public void stringList(String field, @Nullable List<String> values, boolean flexible) {
        count(values == null ? -1 : values.size(), flexible);
        for (int i = 0; values != null && i < values.size(); i++) {
            string(field, values.get(i), flexible);
        }
    }
}
