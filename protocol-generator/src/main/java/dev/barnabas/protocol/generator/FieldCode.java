package dev.barnabas.protocol.generator;

import java.util.Set;

/**
 * The pieces of Java that one field contributes to its struct: its type, its default, and how it is sized, read and
 * written.
 *
 * <p>Pieces that differ between versions speak of the variable {@code version}; those that depend on the encoding speak
 * of {@code flexible}, which the struct's method declares if any piece mentions it.
 */
final class FieldCode {
    /** Names that the generated methods need for themselves. */
    private static final Set<String> TAKEN = Set.of("in", "out", "version", "flexible", "tagsLeft", "tagEnd");

    private final Schema schema;
    private final Struct owner;
    private final Field field;
    /** The versions in which there can be a value of the owner at all. */
    private final Versions range;

    FieldCode(Schema schema, Struct owner, Field field) {
        this.schema = schema;
        this.owner = owner;
        this.field = field;
        this.range = schema.versionsOf(owner);
    }

    Type type() {
        return field.type();
    }

    int tag() {
        return field.tag();
    }

    String about() {
        return field.about();
    }

    boolean isNullable() {
        return field.isNullable();
    }

    String component() {
        return field.component();
    }

    /** The component's value in a method of the record. */
    private String value() {
        return "this." + component();
    }

