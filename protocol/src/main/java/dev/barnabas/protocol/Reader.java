package dev.barnabas.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from a buffer whose content is not to be trusted. Every length is compared with the bytes that are
 * left before anything is allocated for it, so that memory stays proportional to the bytes received. Whatever does not
 * fit is a {@link MalformedMessageException} that names the field.
 *
 * <p>Bytes and records are returned as views of the buffer, not as copies.
 *
 * <p>{@code flexible} selects the compact form: lengths as varints, one more than the length, 0 for null.
 */
public final class Reader {
    /** No array may have more elements. Kafka 4.4 has the same limit. */
    public static final int MAX_ELEMENTS = 1_000_000;

    /** No struct may have more tagged fields. Kafka 4.4 has the same limit. */
    public static final int MAX_TAGS = 10_000;

    private static final int MAX_VARINT_BYTES = 5;

    private final ByteBuffer buffer;

    /** Reads from the position of {@code buffer} to its limit, and leaves the position alone. */
    public Reader(ByteBuffer buffer) {
        this.buffer = buffer.slice();
    }

    /** The bytes that were not read yet. */
    public int remaining() {
        return buffer.remaining();
    }

    /** The next {@code length} bytes, without reading over them. */
    ByteBuffer peek(String field, int length) {
        require(field, length);
        return buffer.slice(buffer.position(), length);
    }

    public boolean bool(String field) {
        require(field, 1);
        return buffer.get() != 0;
    }

    public byte int8(String field) {
        require(field, Byte.BYTES);
        return buffer.get();
    }

    public short int16(String field) {
        require(field, Short.BYTES);
        return buffer.getShort();
    }

    public int uint16(String field) {
        require(field, Short.BYTES);
        return Short.toUnsignedInt(buffer.getShort());
    }

    public int int32(String field) {
        require(field, Integer.BYTES);
        return buffer.getInt();
    }

    public long uint32(String field) {
        require(field, Integer.BYTES);
        return Integer.toUnsignedLong(buffer.getInt());
    }

    public long int64(String field) {
        require(field, Long.BYTES);
        return buffer.getLong();
    }

    public double float64(String field) {
        require(field, Double.BYTES);
        return buffer.getDouble();
    }

    public Uuid uuid(String field) {
        require(field, Long.BYTES + Long.BYTES);
        long most = buffer.getLong();
        long least = buffer.getLong();
        return most == 0 && least == 0 ? Uuid.ZERO : new Uuid(most, least);
    }

    /** 32 bits, seven to a byte, to be taken as unsigned. */
    public int unsignedVarint(String field) {
        int value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            byte next = int8(field);
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                // Of the fifth byte, only four bits are left to use.
                if (i == MAX_VARINT_BYTES - 1 && next > 0x0f) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedMessageException(field + ": a varint of more than 32 bits");
    }

    public String string(String field, boolean flexible) {
        return nonNull(field, nullableString(field, flexible));
    }

