package dev.barnabas.protocol.generator;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Turns schemas into sources: {@code Generate OUTPUT [--api-keys] PACKAGE=SCHEMAS...}.
 *
 * <p>{@code OUTPUT} is a directory that belongs to the generator alone: files in it that it did not just make are
 * deleted. Every {@code *.json} below {@code SCHEMAS} becomes a record in {@code PACKAGE}. With {@code --api-keys} the
 * enum {@code ApiKey} of all requests and responses is made as well.
 *
 * <p>Nothing happens if neither schemas, arguments nor generator changed, and a source that would come out the same is
 * not touched, so that the compiler has nothing to do either.
 */
public final class Generate {
    private static final String STAMP = "generated-from.sha256";

    private final Path output;
    private final boolean apiKeys;
    private final Map<String, List<Path>> schemasByPackage;

    private Generate(Path output, boolean apiKeys, Map<String, List<Path>> schemasByPackage) {
        this.output = output;
        this.apiKeys = apiKeys;
        this.schemasByPackage = schemasByPackage;
    }

    public static void main(String[] arguments) throws IOException {
        Path output = Path.of(arguments[0]);
        boolean apiKeys = false;
        Map<String, List<Path>> schemas = new TreeMap<>();
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            if (argument.equals("--api-keys")) {
                apiKeys = true;
            } else {
                int equals = argument.indexOf('=');
                schemas.computeIfAbsent(argument.substring(0, equals), _ -> new ArrayList<>())
                        .addAll(files(Path.of(argument.substring(equals + 1)), ".json"));
            }
        }
        new Generate(output, apiKeys, schemas).run();
    }

    private void run() throws IOException {
        String fingerprint = fingerprint();
        Path stamp = output.resolve(STAMP);
        if (Files.exists(stamp) && Files.readString(stamp).equals(fingerprint)) {
            return;
        }
        Map<Path, String> sources = sources();
        for (Map.Entry<Path, String> source : sources.entrySet()) {
            writeIfDifferent(source.getKey(), source.getValue());
        }
        for (Path file : files(output, ".java")) {
            if (!sources.containsKey(file)) {
                Files.delete(file);
            }
        }
        Files.writeString(stamp, fingerprint);
        System.out.println("generated " + sources.size() + " sources in " + output);
    }

    private Map<Path, String> sources() throws IOException {
        Map<Path, String> sources = new TreeMap<>();
        for (Map.Entry<String, List<Path>> entry : schemasByPackage.entrySet()) {
            String packageName = entry.getKey();
            if (entry.getValue().isEmpty()) {
                throw new IllegalArgumentException("no schemas for " + packageName);
            }
            List<Schema> schemas = new ArrayList<>();
            for (Path file : entry.getValue()) {
                Schema schema = SchemaParser.parse(file);
                // A message that was removed from the protocol keeps its schema but has no versions.
                if (!schema.validVersions().isEmpty()) {
                    schemas.add(schema);
                }
            }
            for (Schema schema : schemas) {
                sources.put(path(packageName, schema.name()), new MessageCode(schema, packageName).source());
            }
            if (apiKeys && schemas.stream().anyMatch(Schema::isRequest)) {
                sources.put(path(MessageCode.RUNTIME, "ApiKey"), new ApiKeyCode(schemas, packageName).source());
            }
        }
        return sources;
    }

    private Path path(String packageName, String typeName) {
        return output.resolve(packageName.replace('.', '/')).resolve(typeName + ".java");
    }

    private static void writeIfDifferent(Path file, String content) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(content)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }
    }

    /** A digest of all that decides what is generated: arguments, schemas, and the classes of the generator itself. */
    private String fingerprint() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((apiKeys + " " + schemasByPackage).getBytes(StandardCharsets.UTF_8));
            for (List<Path> schemas : schemasByPackage.values()) {
                for (Path schema : schemas) {
                    digest.update(Files.readAllBytes(schema));
                }
            }
            Path self = Path.of(Generate.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(self)) {
                update(digest, self);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(self)) {
                    update(digest, jar.getPath("/"));
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void update(MessageDigest digest, Path classes) throws IOException {
        for (Path file : files(classes, ".class")) {
            digest.update(Files.readAllBytes(file));
        }
    }

    private static List<Path> files(Path directory, String ending) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
