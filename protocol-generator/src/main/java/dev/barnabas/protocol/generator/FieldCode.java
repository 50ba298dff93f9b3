package dev.barnabas.protocol.generator;

import java.util.Set;

/**
 * The pieces of Java that one field contributes to its struct: its type, its default, and how it is sized, read and
 * written.
 *
 * <p>Pieces that hold for some versions only speak of the variable {@code version}; those that depend on the encoding
 * speak of {@code flexible}, which the struct's method declares if any piece mentions it.
 */
final class FieldCode {
    /** Names that the generated methods need for themselves. */
    private static final Set<String> TAKEN = Set.of("in", "out", "version", "flexible", "tagsLeft", "tagEnd");

    private final Schema schema;
    private final Struct owner;
    private final Field field;

    FieldCode(Schema schema, Struct owner, Field field) {
        this.schema = schema;
        this.owner = owner;
        this.field = field;
    }

    Field field() {
        return field;
    }

    String component() {
        return field.component();
    }

    String local() {
        return TAKEN.contains(component()) ? component() + "_" : component();
    }

    /** The field's name in the messages of exceptions, as a Java literal. */
    String label() {
        String prefix = owner.equals(schema.root()) ? "" : schema.name() + ".";
        return "\"" + prefix + owner.name() + "." + component() + "\"";
    }

    String javaType() {
        String plain = plainType(field.type());
        return field.isNullable() ? "@Nullable " + plain : plain;
    }

    private static String plainType(Type type) {
        return switch (type) {
            case Type.Scalar scalar -> scalar.javaName();
            case Type.StructOf(String name) -> name;
            case Type.ListOf(Type.Scalar scalar) -> "List<" + scalar.boxedName() + ">";
            case Type.ListOf(Type element) -> "List<" + plainType(element) + ">";
        };
    }

    boolean isReference() {
        return !(field.type() instanceof Type.Scalar scalar && scalar.isPrimitive());
    }

    String defaultValue() {
        if (field.defaultsToNull()) {
            return "null";
        }
        String text = field.defaultText();
        return switch (field.type()) {
            case Type.ListOf _ -> "List.of()";
            case Type.StructOf(String name) -> name + ".DEFAULT";
            case Type.Scalar scalar ->
                switch (scalar) {
                    case BOOL -> Boolean.toString(Boolean.parseBoolean(text));
                    case INT8 -> cast("byte", number(text));
                    case INT16 -> cast("short", number(text));
                    case UINT16, INT32 -> Long.toString(number(text));
                    case UINT32, INT64 -> number(text) + "L";
                    case FLOAT64 -> Double.toString(text.isEmpty() ? 0 : Double.parseDouble(text));
                    case UUID -> "Uuid.ZERO";
                    case STRING -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
                    case BYTES -> "ByteBuffer.allocate(0)";
                    case RECORDS -> "MemoryRecords.EMPTY";
                };
        };
    }

    private static String cast(String type, long value) {
        return "(" + type + ") " + value;
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.decode(text);
    }

    /** A condition on {@code this}: the field does not hold its default. */
    String differsFromDefault() {
        String value = "this." + component();
        if (field.defaultsToNull()) {
            return value + " != null";
        }
        String differs = switch (field.type()) {
            case Type.ListOf _ -> "!" + value + ".isEmpty()";
            case Type.StructOf _ -> "!" + value + ".isDefault()";
            case Type.Scalar scalar ->
                switch (scalar) {
                    case BOOL -> (field.defaultText().equals("true") ? "!" : "") + value;
                    case INT8, INT16, UINT16, INT32, UINT32, INT64, FLOAT64 -> value + " != " + defaultValue();
                    case STRING ->
                        field.defaultText().isEmpty()
                                ? "!" + value + ".isEmpty()"
                                : "!" + value + ".equals(" + defaultValue() + ")";
                    case BYTES -> value + ".hasRemaining()";
                    case UUID -> "!" + value + ".equals(Uuid.ZERO)";
                    case RECORDS -> value + ".sizeInBytes() != 0";
                };
        };
        return field.isNullable() ? value + " == null || " + differs : differs;
    }