    public @Nullable String nullableString(String field, boolean flexible) {
        int length = flexible ? compactLength(field) : int16(field);
        if (length < 0) {
            return null;
        }
        if (length > Short.MAX_VALUE) {
            throw new MalformedMessageException(field + ": a string of " + length + " bytes");
        }
        require(field, length);
        int position = buffer.position();
        buffer.position(position + length);
        if (buffer.hasArray()) {
            return new String(buffer.array(), buffer.arrayOffset() + position, length, StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[length];
        buffer.get(position, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public ByteBuffer bytes(String field, boolean flexible) {
        return nonNull(field, nullableBytes(field, flexible));
    }

    public @Nullable ByteBuffer nullableBytes(String field, boolean flexible) {
        int length = length(field, flexible);
        if (length < 0) {
            return null;
        }
        require(field, length);
        int position = buffer.position();
        buffer.position(position + length);
        return buffer.slice(position, length);
    }

    public Records records(String field, boolean flexible) {
        return nonNull(field, nullableRecords(field, flexible));
    }

    public @Nullable Records nullableRecords(String field, boolean flexible) {
        ByteBuffer bytes = nullableBytes(field, flexible);
        return bytes == null ? null : new MemoryRecords(bytes);
    }

    /**
     * The number of elements of an array.
     *
     * @param smallestElement the fewest bytes that an element can take
     */
    public int count(String field, boolean flexible, int smallestElement) {
        int count = nullableCount(field, flexible, smallestElement);
        if (count < 0) {
            throw isNull(field);
        }
        return count;
    }

    /** As {@link #count}, but -1 if there is null instead of an array. */
    public int nullableCount(String field, boolean flexible, int smallestElement) {
        int count = length(field, flexible);
        if (count < 0) {
            return -1;
        }
        if (count > MAX_ELEMENTS || (long) count * smallestElement > buffer.remaining()) {
            throw new MalformedMessageException(
                    field + ": " + count + " elements, but " + buffer.remaining() + " bytes are left");
        }
        return count;
    }

    /** Whether a struct that may be null follows. */
    public boolean isPresent(String field) {
        return int8(field) >= 0;
    }

    /** Whether a struct that may be null follows as the value of a tagged field. */
    public boolean isPresentInTag(String field) {
        return unsignedVarint(field) != 0;
    }

    /** The number of tagged fields at the end of a struct. */
    public int tagCount(String owner) {
        int count = unsignedVarint(owner);
        // A tagged field takes two bytes at least: its tag and the size of its value.
        if (count < 0 || count > MAX_TAGS || count > buffer.remaining() / 2) {
            throw new MalformedMessageException(owner + ": " + Integer.toUnsignedString(count) + " tagged fields, but "
                    + buffer.remaining() + " bytes are left");
        }
        return count;
    }

    public int tag(String owner) {
        return unsignedVarint(owner);
    }

    /** Reads the size of a tagged field's value, and returns where the value ends, for {@link #endTag}. */
    public int tagEnd(String field) {
        int size = unsignedVarint(field);
        if (size < 0) {
            throw new MalformedMessageException(
                    field + ": a tagged field of " + Integer.toUnsignedString(size) + " bytes");
        }
        require(field, size);
        return buffer.position() + size;
    }

    /** Checks that a tagged field's value was as long as it claimed to be. */
    public void endTag(String field, int end) {
        if (buffer.position() != end) {
            throw new MalformedMessageException(field + ": a tagged field with a wrong size");
        }
    }

    /** Reads over the size and the value of a tagged field. */
    public void skipTagValue(String owner) {
        buffer.position(tagEnd(owner));
    }

    /** Reads over a tagged field. */
    public void skipTag(String owner) {
        tag(owner);
        skipTagValue(owner);
    }

    public List<Byte> int8List(String field, boolean flexible) {
        return nonNull(field, nullableInt8List(field, flexible));
    }

    public @Nullable List<Byte> nullableInt8List(String field, boolean flexible) {
        int count = nullableCount(field, flexible, Byte.BYTES);
        if (count < 0) {
            return null;
        }
        Byte[] values = new Byte[count];
        for (int i = 0; i < count; i++) {
            values[i] = int8(field);
        }
        return List.of(values);
    }

    public List<Short> int16List(String field, boolean flexible) {
        return nonNull(field, nullableInt16List(field, flexible));
    }

    public @Nullable List<Short> nullableInt16List(String field, boolean flexible) {
        int count = nullableCount(field, flexible, Short.BYTES);
        if (count < 0) {
            return null;
        }
        Short[] values = new Short[count];
        for (int i = 0; i < count; i++) {
            values[i] = int16(field);
        }
        return List.of(values);
    }

    public List<Integer> int32List(String field, boolean flexible) {
        return nonNull(field, nullableInt32List(field, flexible));
    }

    public @Nullable List<Integer> nullableInt32List(String field, boolean flexible) {
        int count = nullableCount(field, flexible, Integer.BYTES);
        if (count < 0) {
            return null;
        }
        Integer[] values = new Integer[count];
        for (int i = 0; i < count; i++) {
            values[i] = int32(field);
        }
        return List.of(values);
    }

    public List<Long> int64List(String field, boolean flexible) {
        return nonNull(field, nullableInt64List(field, flexible));
    }

    public @Nullable List<Long> nullableInt64List(String field, boolean flexible) {
        int count = nullableCount(field, flexible, Long.BYTES);
        if (count < 0) {
            return null;
        }
        Long[] values = new Long[count];
        for (int i = 0; i < count; i++) {
            values[i] = int64(field);
        }
        return List.of(values);
    }

    public List<Uuid> uuidList(String field, boolean flexible) {
        return nonNull(field, nullableUuidList(field, flexible));
    }

    public @Nullable List<Uuid> nullableUuidList(String field, boolean flexible) {
        int count = nullableCount(field, flexible, Long.BYTES + Long.BYTES);
        if (count < 0) {
            return null;
        }
        Uuid[] values = new Uuid[count];
        for (int i = 0; i < count; i++) {
            values[i] = uuid(field);
        }
        return List.of(values);
    }

    public List<String> stringList(String field, boolean flexible) {
        return nonNull(field, nullableStringList(field, flexible));
    }

    public @Nullable List<String> nullableStringList(String field, boolean flexible) {
        int count = nullableCount(field, flexible, flexible ? 1 : Short.BYTES);
        if (count < 0) {
            return null;
        }
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            values[i] = string(field, flexible);
        }
        return List.of(values);
    }

    /** The length of bytes or the number of elements, negative for null. */
    private int length(String field, boolean flexible) {
        return flexible ? compactLength(field) : int32(field);
    }

    private int compactLength(String field) {
        int lengthPlusOne = unsignedVarint(field);
        if (lengthPlusOne < 0) {
            throw new MalformedMessageException(field + ": a length of " + Integer.toUnsignedString(lengthPlusOne));
        }
        return lengthPlusOne - 1;
    }

    private void require(String field, int bytes) {
        if (bytes > buffer.remaining()) {
            throw new MalformedMessageException(
                    field + ": " + bytes + " bytes wanted, but " + buffer.remaining() + " are left");
        }
    }

    private static <T> T nonNull(String field, @Nullable T value) {
        if (value == null) {
            throw isNull(field);
        }
        return value;
    }

    private static MalformedMessageException isNull(String field) {
        return new MalformedMessageException(field + " must not be null");
    }
}
