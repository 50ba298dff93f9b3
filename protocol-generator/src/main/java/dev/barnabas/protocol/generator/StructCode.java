package dev.barnabas.protocol.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The record for one struct: components, codec, builder. */
final class StructCode {
    private final Schema schema;
    private final Struct struct;
    private final List<FieldCode> fields;
    private final boolean isTopLevel;

    StructCode(Schema schema, Struct struct) {
        this.schema = schema;
        this.struct = struct;
        this.fields = struct.fields().stream()
                .map(field -> new FieldCode(schema, struct, field))
                .toList();
        this.isTopLevel = struct.equals(schema.root());
    }

    /** The body of the record, without the line that declares it. */
    Code body() {
        Code code = new Code();
        if (isUsedAsDefault()) {
            code.line("private static final " + struct.name() + " DEFAULT = builder().build();")
                    .line("");
        }
        constructor(code);
        bufferAccessors(code);
        code.lines(read());
        code.lines(size());
        code.lines(write());
        if (schema.holdsRecords(struct)) {
            code.lines(recordsSize());
        }
        if (isUsedAsDefault()) {
            isDefault(code);
        }
        if (isUsedInList()) {
            lists(code);
        }
        builder(code);
        return code;
    }

    String components() {
        return String.join(
                ", ",
                fields.stream()
                        .map(field -> field.javaType() + " " + field.component())
                        .toList());
    }

    List<String> parameterDocumentation() {
        return fields.stream()
                .filter(field -> !field.field().about().isBlank())
                .map(field -> "@param " + field.component() + " "
                        + Code.escape(field.field().about()))
                .toList();
    }

    private boolean isUsedAsDefault() {
        return allFields().stream()
                .anyMatch(field -> !field.defaultsToNull() && field.type().equals(new Type.StructOf(struct.name())));
    }

    private boolean isUsedInList() {
        return allFields().stream()
                .anyMatch(field -> field.type().equals(new Type.ListOf(new Type.StructOf(struct.name()))));
    }

    private List<Field> allFields() {
        List<Field> all = new ArrayList<>(schema.root().fields());
        schema.structs().values().forEach(other -> all.addAll(other.fields()));
        return all;
    }

    private void constructor(Code code) {
        List<String> guards = fields.stream()
                .map(FieldCode::guard)
                .filter(guard -> !guard.isEmpty())
                .toList();
        if (!guards.isEmpty()) {
            code.open("public " + struct.name() + " {");
            guards.forEach(code::line);
            code.close().line("");
        }
    }

    /** The record keeps a read-only buffer; who asks for it gets a position and limit of their own. */
    private void bufferAccessors(Code code) {
        for (FieldCode field : fields) {
            if (field.field().type() == Type.Scalar.BYTES) {
                String name = field.component();
                code.line("@Override")
                        .open("public " + field.javaType() + " " + name + "() {")
                        .line(
                                field.field().isNullable()
                                        ? "return " + name + " == null ? null : " + name + ".duplicate();"
                                        : "return " + name + ".duplicate();")
                        .close()
                        .line("");
            }
        }
    }

    private Code read() {
        Code body = new Code();
        for (FieldCode field : fields) {
            String declaration = field.javaType() + " " + field.local() + " = ";
            body.line(
                    switch (field.isPositional()) {
                        case "true" -> declaration + field.read(field.positional()) + ";";
                        case "false" -> declaration + field.defaultValue() + ";";
                        default ->
                            declaration + "(" + field.isPositional() + ") ? (" + field.read(field.positional()) + ") : "
                                    + field.defaultValue() + ";";
                    });
        }
        ifFlexible(body, readTags());
        body.line("return new " + struct.name() + "("
                + String.join(", ", fields.stream().map(FieldCode::local).toList())
                + ");");
        return method(
                (isTopLevel ? "public" : "private") + " static " + struct.name() + " read(Reader in, int version)",
                body);
    }