    /** How the canonical constructor makes its argument immutable, empty if it already is. */
    String guard() {
        String name = component();
        String guarded = switch (field.type()) {
            case Type.ListOf _ -> "List.copyOf(" + name + ")";
            case Type.Scalar scalar when scalar == Type.Scalar.BYTES -> name + ".asReadOnlyBuffer()";
            case Type.Scalar scalar when scalar.isPrimitive() -> "";
            case Type.Scalar _, Type.StructOf _ ->
                field.isNullable() ? "" : "Objects.requireNonNull(" + name + ", \"" + name + "\")";
        };
        if (guarded.isEmpty()) {
            return "";
        }
        return field.isNullable()
                ? name + " = " + name + " == null ? null : " + guarded + ";"
                : guarded.startsWith("Objects") ? guarded + ";" : name + " = " + guarded + ";";
    }

    /** The versions in which the field stands in its place among the others, untagged. */
    Versions positional() {
        Versions versions = field.versions().intersect(schema.validVersions());
        Versions tagged = field.taggedVersions().intersect(versions);
        if (tagged.isEmpty()) {
            return versions;
        }
        if (tagged.highest() != versions.highest()) {
            throw new IllegalArgumentException(label() + " ceases to be tagged");
        }
        return tagged.lowest() == versions.lowest()
                ? Versions.NONE
                : new Versions(versions.lowest(), tagged.lowest() - 1);
    }

    Versions tagged() {
        return field.taggedVersions().intersect(schema.validVersions());
    }

    /**
     * Whether the field is in its place in a version, as a condition; {@code true} or {@code false} if that is always
     * so.
     */
    String isPositional() {
        return condition(schema, positional());
    }

    /** Whether the field is in a version at all. */
    String isPresent() {
        return condition(schema, field.versions());
    }

    static String condition(Schema schema, Versions wanted) {
        Versions valid = schema.validVersions();
        Versions both = wanted.intersect(valid);
        if (both.isEmpty()) {
            return "false";
        }
        boolean from = both.lowest() > valid.lowest();
        boolean to = both.highest() < valid.highest();
        if (from && to) {
            return both.lowest() == both.highest()
                    ? "version == " + both.lowest()
                    : "version >= " + both.lowest() + " && version <= " + both.highest();
        }
        if (from) {
            return "version >= " + both.lowest();
        }
        return to ? "version <= " + both.highest() : "true";
    }

    /** Whether the field is compact, as a condition on {@code flexible}, for the versions in {@code present}. */
    String isCompact(Versions present) {
        Versions flexible = field.flexibleVersions().orElse(schema.flexibleVersions());
        if (flexible.containsAll(present)) {
            return "true";
        }
        if (flexible.intersect(present).isEmpty()) {
            return "false";
        }
        if (field.flexibleVersions().isPresent()) {
            throw new IllegalArgumentException(label() + ": flexibleVersions of a field must be all or none");
        }
        return "flexible";
    }

    /** Whether the field may be null, as a condition, given that the version is one of {@code present}. */
    private String mayBeNull(Versions present) {
        return field.nullableVersions().containsAll(present)
                ? "true"
                : condition(schema, field.nullableVersions().intersect(present));
    }

    /** An expression that reads the field in the versions {@code present}. */
    String read(Versions present) {
        String mayBeNull = mayBeNull(present);
        return switch (mayBeNull) {
            case "true" -> readNullable(present);
            case "false" -> readNonNull(present);
            default -> "(" + mayBeNull + ") ? " + readNullable(present) + " : " + readNonNull(present);
        };
    }

    private String readNonNull(Versions present) {
        return switch (field.type()) {
            case Type.Scalar scalar -> readScalar(scalar.schemaName(), scalar, present);
            case Type.StructOf(String name) -> name + ".read(in, version)";
            case Type.ListOf(Type.Scalar element) -> readCall(element.schemaName() + "List", present);
            case Type.ListOf(Type.StructOf(String name)) -> readStructs(name, "count", present);
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        };
    }

    private String readNullable(Versions present) {
        return switch (field.type()) {
            case Type.Scalar scalar -> readScalar("nullable" + capital(scalar.schemaName()), scalar, present);
            case Type.StructOf(String name) -> "in.isPresent(" + label() + ") ? " + name + ".read(in, version) : null";
            case Type.ListOf(Type.Scalar element) ->
                readCall("nullable" + capital(element.schemaName()) + "List", present);
            case Type.ListOf(Type.StructOf(String name)) -> readStructs(name, "nullableCount", present);
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        };
    }

