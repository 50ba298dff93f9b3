import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks ({@code check}) or rewrites ({@code write}) the layout of every Java file below a folder with
 * palantir-java-format. It runs in a process of its own because the formatter can only parse what the JDK it runs on
 * understands, and Maven may run on an older one.
 */
final class Format {
    private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules");

    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean write = arguments[0].equals("write");
        List<Path> files = sources(Path.of(arguments[1]));
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(true)
                .build());
        List<Path> wrong = files.parallelStream()
                .filter(file -> differs(formatter, file, write))
                .toList();
        if (!wrong.isEmpty() && !write) {
            wrong.forEach(file -> System.err.println("not formatted: " + file));
            System.err.println(wrong.size() + " file(s) to format; run: mvn -q -N validate exec:exec@format");
            System.exit(1);
        }
    }

    private static boolean differs(Formatter formatter, Path file, boolean write) {
        try {
            String before = Files.readString(file);
            String after = formatter.formatSourceAndFixImports(before);
            if (before.equals(after)) {
                return false;
            }
            if (write) {
                Files.writeString(file, after);
            }
            return true;
        } catch (FormatterException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return SKIPPED.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