    private Code readTags() {
        Code code = new Code();
        code.open("for (int tagsLeft = in.tagCount(\"" + schema.name() + "\"); tagsLeft > 0; tagsLeft--) {");
        Map<Integer, FieldCode> tagged = taggedFields();
        if (tagged.isEmpty()) {
            return code.line("in.skipTag(\"" + schema.name() + "\");").close();
        }
        code.open("switch (in.tag(\"" + schema.name() + "\")) {");
        tagged.forEach((tag, field) -> {
            String guard = FieldCode.condition(schema, field.tagged().intersect(schema.validVersions()));
            boolean always =
                    field.tagged().containsAll(schema.flexibleVersions().intersect(schema.validVersions()));
            code.open("case " + tag + " -> {");
            if (!always) {
                code.open("if (" + guard + ") {");
            }
            code.line("int tagEnd = in.tagEnd(" + field.label() + ");")
                    .line(field.local() + " = " + field.read(field.tagged()) + ";")
                    .line("in.endTag(" + field.label() + ", tagEnd);");
            if (!always) {
                code.reopen("} else {")
                        .line("in.skipTagValue(\"" + schema.name() + "\");")
                        .close();
            }
            code.close();
        });
        return code.line("default -> in.skipTagValue(\"" + schema.name() + "\");")
                .close()
                .close();
    }

    private Map<Integer, FieldCode> taggedFields() {
        Map<Integer, FieldCode> tagged = new TreeMap<>();
        for (FieldCode field : fields) {
            if (!field.tagged().isEmpty() && tagged.put(field.field().tag(), field) != null) {
                throw new IllegalArgumentException(field.label() + " uses a tag a second time");
            }
        }
        return tagged;
    }

    private Code size() {
        Code body = new Code();
        int fixed = 0;
        for (FieldCode field : fields) {
            String size = field.size(field.positional());
            if (field.isPositional().equals("true") && size.matches("\\d+")) {
                fixed += Integer.parseInt(size);
            }
        }
        body.line("int size = " + fixed + ";");
        for (FieldCode field : fields) {
            String size = field.size(field.positional());
            switch (field.isPositional()) {
                case "true" -> {
                    if (!size.matches("\\d+")) {
                        body.line("size += " + size + ";");
                    }
                }
                case "false" -> {}
                default ->
                    body.open("if (" + field.isPositional() + ") {")
                            .line("size += " + size + ";")
                            .close();
            }
        }
        ifFlexible(body, sizeOfTags());
        body.line("return size;");
        return method((isTopLevel ? "@Override public" : "private") + " int size(int version)", body);
    }

    private Code sizeOfTags() {
        Code code = new Code();
        // The count of tags is a single byte: no struct has more than 127 of them.
        code.line("size++;");
        taggedFields()
                .forEach((tag, field) -> ifTagged(
                        code,
                        field,
                        new Code().line("size += Sizes.tagged(" + tag + ", " + field.size(field.tagged()) + ");")));
        return code;
    }

    private void ifTagged(Code code, FieldCode field, Code statements) {
        String guard = FieldCode.condition(schema, field.tagged());
        boolean always = field.tagged().containsAll(schema.flexibleVersions().intersect(schema.validVersions()));
        String differs = field.differsFromDefault();
        code.open(always ? "if (" + differs + ") {" : "if (" + guard + " && (" + differs + ")) {")
                .lines(statements)
                .close();
    }

    private Code write() {
        Code body = new Code();
        for (FieldCode field : fields) {
            boolean refuses = !field.field().ignorable() && !field.isPresent().equals("true");
            String positional = field.isPositional();
            if (positional.equals("true")) {
                body.lines(field.write(field.positional()));
                continue;
            }
            if (!positional.equals("false")) {
                body.open("if (" + positional + ") {")
                        .lines(field.write(field.positional()))
                        .close();
            }
            if (refuses) {
                String differs = field.differsFromDefault();
                body.open(
                                field.isPresent().equals("false")
                                        ? "if (" + differs + ") {"
                                        : "if (!(" + field.isPresent() + ") && (" + differs + ")) {")
                        .line("throw UnsupportedFieldException.isAbsent(" + field.label() + ", version);")
                        .close();
            }
        }
        ifFlexible(body, writeTags());
        return method((isTopLevel ? "@Override public" : "private") + " void write(Writer out, int version)", body);
    }

    private Code writeTags() {
        Map<Integer, FieldCode> tagged = taggedFields();
        Code code = new Code();
        if (tagged.isEmpty()) {
            return code.line("out.unsignedVarint(0);");
        }
        code.line("int tags = 0;");
        tagged.values().forEach(field -> ifTagged(code, field, new Code().line("tags++;")));
        code.line("out.unsignedVarint(tags);");
        tagged.forEach((tag, field) -> ifTagged(
                code,
                field,
                new Code()
                        .line("out.tag(" + tag + ", " + field.size(field.tagged()) + ");")
                        .lines(field.write(field.tagged()))));
        return code;
    }

