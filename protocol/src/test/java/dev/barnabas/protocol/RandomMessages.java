package dev.barnabas.protocol;

import dev.barnabas.protocol.generator.Field;
import dev.barnabas.protocol.generator.Struct;
import dev.barnabas.protocol.generator.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random instances of any message, made from its schema. */
final class RandomMessages {
    private static final String[] LETTERS = {"a", "B", "7", "-", "ü", "\u07ff", "\u0800", "界", "\ud83d\ude80"};

    private final Random random;

    RandomMessages(Random random) {
        this.random = random;
    }

    /** A message that {@code version} can express completely. */
    Message fitting(Subject subject, int version) {
        return (Message) struct(subject, subject.schema().root(), version, true);
    }

    /** A message that may hold values in fields that {@code version} does not have, and null where it must not. */
    Message anything(Subject subject, int version) {
        return (Message) struct(subject, subject.schema().root(), version, false);
    }

    private Object struct(Subject subject, Struct struct, int version, boolean fitting) {
        boolean isRoot = struct.equals(subject.schema().root());
        Class<?> type = isRoot ? subject.type() : Reflection.nested(subject.type(), struct.name());
        Object defaults = Reflection.defaults(type);
        List<Field> fields = struct.fields();
        @Nullable Object[] components = new Object[fields.size()];
        for (int i = 0; i < components.length; i++) {
            Field field = fields.get(i);
            boolean isPresent = field.versions().contains(version);
            boolean mayDiffer = isPresent || (!fitting && random.nextInt(20) == 0);
            boolean mustDiffer =
                    isPresent && fitting && !field.nullableVersions().contains(version);
            components[i] = mustDiffer || (mayDiffer && random.nextInt(4) > 0)
                    ? value(subject, field, version, fitting)
                    : Reflection.call(Reflection.method(type, field.component()), defaults);
            if (components[i] == null
                    && fitting
                    && isPresent
                    && !field.nullableVersions().contains(version)) {
                throw new AssertionError(field.name());
            }
        }
        return Reflection.createRecord(type, components);
    }

    private @Nullable Object value(Subject subject, Field field, int version, boolean fitting) {
        boolean mayBeNull = field.nullableVersions().contains(version);
        boolean mayBeWrong = !fitting && field.isNullable() && random.nextInt(20) == 0;
        if ((mayBeNull || mayBeWrong) && random.nextInt(3) == 0) {
            return null;
        }
        return value(subject, field.type(), version, fitting);
    }

    private Object value(Subject subject, Type type, int version, boolean fitting) {
        return switch (type) {
            case Type.Scalar scalar -> scalar(scalar);
            case Type.StructOf(String name) -> struct(subject, subject.schema().struct(name), version, fitting);
            case Type.ListOf(Type element) -> {
                // A count of more than 126 takes two bytes in the compact form.
                int count = random.nextInt(100) == 0 && element instanceof Type.Scalar ? 200 : random.nextInt(4);
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    list.add(value(subject, element, version, fitting));
                }
                yield list;
            }
        };
    }

    private Object scalar(Type.Scalar scalar) {
        return switch (scalar) {
            case BOOL -> random.nextBoolean();
            case INT8 -> (byte) number();
            case INT16 -> (short) number();
            case UINT16 -> (int) number() & 0xffff;
            case INT32 -> (int) number();
            case UINT32 -> number() & 0xffffffffL;
            case INT64 -> number();
            case FLOAT64 -> random.nextGaussian();
            case UUID -> new Uuid(number(), number());
            case STRING -> string();
            case BYTES -> bytes();
            case RECORDS -> new MemoryRecords(bytes());
        };
    }

    private long number() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> -1L >>> random.nextInt(64);
            case 2 -> Long.MIN_VALUE >> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private String string() {
        int length = random.nextInt(30) == 0 ? 300 : random.nextInt(6);
        boolean isAscii = random.nextBoolean();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(LETTERS[random.nextInt(isAscii ? 4 : LETTERS.length)]);
        }
        return text.toString();
    }

    private ByteBuffer bytes() {
        byte[] bytes = new byte[random.nextInt(30) == 0 ? 300 : random.nextInt(10)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
