package dev.barnabas.protocol.generator;

import java.util.ArrayList;
import java.util.List;

/** The source file for one message. */
final class MessageCode {
    /** The package of what generated code is built upon. */
    static final String RUNTIME = "dev.barnabas.protocol";

    private static final List<String> IMPORTS = List.of(
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
            RUNTIME + ".Writer",
            "java.nio.ByteBuffer",
            "java.util.List",
            "java.util.Objects",
            "javax.annotation.processing.Generated",
            "org.jspecify.annotations.Nullable");

    private final Schema schema;
    private final String packageName;

    MessageCode(Schema schema, String packageName) {
        this.schema = schema;
        this.packageName = packageName;
        for (String imported : IMPORTS) {
            if (schema.structs().containsKey(simpleName(imported))) {
                throw new IllegalArgumentException(schema.name() + ": a struct must not be called like " + imported);
            }
        }
    }

    String source() {
        Code type = type();
        Code file = new Code();
        file.line("// Generated from " + schema.name() + ".json by dev.barnabas.protocol.generator.");
        file.line("package " + packageName + ";").line("");
        IMPORTS.stream()
                .filter(imported -> type.mentions(simpleName(imported)))
                .forEach(imported -> file.line("import " + imported + ";"));
        return file.line("").lines(type).toString();
    }

    private Code type() {
        return record(schema.root(), summary(), " implements " + supertype() + " {");
    }

    private Code record(Struct struct, String summary, String end) {
        boolean isTopLevel = struct.equals(schema.root());
        StructCode type = new StructCode(schema, struct);
        List<String> documentation = new ArrayList<>();
        if (!summary.isBlank()) {
            documentation.add(summary);
        }
        if (!type.parameters().isEmpty()) {
            documentation.add("");
            documentation.addAll(type.parameters());
        }
        Code code = new Code().documentation(documentation);
        if (isTopLevel) {
            code.line("@Generated(\"dev.barnabas.protocol.generator\")");
        }
        code.list("public record " + struct.name() + "(", type.components(), ")" + end);
        Code members = new Code();
        if (isTopLevel) {
            members.lines(constants()).line("");
        }
        members.lines(type.body());
        if (isTopLevel) {
            members.lines(checkVersion());
            schema.structs()
                    .values()
                    .forEach(nested -> members.line("").lines(record(nested, Code.escape(nested.about()), " {")));
        }
        return code.lines(members.indented()).line("}");
    }

    private Code constants() {
        Code code = new Code();
        code.line("/** The lowest version that can be read and written. */")
                .line("public static final int LOWEST_VERSION = "
                        + schema.validVersions().lowest() + ";")
                .line("")
                .line("/** The highest version that can be read and written. */")
                .line("public static final int HIGHEST_VERSION = "
                        + schema.validVersions().highest() + ";");
        if (isOfAnApi()) {
            code.line("")
                    .line("@Override")
                    .open("public ApiKey apiKey() {")
                    .line("return ApiKey." + ApiKeyCode.constant(schema) + ";")
                    .close();
        } else if (schema.apiKey() >= 0) {
            code.line("")
                    .line("/** What tells this kind of record from the others in the same log. */")
                    .line("public static final short RECORD_TYPE = " + schema.apiKey() + ";");
        }
        return code;
    }

    private Code checkVersion() {
        return new Code()
                .line("")
                .open("private static void checkVersion(int version) {")
                .open("if (version < LOWEST_VERSION || version > HIGHEST_VERSION) {")
                .line("throw new IllegalArgumentException(\"" + schema.name() + " has no version \" + version);")
                .close()
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