    private Code recordsSize() {
        Code body = new Code();
        body.line("int size = 0;");
        for (FieldCode field : fields) {
            if (schema.holdsRecords(field.field().type())) {
                String add = "size += " + field.recordsSize() + ";";
                switch (field.isPresent()) {
                    case "true" -> body.line(add);
                    case "false" -> {}
                    default ->
                        body.open("if (" + field.isPresent() + ") {").line(add).close();
                }
            }
        }
        body.line("return size;");
        return method((isTopLevel ? "@Override public" : "private") + " int recordsSize(int version)", body);
    }

    private void isDefault(Code code) {
        List<String> differences =
                fields.stream().map(FieldCode::differsFromDefault).toList();
        code.open("private boolean isDefault() {")
                .line("return !(" + String.join(" || ", differences) + ");")
                .close()
                .line("");
    }

    private void lists(Code code) {
        String name = struct.name();
        code.open("private static @Nullable List<" + name + "> readAll(Reader in, int version, int count) {")
                .open("if (count < 0) {")
                .line("return null;")
                .close()
                .line(name + "[] all = new " + name + "[count];")
                .open("for (int i = 0; i < count; i++) {")
                .line("all[i] = read(in, version);")
                .close()
                .line("return List.of(all);")
                .close()
                .line("");
        code.open("private static int sizeAll(@Nullable List<" + name + "> all, int version, boolean flexible) {")
                .open("if (all == null) {")
                .line("return Sizes.count(-1, flexible);")
                .close()
                .line("int size = Sizes.count(all.size(), flexible);")
                .open("for (int i = 0; i < all.size(); i++) {")
                .line("size += all.get(i).size(version);")
                .close()
                .line("return size;")
                .close()
                .line("");
        code.open("private static void writeAll(@Nullable List<" + name
                        + "> all, Writer out, int version, boolean flexible) {")
                .open("if (all == null) {")
                .line("out.count(-1, flexible);")
                .line("return;")
                .close()
                .line("out.count(all.size(), flexible);")
                .open("for (int i = 0; i < all.size(); i++) {")
                .line("all.get(i).write(out, version);")
                .close()
                .close()
                .line("");
        if (schema.holdsRecords(struct)) {
            code.open("private static int recordsSizeOfAll(List<" + name + "> all, int version) {")
                    .line("int size = 0;")
                    .open("for (int i = 0; i < all.size(); i++) {")
                    .line("size += all.get(i).recordsSize(version);")
                    .close()
                    .line("return size;")
                    .close()
                    .line("");
        }
    }

    private void builder(Code code) {
        code.line("/** Starts from the default of every field. */")
                .open("public static Builder builder() {")
                .line("return new Builder();")
                .close()
                .line("");
        code.line("/** Starts from this value. */").open("public Builder toBuilder() {");
        code.line("Builder builder = new Builder();");
        fields.forEach(field -> code.line("builder." + field.component() + " = this." + field.component() + ";"));
        code.line("return builder;").close().line("");

        code.line("/** Collects the components of a {@link " + struct.name() + "}. */")
                .open("public static final class Builder {");
        for (FieldCode field : fields) {
            code.line("private " + field.javaType() + " " + field.component() + " = " + field.defaultValue() + ";");
        }
        code.line("").line("private Builder() {}").line("");
        for (FieldCode field : fields) {
            String name = field.component();
            code.open("public Builder " + name + "(" + field.javaType() + " " + name + ") {")
                    .line("this." + name + " = " + name + ";")
                    .line("return this;")
                    .close()
                    .line("");
        }
        code.open("public " + struct.name() + " build() {")
                .line("return new " + struct.name() + "("
                        + String.join(
                                ", ", fields.stream().map(FieldCode::component).toList())
                        + ");")
                .close()
                .close();
    }

    /** Adds statements that hold for the flexible versions only. */
    private void ifFlexible(Code body, Code statements) {
        switch (FieldCode.condition(schema, schema.flexibleVersions())) {
            case "true" -> body.lines(statements);
            case "false" -> {}
            default -> body.open("if (flexible) {").lines(statements).close();
        }
    }

    private Code method(String declaration, Code body) {
        Code code = new Code();
        code.open(declaration + " {");
        if (isTopLevel && !declaration.contains("recordsSize")) {
            code.line("checkVersion(version);");
        }
        if (body.mentions("flexible")) {
            code.line("boolean flexible = " + FieldCode.condition(schema, schema.flexibleVersions()) + ";");
        }
        return code.lines(body).close().line("");
    }
}
