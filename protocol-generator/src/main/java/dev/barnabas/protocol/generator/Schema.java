package dev.barnabas.protocol.generator;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One message: a request, a response, a header, a record of an internal topic, or any other value with versions.
 *
 * @param kind what the schema calls {@code type}: {@code request}, {@code response}, {@code header}, {@code data}, ...
 * @param apiKey the API of a request or response, the record type of a record, -1 if there is none
 * @param root the top level
 * @param structs all structs of the message but the top level, by name, in the order in which they are first used
 * @param listeners {@code broker}, {@code controller}: who answers the request
 */
public record Schema(
        String name,
        String kind,
        int apiKey,
        Versions validVersions,
        Versions flexibleVersions,
        boolean latestVersionUnstable,
        Set<String> listeners,
        Struct root,
        Map<String, Struct> structs) {

    public Schema {
        listeners = Set.copyOf(listeners);
        structs = Collections.unmodifiableMap(new LinkedHashMap<>(structs));
    }

    boolean isRequest() {
        return kind.equals("request");
    }

    boolean isResponse() {
        return kind.equals("response");
    }

    /** The struct of this name, which may be the top level. */
    public Struct struct(String structName) {
        if (structName.equals(name)) {
            return root;
        }
        Struct struct = structs.get(structName);
        if (struct == null) {
            throw new IllegalArgumentException(name + " has no struct " + structName);
        }
        return struct;
    }

    /** Whether {@code field} is written in the compact form in {@code version}. */
    public boolean isFlexible(Field field, int version) {
        return field.flexibleVersions().orElse(flexibleVersions).contains(version);
    }

    List<Struct> allStructs() {
        return Stream.concat(Stream.of(root), structs.values().stream()).toList();
    }

    /**
     * The versions in which a value of {@code struct} can occur: all for the top level, and for a nested one those of
     * the fields that hold it, and whatever is between them.
     */
    Versions versionsOf(Struct struct) {
        if (struct.equals(root)) {
            return validVersions;
        }
        Versions versions = Versions.NONE;
        for (Struct owner : allStructs()) {
            for (Field field : owner.fields()) {
                if (field.type().isOrHolds(struct.name())) {
                    versions = versions.span(field.versions().intersect(versionsOf(owner)));
                }
            }
        }
        return versions;
    }

    /** Whether a value of {@code type} can hold records, at any depth. */
    boolean holdsRecords(Type type) {
        return switch (type) {
            case Type.Scalar scalar -> scalar == Type.Scalar.RECORDS;
            case Type.StructOf(String structName) ->
                struct(structName).fields().stream().anyMatch(field -> holdsRecords(field.type()));
            case Type.ListOf(Type element) -> holdsRecords(element);
        };
    }

    /**
     * The fewest bytes that a value of {@code type} can take in any valid version among {@code versions}. A reader uses
     * it to refuse a count of elements that cannot possibly follow.
     */
    int smallestSize(Type type, Versions versions) {
        Versions range = versions.intersect(validVersions);
        int smallest = Integer.MAX_VALUE;
        for (int version = range.lowest(); version <= range.highest(); version++) {
            smallest = Math.min(smallest, smallestSize(type, flexibleVersions.contains(version), version));
        }
        return smallest == Integer.MAX_VALUE ? 0 : smallest;
    }

    private int smallestSize(Type type, boolean flexible, int version) {
        return switch (type) {
            case Type.ListOf _ -> flexible ? 1 : 4;
            case Type.Scalar scalar ->
                switch (scalar) {
                    case STRING -> flexible ? 1 : 2;
                    case BYTES, RECORDS -> flexible ? 1 : 4;
                    case BOOL, INT8, INT16, UINT16, INT32, UINT32, INT64, FLOAT64, UUID -> scalar.width();
                };
            case Type.StructOf(String structName) -> {
                // Every flexible struct ends with the count of its tagged fields.
                int size = flexible ? 1 : 0;
                for (Field field : struct(structName).fields()) {
                    if (field.versions().contains(version)
                            && !field.taggedVersions().contains(version)) {
                        boolean nullableStruct = field.type() instanceof Type.StructOf
                                && field.nullableVersions().contains(version);
                        size += nullableStruct ? 1 : smallestSize(field.type(), isFlexible(field, version), version);
                    }
                }
                yield size;
            }
        };
    }
}
