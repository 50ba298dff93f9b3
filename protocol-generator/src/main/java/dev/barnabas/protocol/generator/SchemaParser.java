package dev.barnabas.protocol.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads schemas: JSON with {@code //} comments. The language is described in this package's {@code package-info}. */
public final class SchemaParser {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
    private static final Set<String> MESSAGE_KEYS = Set.of(
            "name",
            "type",
            "apiKey",
            "listeners",
            "validVersions",
            "flexibleVersions",
            "latestVersionUnstable",
            "about",
            "fields",
            "commonStructs");
    private static final Set<String> FIELD_KEYS = Set.of(
            "name",
            "type",
            "versions",
            "nullableVersions",
            "taggedVersions",
            "tag",
            "flexibleVersions",
            "default",
            "ignorable",
            "about",
            "fields",
            // Hints for other generators: what an id names, which fields identify an element, whether to copy bytes.
            "entityType",
            "mapKey",
            "zeroCopy");

    private final Map<String, Struct> structs = new LinkedHashMap<>();

    private SchemaParser() {}

    public static Schema parse(Path file) throws IOException {
        return parse(Files.readString(file), file.getFileName().toString());
    }

    /**
     * @param origin named in the message of the exception
     * @throws IllegalArgumentException if the text is not a schema
     */
    public static Schema parse(String text, String origin) {
        try {
            return new SchemaParser().schema(JSON.readTree(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(origin + ": " + e.getMessage(), e);
        }
    }

    private Schema schema(JsonNode node) {
        refuseUnknown(node, MESSAGE_KEYS);
        String name = required(node, "name");
        Versions validVersions = Versions.parse(required(node, "validVersions"));
        Struct root = new Struct(name, text(node, "about"), fields(node));
        for (JsonNode common : node.path("commonStructs").values()) {
            declare(new Struct(required(common, "name"), text(common, "about"), fields(common)));
        }
        Set<String> listeners = new HashSet<>();
        node.path("listeners").values().forEach(listener -> listeners.add(listener.asString()));
        Versions flexible =
                validVersions.isEmpty() ? Versions.NONE : Versions.parse(required(node, "flexibleVersions"));
        return new Schema(
                name,
                required(node, "type"),
                node.path("apiKey").asInt(-1),
                validVersions,
                flexible,
                node.path("latestVersionUnstable").asBoolean(false),
                listeners,
                root,
                structs);
    }

    private List<Field> fields(JsonNode parent) {
        List<Field> fields = new ArrayList<>();
        for (JsonNode field : parent.path("fields").values()) {
            fields.add(field(field));
        }
        return fields;
    }

    private Field field(JsonNode node) {
        refuseUnknown(node, FIELD_KEYS);
        String name = required(node, "name");
        Type type = Type.parse(required(node, "type"));
        if (node.has("fields")) {
            Type declared = type instanceof Type.ListOf(Type element) ? element : type;
            if (!(declared instanceof Type.StructOf(String structName))) {
                throw new IllegalArgumentException(name + " has fields but is not a struct");
            }
            declare(new Struct(structName, text(node, "about"), fields(node)));
        }
        Versions tagged = versions(node, "taggedVersions").orElse(Versions.NONE);
        Versions versions = versions(node, "versions").orElse(tagged);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException(name + " has neither versions nor taggedVersions");
        }
        return new Field(
                name,
                type,
                versions,
                versions(node, "nullableVersions").orElse(Versions.NONE),
                tagged,
                versions(node, "flexibleVersions"),
                node.path("tag").asInt(-1),
                // A default that is JSON's null, unlike the text "null", means the default of the type.
                text(node, "default"),
                node.path("ignorable").asBoolean(false),
                text(node, "about"));
    }

    private void declare(Struct struct) {
        if (structs.put(struct.name(), struct) != null) {
            throw new IllegalArgumentException("struct " + struct.name() + " is declared twice");
        }
    }

    private static Optional<Versions> versions(JsonNode node, String key) {
        return node.has(key) ? Optional.of(Versions.parse(node.get(key).asString())) : Optional.empty();
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        return value.isMissingNode() || value.isNull() ? "" : value.asString();
    }

    private static String required(JsonNode node, String key) {
        if (!node.has(key)) {
            throw new IllegalArgumentException("no \"" + key + "\" in " + node);
        }
        return node.get(key).asString();
    }

    private static void refuseUnknown(JsonNode node, Set<String> known) {
        for (String key : node.propertyNames()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("unknown key \"" + key + "\"");
            }
        }
    }
}
