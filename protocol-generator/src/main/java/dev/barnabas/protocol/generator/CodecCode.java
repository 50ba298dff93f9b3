package dev.barnabas.protocol.generator;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The methods of a struct's record that read, size and write it. Those of nested structs are private to the message.
 */
final class CodecCode {
    private final Schema schema;
    private final String name;
    private final List<FieldCode> fields;
    private final Map<Integer, FieldCode> tagged = new TreeMap<>();
    private final Versions range;
    private final boolean isTopLevel;

    CodecCode(Schema schema, Struct struct, List<FieldCode> fields) {
        this.schema = schema;
        this.name = struct.name();
        this.fields = fields;
        this.range = schema.versionsOf(struct);
        this.isTopLevel = struct.equals(schema.root());
        for (FieldCode field : fields) {
            if (!field.tagged().isEmpty() && tagged.put(field.tag(), field) != null) {
                throw new IllegalArgumentException(field.label() + " uses a tag a second time");
            }
        }
    }

    Code read() {
        Code body = new Code();
        for (FieldCode field : fields) {
            Condition isPositional = field.isPositional();
            String start = field.javaType() + " " + field.local() + " = ";
            if (isPositional.isAlways()) {
                body.line(start + field.read(field.positional()) + ";");
            } else if (isPositional.isNever()) {
                body.line(start + field.defaultValue() + ";");
            } else {
                body.choice(start + isPositional.text(), field.read(field.positional()), field.defaultValue());
            }
        }
        body.when(isFlexible(), readTags());
        body.list(
                "return new " + name + "(",
                fields.stream().map(FieldCode::local).toList(),
                ");");
        return method(visibility() + " static " + name + " read(Reader in, int version)", body);
    }

    private Code readTags() {
        String owner = "\"" + schema.name() + "\"";
        Code code = new Code();
        code.open("for (int tagsLeft = in.tagCount(" + owner + "); tagsLeft > 0; tagsLeft--) {");
        if (tagged.isEmpty()) {
            return code.line("in.skipTag(" + owner + ");").close();
        }
        code.open("switch (in.tag(" + owner + ")) {");
        tagged.forEach((tag, field) -> {
            Condition isTagged = field.isTagged();
            code.open("case " + tag + " -> {");
            if (!isTagged.isAlways()) {
                code.open("if (" + isTagged.negated() + ") {")
                        .line("in.skipTagValue(" + owner + ");")
                        .line("continue;")
                        .close();
            }
            code.line("int tagEnd = in.tagEnd(" + field.label() + ");")
                    .line(field.local() + " = " + field.read(field.tagged()) + ";")
                    .line("in.endTag(" + field.label() + ", tagEnd);");
            code.close();
        });
        return code.line("default -> in.skipTagValue(" + owner + ");").close().close();
    }

    Code size() {
        Code body = new Code();
        int fixed = fields.stream()
                .filter(field -> field.isPositional().isAlways())
                .mapToInt(FieldCode::width)
                .sum();
        body.line("int size = " + fixed + ";");
        for (FieldCode field : fields) {
            if (field.width() == 0 || !field.isPositional().isAlways()) {
                body.when(field.isPositional(), new Code().line("size += " + field.size(field.positional()) + ";"));
            }
        }
        // The count of tags is a single byte: no struct has more than 127 of them.
        Code tags = new Code().line("size++;");
        tagged.forEach((tag, field) ->
                ifTagged(tags, field, "size += Sizes.tagged(" + tag + ", " + field.size(field.tagged()) + ");"));
        body.when(isFlexible(), tags);
        body.line("return size;");
        return override(method(visibility() + " int size(int version)", body));
    }

    Code write() {
        Code body = new Code();
        fields.forEach(field -> write(body, field));
        body.when(isFlexible(), writeTags());
        return override(method(visibility() + " void write(Writer out, int version)", body));
    }

    private static void write(Code body, FieldCode field) {
        Condition isPositional = field.isPositional();
        if (!field.isEssential()) {
            body.when(isPositional, field.write(field.positional()));
            return;
        }
        String differs = field.differsFromDefault();
        if (isPositional.isNever()) {
            body.open("if (" + field.isPresent().notBut(differs) + ") {");
        } else {
            body.open("if (" + isPositional.text() + ") {")
                    .lines(field.write(field.positional()))
                    .reopen("} else if ("
                            + (field.tagged().isEmpty()
                                    ? differs
                                    : field.isPresent().notBut(differs)) + ") {");
        }
        body.line("throw UnsupportedFieldException.isAbsent(" + field.label() + ", version);")
                .close();
    }

    private Code writeTags() {
        Code code = new Code();
        if (tagged.isEmpty()) {
            return code.line("out.unsignedVarint(0);");
        }
        code.line("int tags = 0;");
        tagged.values().forEach(field -> ifTagged(code, field, "tags++;"));
        code.line("out.unsignedVarint(tags);");
        tagged.forEach((tag, field) -> code.open("if (" + field.isTagged().and(field.differsFromDefault()) + ") {")
                .line("out.tag(" + tag + ", " + field.size(field.tagged()) + ");")
                .lines(field.write(field.tagged()))
                .close());
        return code;
    }

    /** A tagged field is only written if it differs from its default. */
    private static void ifTagged(Code code, FieldCode field, String statement) {
        code.open("if (" + field.isTagged().and(field.differsFromDefault()) + ") {")
                .line(statement)
                .close();
    }

    Code recordsSize() {
        Code code = new Code();
        code.open(visibility() + " int recordsSize(int version) {").line("int size = 0;");
        for (FieldCode field : fields) {
            if (schema.holdsRecords(field.type())) {
                code.when(field.isPresent(), new Code().line("size += " + field.recordsSize() + ";"));
            }
        }
        return override(code.line("return size;").close());
    }

    /** The same for arrays of this struct, where null stands for a null array. */
    Code lists() {
        Code code = new Code();
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
        Code writeAll = new Code();
        writeAll.open("if (all == null) {")
                .line("out.count(-1, flexible);")
                .line("return;")
                .close()
                .line("out.count(all.size(), flexible);")
                .open("for (int i = 0; i < all.size(); i++) {")
                .line("all.get(i).write(out, version);")
                .close();
        List<String> parameters =
                List.of("@Nullable List<" + name + "> all", "Writer out", "int version", "boolean flexible");
        code.list("private static void writeAll(", parameters, ") {")
                .lines(writeAll.indented())
                .line("}");
        if (schema.holdsRecords(new Type.StructOf(name))) {
            code.line("")
                    .open("private static int recordsSizeOfAll(List<" + name + "> all, int version) {")
                    .line("int size = 0;")
                    .open("for (int i = 0; i < all.size(); i++) {")
                    .line("size += all.get(i).recordsSize(version);")
                    .close()
                    .line("return size;")
                    .close();
        }
        return code;
    }

    private Condition isFlexible() {
        return Condition.isOneOf(schema.flexibleVersions(), range);
    }

    private String visibility() {
        return isTopLevel ? "public" : "private";
    }

    private Code override(Code method) {
        return isTopLevel ? new Code().line("@Override").lines(method) : method;
    }

    private Code method(String declaration, Code body) {
        Code code = new Code();
        code.open(declaration + " {");
        if (isTopLevel) {
            code.line("checkVersion(version);");
        }
        if (body.mentions("flexible")) {
            code.line("boolean flexible = " + isFlexible().text() + ";");
        }
        return code.lines(body).close();
    }
}
