package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.generator.Generate;
import dev.barnabas.protocol.generator.Schema;
import dev.barnabas.protocol.generator.SchemaParser;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the schema language allows becomes code that compiles without a warning and reads what it wrote, also what
 * none of Kafka's schemas makes use of.
 */
final class GeneratedCodeTest {
    private static final String EVERYTHING = """
        { "type": "data", "name": "Everything", "validVersions": "2-5", "flexibleVersions": "4+", "fields": [
          { "name": "in", "type": "uint32", "versions": "0+", "default": "4000000000" },
          { "name": "out", "type": "uint16", "versions": "3+", "default": "0xffff" },
          { "name": "version", "type": "int64", "versions": "3-4", "default": "-0x8000" },
          { "name": "flexible", "type": "bool", "versions": "0-3", "default": "true" },
          { "name": "size", "type": "float64", "versions": "3", "default": "0.5" },
          { "name": "text", "type": "string", "versions": "0+", "nullableVersions": "3-4", "default": "a \\"b\\" \\\\" },
          { "name": "opaque", "type": "bytes", "versions": "3+", "nullableVersions": "4+" },
          { "name": "none", "type": "records", "versions": "0+" },
          { "name": "bytes", "type": "[]int8", "versions": "0+", "nullableVersions": "0+", "default": "null" },
          { "name": "shorts", "type": "[]int16", "versions": "0+", "nullableVersions": "0+" },
          { "name": "ints", "type": "[]int32", "versions": "3+" },
          { "name": "longs", "type": "[]int64", "versions": "0+", "nullableVersions": "0+" },
          { "name": "ids", "type": "[]uuid", "versions": "0+", "nullableVersions": "4+" },
          { "name": "texts", "type": "[]string", "versions": "0+", "nullableVersions": "4+" },
          { "name": "struct", "type": "Struct", "versions": "0+", "fields": [
            { "name": "a", "type": "int8", "versions": "3+" },
            { "name": "b", "type": "int8", "versions": "9+", "about": "Of a version that is */ not there yet." }
          ]},
          { "name": "structs", "type": "[]Struct", "versions": "3+", "nullableVersions": "4+" },
          { "name": "optional", "type": "Struct", "versions": "4+", "nullableVersions": "4+", "default": "null" },
          { "name": "t0", "type": "bool", "taggedVersions": "4+", "tag": 0 },
          { "name": "t1", "type": "uint32", "taggedVersions": "5+", "tag": 1, "default": "7" },
          { "name": "t2", "type": "float64", "taggedVersions": "4+", "tag": 2 },
          { "name": "t3", "type": "bytes", "taggedVersions": "4+", "nullableVersions": "5+", "tag": 3 },
          { "name": "t4", "type": "records", "taggedVersions": "4+", "tag": 4, "ignorable": true },
          { "name": "t5", "type": "string", "versions": "3+", "taggedVersions": "5+", "tag": 5, "default": "x" },
          { "name": "t6", "type": "Struct", "taggedVersions": "4+", "tag": 6 },
          { "name": "t7", "type": "Struct", "taggedVersions": "5+", "nullableVersions": "5+", "tag": 7 },
          { "name": "t8", "type": "[]Struct", "taggedVersions": "4+", "nullableVersions": "4+", "tag": 8 },
          { "name": "t9", "type": "[]string", "taggedVersions": "4+", "tag": 200 },
          { "name": "t10", "type": "uuid", "taggedVersions": "4+", "tag": 20000 }
        ] }
        """;

    @TempDir
    Path directory;

    @Test
    void compilesWithoutWarningsAndReadsWhatItWrote() throws IOException, ClassNotFoundException {
        Path schema = Files.writeString(
                Files.createDirectory(directory.resolve("schemas")).resolve("Everything.json"), EVERYTHING);
        Path sources = directory.resolve("sources");
        Generate.main(new String[] {sources.toString(), "everything=" + schema.getParent()});

        assertThat(compile(sources.resolve("everything/Everything.java"))).isEmpty();

        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.resolve("classes").toUri().toURL()},
                getClass().getClassLoader())) {
            Class<? extends Message> type =
                    loader.loadClass("everything.Everything").asSubclass(Message.class);
            Schema parsed = SchemaParser.parse(schema);
            Subject subject = new Subject(parsed, type, Void.class);
            subject.versions().forEach(version -> {
                for (int i = 0; i < Seed.times(200); i++) {
                    Message message =
                            new RandomMessages(Seed.random("everything", version, i)).fitting(subject, version);
                    Reader in = new Reader(Encoded.message(message, version).flatten());
                    assertThat(subject.read(in, version))
                            .as(() -> Seed.howToRepeat(GeneratedCodeTest.class))
                            .isEqualTo(message);
                    assertThat(in.remaining()).isZero();
                }
            });
        }
    }

    /** Everything that the compiler has to say. */
    private String compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-Xlint:all",
                    "-classpath",
                    System.getProperty("java.class.path"),
                    "-d",
                    Files.createDirectory(directory.resolve("classes")).toString());
            compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
        }
        return messages.toString();
    }
}
