package dev.barnabas.protocol.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The record for one struct: components, constructor, codec, builder. */
final class StructCode {
    private final Schema schema;
    private final Struct struct;
    private final String name;
    private final List<FieldCode> fields;

    StructCode(Schema schema, Struct struct) {
        this.schema = schema;
        this.struct = struct;
        this.name = struct.name();
        this.fields = struct.fields().stream()
                .map(field -> new FieldCode(schema, struct, field))
                .toList();
    }

    /** The components, as the declaration of the record needs them. */
    List<String> components() {
        return fields.stream()
                .map(field -> field.javaType() + " " + field.component())
                .toList();
    }

    /** A paragraph of documentation for each component that the schema describes. */
    List<String> parameters() {
        return fields.stream()
                .filter(field -> !field.about().isBlank())
                .map(field -> "@param " + field.component() + " " + Code.escape(field.about()))
                .toList();
    }

    /** The body of the record, without the line that declares it. */
    Code body() {
        List<Code> members = new ArrayList<>();
        if (isUsedAsDefault()) {
            members.add(new Code().line("private static final " + name + " DEFAULT = builder().build();"));
        }
        constructor(members);
        fields.stream()
                .filter(field -> field.type() == Type.Scalar.BYTES)
                .map(StructCode::bufferAccessor)
                .forEach(members::add);
        CodecCode codec = new CodecCode(schema, struct, fields);
        members.addAll(List.of(codec.read(), codec.size(), codec.write()));
        if (schema.holdsRecords(new Type.StructOf(name))) {
            members.add(codec.recordsSize());
        }
        if (isUsedInList()) {
            members.add(codec.lists());
        }
        if (isUsedAsDefault()) {
            members.add(isDefault());
        }
        members.addAll(List.of(builderMethods(), builder()));
        Code code = new Code();
        code.lines(members.getFirst());
        members.subList(1, members.size()).forEach(member -> code.line("").lines(member));
        return code;
    }

    private boolean isUsedAsDefault() {
        return allFields()
                .anyMatch(field -> !field.defaultsToNull() && field.type().equals(new Type.StructOf(name)));
    }

    private boolean isUsedInList() {
        return allFields().anyMatch(field -> field.type().equals(new Type.ListOf(new Type.StructOf(name))));
    }

    private Stream<Field> allFields() {
        return schema.allStructs().stream().flatMap(other -> other.fields().stream());
    }

    private void constructor(List<Code> members) {
        List<String> guards = fields.stream()
                .map(FieldCode::guard)
                .filter(guard -> !guard.isEmpty())
                .toList();
        if (!guards.isEmpty()) {
            Code code = new Code().open("public " + name + " {");
            guards.forEach(code::line);
            members.add(code.close());
        }
    }

    /** The record keeps a read-only buffer; who asks for it gets a position and limit of their own. */
    private static Code bufferAccessor(FieldCode field) {
        String value = field.component();
        return new Code()
                .line("@Override")
                .open("public " + field.javaType() + " " + value + "() {")
                .line("return " + (field.isNullable() ? value + " == null ? null : " : "") + value + ".duplicate();")
                .close();
    }

    private Code isDefault() {
        List<String> differences =
                fields.stream().map(FieldCode::differsFromDefault).toList();
        return new Code()
                .open("private boolean isDefault() {")
                .line("return !(" + String.join(" || ", differences) + ");")
                .close();
    }

    private Code builderMethods() {
        Code code = new Code();
        code.line("/** Starts from the default of every field. */")
                .open("public static Builder builder() {")
                .line("return new Builder();")
                .close()
                .line("")
                .line("/** Starts from this value. */")
                .open("public Builder toBuilder() {")
                .line("Builder builder = new Builder();");
        fields.forEach(field -> code.line("builder." + field.component() + " = this." + field.component() + ";"));
        return code.line("return builder;").close();
    }

    private Code builder() {
        Code code = new Code();
        code.line("/** Collects the components of a {@link " + name + "}. */")
                .open("public static final class Builder {");
        fields.forEach(field -> code.line(
                "private " + field.javaType() + " " + field.component() + " = " + field.defaultValue() + ";"));
        code.line("").line("private Builder() {}").line("");
        for (FieldCode field : fields) {
            String component = field.component();
            code.open("public Builder " + component + "(" + field.javaType() + " " + component + ") {")
                    .line("this." + component + " = " + component + ";")
                    .line("return this;")
                    .close()
                    .line("");
        }
        return code.open("public " + name + " build() {")
                .list(
                        "return new " + name + "(",
                        fields.stream().map(FieldCode::component).toList(),
                        ");")
                .close()
                .close();
    }
}