    private String readScalar(String method, Type.Scalar scalar, Versions present) {
        return scalar.width() > 0 ? "in." + method + "(" + label() + ")" : readCall(method, present);
    }

    private String readCall(String method, Versions present) {
        return "in." + method + "(" + label() + ", " + isCompact(present) + ")";
    }

    private String readStructs(String name, String count, Versions present) {
        int smallest = schema.smallestSize(new Type.StructOf(name), present);
        return name + ".readAll(in, version, in." + count + "(" + label() + ", " + isCompact(present) + ", " + smallest
                + "))";
    }

    /** An expression for the bytes that the field takes in the versions {@code present}. */
    String size(Versions present) {
        String value = "this." + component();
        String compact = isCompact(present);
        return switch (field.type()) {
            case Type.Scalar scalar ->
                scalar.width() > 0
                        ? Integer.toString(scalar.width())
                        : "Sizes." + scalar.schemaName() + "(" + value + ", " + compact + ")";
            case Type.StructOf _ ->
                switch (mayBeNull(present)) {
                    case "true" -> "1 + (" + value + " == null ? 0 : " + value + ".size(version))";
                    case "false" -> value + ".size(version)";
                    default -> throw new IllegalArgumentException(label() + ": a struct is always nullable or never");
                };
            case Type.ListOf(Type.Scalar element) ->
                element.width() > 0
                        ? "Sizes.list(" + value + ", " + element.width() + ", " + compact + ")"
                        : "Sizes." + element.schemaName() + "List(" + value + ", " + compact + ")";
            case Type.ListOf(Type.StructOf(String name)) -> name + ".sizeAll(" + value + ", version, " + compact + ")";
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        };
    }

    /** Statements that write the field in the versions {@code present}. */
    Code write(Versions present) {
        Code code = new Code();
        String value = "this." + component();
        String compact = isCompact(present);
        String mayBeNull = mayBeNull(present);
        if (field.isNullable() && !mayBeNull.equals("true")) {
            String mustNot = mayBeNull.equals("false") ? "" : " && !(" + mayBeNull + ")";
            code.open("if (" + value + " == null" + mustNot + ") {")
                    .line("throw UnsupportedFieldException.isNull(" + label() + ", version);")
                    .close();
        }
        switch (field.type()) {
            case Type.Scalar scalar ->
                code.line(
                        switch (scalar) {
                            case STRING -> "out.string(" + label() + ", " + value + ", " + compact + ");";
                            case BYTES, RECORDS -> "out." + scalar.schemaName() + "(" + value + ", " + compact + ");";
                            case BOOL, INT8, INT16, UINT16, INT32, UINT32, INT64, FLOAT64, UUID ->
                                "out." + scalar.schemaName() + "(" + value + ");";
                        });
            case Type.StructOf _ -> {
                if (mayBeNull.equals("true")) {
                    code.line("out.isPresent(" + value + " != null);")
                            .open("if (" + value + " != null) {")
                            .line(value + ".write(out, version);")
                            .close();
                } else {
                    code.line(value + ".write(out, version);");
                }
            }
            case Type.ListOf(Type.Scalar element) ->
                code.line(
                        element == Type.Scalar.STRING
                                ? "out.stringList(" + label() + ", " + value + ", " + compact + ");"
                                : "out." + element.schemaName() + "List(" + value + ", " + compact + ");");
            case Type.ListOf(Type.StructOf(String name)) ->
                code.line(name + ".writeAll(" + value + ", out, version, " + compact + ");");
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        }
        return code;
    }

    /** An expression for the bytes of records that the field holds. */
    String recordsSize() {
        String value = "this." + component();
        String size = switch (field.type()) {
            case Type.Scalar _ -> value + ".sizeInBytes()";
            case Type.StructOf _ -> value + ".recordsSize(version)";
            case Type.ListOf(Type.StructOf(String name)) -> name + ".recordsSizeOfAll(" + value + ", version)";
            case Type.ListOf _ -> throw new IllegalArgumentException(label() + ": a list of records");
        };
        return field.isNullable() ? "(" + value + " == null ? 0 : " + size + ")" : size;
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