    /** A local variable for the field. */
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
                    case INT8 -> "(byte) " + number(text);
                    case INT16 -> "(short) " + number(text);
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

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.decode(text);
    }

    /** That the field does not hold its default. */
    String differsFromDefault() {
        if (field.defaultsToNull()) {
            return value() + " != null";
        }
        String differs = switch (field.type()) {
            case Type.ListOf _ -> "!" + value() + ".isEmpty()";
            case Type.StructOf _ -> "!" + value() + ".isDefault()";
            case Type.Scalar scalar ->
                switch (scalar) {
                    case BOOL -> (field.defaultText().equals("true") ? "!" : "") + value();
                    case INT8, INT16, UINT16, INT32, UINT32, INT64, FLOAT64 ->
                        value() + " != " + defaultValue().replaceFirst("^\\(.*\\) ", "");
                    case STRING ->
                        field.defaultText().isEmpty()
                                ? "!" + value() + ".isEmpty()"
                                : "!" + value() + ".equals(" + defaultValue() + ")";
                    case BYTES -> value() + ".hasRemaining()";
                    case UUID -> "!" + value() + ".equals(Uuid.ZERO)";
                    case RECORDS -> value() + ".sizeInBytes() != 0";
                };
        };
        return field.isNullable() ? value() + " == null || " + differs : differs;
    }

    /** The statement by which the canonical constructor makes its argument safe to keep, empty if it already is. */
    String guard() {
        String name = component();
        String copy = switch (field.type()) {
            case Type.ListOf _ -> "List.copyOf(" + name + ")";
            case Type.Scalar scalar when scalar == Type.Scalar.BYTES -> name + ".asReadOnlyBuffer()";
            case Type.Scalar _, Type.StructOf _ -> "";
        };
        if (!copy.isEmpty()) {
            return name + " = " + (field.isNullable() ? name + " == null ? null : " : "") + copy + ";";
        }
        boolean isPrimitive = field.type() instanceof Type.Scalar scalar && scalar.isPrimitive();
        return isPrimitive || field.isNullable() ? "" : "Objects.requireNonNull(" + name + ", \"" + name + "\");";
    }

    /** The versions in which the field stands in its place among the others, untagged. */
    Versions positional() {
        Versions versions = field.versions().intersect(range);
        Versions tagged = tagged();
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
        return field.taggedVersions().intersect(range);
    }

    Condition isPositional() {
        return Condition.isOneOf(positional(), range);
    }

    /** That the field is tagged, given that the version is flexible. */
    Condition isTagged() {
        return Condition.isOneOf(tagged(), schema.flexibleVersions().intersect(range));
    }

    /** That the field is in the version at all, tagged or not. */
    Condition isPresent() {
        return Condition.isOneOf(field.versions(), range);
    }

    /** Whether a value must not be dropped when a version does not have the field. */
    boolean isEssential() {
        return !field.ignorable() && !isPresent().isAlways();
    }

    /** Whether the field is compact in the versions {@code present}, as a Java expression. */
    private String isCompact(Versions present) {
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

    private Condition mayBeNull(Versions present) {
        Condition mayBeNull = Condition.isOneOf(field.nullableVersions(), present);
        if (field.type() instanceof Type.StructOf && !mayBeNull.isAlways() && !mayBeNull.isNever()) {
            throw new IllegalArgumentException(label() + ": a struct is nullable in all its versions or in none");
        }
        return mayBeNull;
    }

    /** An expression that reads the field in the versions {@code present}. */
    String read(Versions present) {
        Condition mayBeNull = mayBeNull(present);
        if (mayBeNull.isAlways()) {
            return read(present, true);
        }
        return mayBeNull.isNever()
                ? read(present, false)
                : mayBeNull.text() + " ? " + read(present, true) + " : " + read(present, false);
    }

    private String read(Versions present, boolean mayBeNull) {
        String compact = ", " + isCompact(present);
        return switch (field.type()) {
            case Type.Scalar scalar ->
                "in." + orNull(scalar.schemaName(), mayBeNull) + "(" + label() + (scalar.width() > 0 ? "" : compact)
                        + ")";
            case Type.StructOf(String name) ->
                (mayBeNull ? "!in." + isPresent(present) + "(" + label() + ") ? null : " : "") + name
                        + ".read(in, version)";
            case Type.ListOf(Type.Scalar element) ->
                "in." + orNull(element.schemaName() + "List", mayBeNull) + "(" + label() + compact + ")";
            case Type.ListOf(Type.StructOf struct) ->
                struct.name() + ".readAll(in, version, in." + orNull("count", mayBeNull) + "(" + label() + compact
                        + ", " + schema.smallestSize(struct, present) + "))";
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        };
    }

    /** The method for the byte that tells whether a struct is there: it is another one in a tagged field. */
    private String isPresent(Versions present) {
        return field.taggedVersions().intersect(present).isEmpty() ? "isPresent" : "isPresentInTag";
    }

    private static String orNull(String method, boolean mayBeNull) {
        return mayBeNull ? "nullable" + Character.toUpperCase(method.charAt(0)) + method.substring(1) : method;
    }

    /** The bytes that the field takes whatever its value is, 0 if that depends on the value. */
    int width() {
        return field.type() instanceof Type.Scalar scalar ? scalar.width() : 0;
    }

    /** An expression for the bytes that the field takes in the versions {@code present}. */
    String size(Versions present) {
        String compact = ", " + isCompact(present) + ")";
        return switch (field.type()) {
            case Type.Scalar scalar ->
                scalar.width() > 0
                        ? Integer.toString(scalar.width())
                        : "Sizes." + scalar.schemaName() + "(" + value() + compact;
            case Type.StructOf _ ->
                mayBeNull(present).isAlways()
                        ? "1 + (" + value() + " == null ? 0 : " + value() + ".size(version))"
                        : value() + ".size(version)";
            case Type.ListOf(Type.Scalar element) ->
                element.width() > 0
                        ? "Sizes.list(" + value() + ", " + element.width() + compact
                        : "Sizes." + element.schemaName() + "List(" + value() + compact;
            case Type.ListOf(Type.StructOf(String name)) -> name + ".sizeAll(" + value() + ", version" + compact;
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        };
    }

    /** Statements that write the field in the versions {@code present}. */
    Code write(Versions present) {
        Code code = new Code();
        Condition mayBeNull = mayBeNull(present);
        if (field.isNullable() && !mayBeNull.isAlways()) {
            code.open("if (" + mayBeNull.notBut(value() + " == null") + ") {")
                    .line("throw UnsupportedFieldException.isNull(" + label() + ", version);")
                    .close();
        }
        String compact = ", " + isCompact(present) + ");";
        return switch (field.type()) {
            case Type.Scalar scalar ->
                code.line("out." + scalar.schemaName() + "(" + (scalar == Type.Scalar.STRING ? label() + ", " : "")
                        + value() + (scalar.width() > 0 ? ");" : compact));
            case Type.StructOf _ ->
                mayBeNull.isAlways()
                        ? code.line("out." + isPresent(present) + "(" + value() + " != null);")
                                .open("if (" + value() + " != null) {")
                                .line(value() + ".write(out, version);")
                                .close()
                        : code.line(value() + ".write(out, version);");
            case Type.ListOf(Type.Scalar element) ->
                code.line("out." + element.schemaName() + "List("
                        + (element == Type.Scalar.STRING ? label() + ", " : "") + value() + compact);
            case Type.ListOf(Type.StructOf(String name)) ->
                code.line(name + ".writeAll(" + value() + ", out, version" + compact);
            case Type.ListOf(Type.ListOf _) -> throw new IllegalStateException();
        };
    }

    /** An expression for the bytes of records that the field holds. */
    String recordsSize() {
        String size = switch (field.type()) {
            case Type.Scalar _ -> value() + ".sizeInBytes()";
            case Type.StructOf _ -> value() + ".recordsSize(version)";
            case Type.ListOf(Type.StructOf(String name)) -> name + ".recordsSizeOfAll(" + value() + ", version)";
            case Type.ListOf _ -> throw new IllegalArgumentException(label() + ": a list of records");
        };
        return field.isNullable() ? value() + " == null ? 0 : " + size : size;
    }
}
