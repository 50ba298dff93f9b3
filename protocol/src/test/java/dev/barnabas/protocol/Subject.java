package dev.barnabas.protocol;

import dev.barnabas.protocol.generator.Schema;
import dev.barnabas.protocol.generator.SchemaParser;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A message under test: its schema as it stands in Kafka's jar, our record for it, and Kafka's class for it. Every
 * schema that has versions is a subject; a record or class that is missing fails the tests.
 */
record Subject(Schema schema, Class<? extends Message> type, Class<?> official) {
    private static final List<Subject> ALL = load();

    static List<Subject> all() {
        return ALL;
    }

    IntStream versions() {
        return IntStream.rangeClosed(
                schema.validVersions().lowest(), schema.validVersions().highest());
    }

    Message read(Reader in, int version) {
        return (Message) Reflection.get(Reflection.method(type, "read", Reader.class, int.class), null, in, version);
    }

    @Override
    public String toString() {
        return schema.name();
    }

    private static List<Subject> load() {
        List<Subject> subjects = new ArrayList<>();
        subjects.addAll(load(ApiKeys.class, "org.apache.kafka.common.message", "message"));
        for (String part : List.of("group", "transaction", "share")) {
            String officialPackage = "org.apache.kafka.coordinator." + part + ".generated";
            Class<?> inTheJar = Reflection.type(officialPackage + ".CoordinatorRecordType");
            subjects.addAll(load(inTheJar, officialPackage, "state"));
        }
        return List.copyOf(subjects);
    }

    private static List<Subject> load(Class<?> inTheJar, String officialPackage, String ourPackage) {
        List<Subject> subjects = new ArrayList<>();
        try {
            File file = new File(
                    inTheJar.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (JarFile jar = new JarFile(file)) {
                List<JarEntry> entries = jar.stream()
                        .filter(entry -> entry.getName().matches("common/message/.*\\.json"))
                        .toList();
                for (JarEntry entry : entries) {
                    String json = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    Schema schema = SchemaParser.parse(json, entry.getName());
                    if (!schema.validVersions().isEmpty()) {
                        subjects.add(of(schema, officialPackage, ourPackage));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return subjects;
    }

    private static Subject of(Schema schema, String officialPackage, String ourPackage) {
        boolean isOfAnApi = List.of("request", "response", "header").contains(schema.kind());
        return new Subject(
                schema,
                Reflection.type("dev.barnabas.protocol." + ourPackage + "." + schema.name())
                        .asSubclass(Message.class),
                Reflection.type(officialPackage + "." + schema.name() + (isOfAnApi ? "Data" : "")));
    }
}
