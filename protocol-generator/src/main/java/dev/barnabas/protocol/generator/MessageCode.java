package dev.barnabas.protocol.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The source file for one message. */
final class MessageCode {
    static final String RUNTIME = "dev.barnabas.protocol";
    private static final Set<String> IMPORTS = new TreeSet<>(List.of(
            "java.nio.ByteBuffer",
            "java.util.List",
            "java.util.Objects",
            "javax.annotation.processing.Generated",
            "org.jspecify.annotations.Nullable",
            RUNTIME + ".ApiKey",
            RUNTIME + ".MemoryRecords",
            RUNTIME + ".Message",
            RUNTIME + ".Reader",
            RUNTIME + ".Records",
            RUNTIME + ".Request",
            RUNTIME + ".Response",
            RUNTIME + ".Sizes",
            RUNTIME + ".UnsupportedFieldException",
            RUNTIME + ".Uuid",
            RUNTIME + ".Writer"));

    private final Schema schema;
    private final String packageName;

    MessageCode(Schema schema, String packageName) {
        this.schema = schema;
        this.packageName = packageName;
        for (String imported : IMPORTS) {
            if (schema.structs().containsKey(simpleName(imported))) {
                throw new IllegalArgumentException(schema.name() + ": struct hides " + imported);
            }
        }
    }

    String source() {
        Code type = type();
        Code file = new Code();
        file.line("// Generated from " + schema.name() + ".json by dev.barnabas.protocol.generator.");
        file.line("package " + packageName + ";").line("");
        for (String imported : IMPORTS) {
            if (type.mentions(simpleName(imported))) {
                file.line("import " + imported + ";");
            }
        }
        return file.line("").lines(type).toString();
    }

    private Code type() {
        StructCode root = new StructCode(schema, schema.root());
        Code code = new Code();
        List<String> documentation = new ArrayList<>();
        documentation.add(summary());
        if (!schema.root().about().isBlank()) {
            documentation.add("");
            documentation.add("<p>" + Code.escape(schema.root().about()));
        }
        if (!root.parameterDocumentation().isEmpty()) {
            documentation.add("");
            documentation.addAll(root.parameterDocumentation());
        }
        code.documentation(documentation);
        code.line("@Generated(\"dev.barnabas.protocol.generator\")");
        code.open("public record " + schema.name() + "(" + root.components() + ") implements " + supertype() + " {");
        code.line("/** The lowest version that can be read and written. */");
        code.line("public static final int LOWEST_VERSION = "
                + schema.validVersions().lowest() + ";");
        code.line("/** The highest version that can be read and written. */");
        code.line("public static final int HIGHEST_VERSION = "
                + schema.validVersions().highest() + ";");
        if (schema.apiKey() >= 0 && !schema.isRequest() && !schema.isResponse()) {
            code.line("/** What tells this kind of record from others in the same log. */");
            code.line("public static final short RECORD_TYPE = " + schema.apiKey() + ";");
        }
        code.line("");
        if (isOfAnApi()) {
            code.line("@Override")
                    .open("public ApiKey apiKey() {")
                    .line("return ApiKey." + ApiKeyCode.constant(schema) + ";")
                    .close()
                    .line("");
        }
        code.lines(root.body());
        code.line("").open("private static void checkVersion(int version) {");
        code.open("if (version < LOWEST_VERSION || version > HIGHEST_VERSION) {")
                .line("throw new IllegalArgumentException(\"" + schema.name() + " has no version \" + version);")
                .close()
                .close();
        for (Struct struct : schema.structs().values()) {
            code.line("").lines(nested(struct));
        }
        return code.close();
    }

    private Code nested(Struct struct) {
        StructCode nested = new StructCode(schema, struct);
        Code code = new Code();
        List<String> documentation = new ArrayList<>();
        if (!struct.about().isBlank()) {
            documentation.add(Code.escape(struct.about()));
        }
        if (!nested.parameterDocumentation().isEmpty()) {
            documentation.add("");
            documentation.addAll(nested.parameterDocumentation());
        }
        return code.documentation(documentation)
                .open("public record " + struct.name() + "(" + nested.components() + ") {")
                .lines(nested.body())
                .close();
    }

    private boolean isOfAnApi() {
        return schema.apiKey() >= 0 && (schema.isRequest() || schema.isResponse());
    }

    private String supertype() {
        if (!isOfAnApi()) {
            return "Message";
        }
        return schema.isRequest() ? "Request" : "Response";
    }

    private String summary() {
        Versions valid = schema.validVersions();
        Versions flexible = schema.flexibleVersions().intersect(valid);
        String versions = valid.lowest() == valid.highest()
                ? "version " + valid.lowest()
                : "versions " + valid.lowest() + " to " + valid.highest();
        String compact;
        if (flexible.isEmpty()) {
            compact = "not flexible";
        } else if (flexible.equals(valid)) {
            compact = "flexible";
        } else {
            compact = "flexible from " + flexible.lowest();
        }
        return "{@code " + schema.name() + "}, " + versions + " (" + compact + ").";
    }

    private static String simpleName(String qualified) {
        return qualified.substring(qualified.lastIndexOf('.') + 1);
    }
}
