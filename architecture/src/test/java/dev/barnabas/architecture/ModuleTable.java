package dev.barnabas.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of modules in ARCHITECTURE.md, so that the page and the rule cannot differ.
 *
 * @param uses by module the modules in its row
 */
record ModuleTable(Map<String, List<String>> uses) {

    private static final Pattern ROW = Pattern.compile("\\| `([a-z-]+)` \\|.*\\|([^|]*)\\|");

    static ModuleTable read() {
        try {
            Map<String, List<String>> uses = new LinkedHashMap<>();
            for (String line : Files.readAllLines(Barnabas.REPOSITORY.resolve("ARCHITECTURE.md"))) {
                Matcher row = ROW.matcher(line);
                if (row.matches()) {
                    uses.put(row.group(1), modules(row.group(2)));
                }
            }
            return new ModuleTable(Map.copyOf(uses));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> modules(String cell) {
        return Stream.of(cell.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !name.endsWith("(test)"))
                .toList();
    }

    /** What the module may use: itself, its row, and what those may use. */
    Set<String> permitted(String module) {
        Set<String> permitted = new TreeSet<>();
        collect(module, permitted);
        return permitted;
    }

    private void collect(String module, Set<String> permitted) {
        if (permitted.add(module)) {
            uses.getOrDefault(module, List.of()).forEach(used -> collect(used, permitted));
        }
    }

    /** The module a class belongs to, which its package says; empty if it is none of Barnabas' classes. */
    Optional<String> moduleOf(JavaClass type) {
        return uses.keySet().stream()
                .filter(module -> isIn(packageOf(module), type.getPackageName()))
                .reduce((one, other) ->
                        packageOf(one).length() > packageOf(other).length() ? one : other);
    }

    /** The main package of a module: {@code protocol-generator} has {@code dev.barnabas.protocol.generator}. */
    static String packageOf(String module) {
        return "dev.barnabas." + module.replace('-', '.');
    }

    private static boolean isIn(String parent, String name) {
        return name.equals(parent) || name.startsWith(parent + ".");
    }
}
