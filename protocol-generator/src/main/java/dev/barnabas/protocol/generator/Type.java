package dev.barnabas.protocol.generator;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The type of a field: a scalar, a struct of the same message, or an array of either. */
public sealed interface Type {
    /** What the schema language offers besides structs and arrays. */
    enum Scalar implements Type {
        BOOL("bool", "boolean", "Boolean", 1),
        INT8("int8", "byte", "Byte", 1),
        INT16("int16", "short", "Short", 2),
        UINT16("uint16", "int", "Integer", 2),
        INT32("int32", "int", "Integer", 4),
        UINT32("uint32", "long", "Long", 4),
        INT64("int64", "long", "Long", 8),
        FLOAT64("float64", "double", "Double", 8),
        UUID("uuid", "Uuid", "Uuid", 16),
        STRING("string", "String", "String", 0),
        BYTES("bytes", "ByteBuffer", "ByteBuffer", 0),
        RECORDS("records", "Records", "Records", 0);

        private final String schemaName;
        private final String javaName;
        private final String boxedName;
        private final int width;

        Scalar(String schemaName, String javaName, String boxedName, int width) {
            this.schemaName = schemaName;
            this.javaName = javaName;
            this.boxedName = boxedName;
            this.width = width;
        }

        /** The name in schemas, which is also the name of the method that reads or writes it. */
        public String schemaName() {
            return schemaName;
        }

        String javaName() {
            return javaName;
        }

        String boxedName() {
            return boxedName;
        }

        /** Bytes on the wire, 0 if that depends on the value. */
        public int width() {
            return width;
        }

        boolean isPrimitive() {
            return width > 0 && this != UUID;
        }

        static Optional<Scalar> named(String schemaName) {
            return Arrays.stream(values())
                    .filter(scalar -> scalar.schemaName.equals(schemaName))
                    .findFirst();
        }
    }

    /** A struct declared in the same message, by name. */
    record StructOf(String name) implements Type {}

    /** An array of structs, strings, ids or integers. */
    record ListOf(Type element) implements Type {
        private static final Set<Scalar> SCALARS =
                EnumSet.of(Scalar.INT8, Scalar.INT16, Scalar.INT32, Scalar.INT64, Scalar.UUID, Scalar.STRING);

        public ListOf {
            boolean possible = switch (element) {
                case Scalar scalar -> SCALARS.contains(scalar);
                case StructOf _ -> true;
                case ListOf _ -> false;
            };
            if (!possible) {
                throw new IllegalArgumentException("there are no arrays of " + element);
            }
        }
    }

    /** Whether this is the named struct or an array of it. */
    default boolean isOrHolds(String structName) {
        return switch (this) {
            case Scalar _ -> false;
            case StructOf(String name) -> name.equals(structName);
            case ListOf(Type element) -> element.isOrHolds(structName);
        };
    }

    /** Understands {@code int32}, {@code []int32}, {@code SomeStruct} and {@code []SomeStruct}. */
    static Type parse(String text) {
        if (text.startsWith("[]")) {
            return new ListOf(parse(text.substring(2)));
        }
        return Scalar.named(text).<Type>map(scalar -> scalar).orElseGet(() -> {
            if (!Character.isUpperCase(text.charAt(0))) {
                throw new IllegalArgumentException("unknown type: " + text);
            }
            return new StructOf(text);
        });
    }
}
