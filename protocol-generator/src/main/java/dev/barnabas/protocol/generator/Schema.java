package dev.barnabas.protocol.generator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
        structs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(structs));
    }

    boolean isRequest() {
        return kind.equals("request");
    }

    boolean isResponse() {
        return kind.equals("response");
    }

    public Struct struct(String structName) {
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

    /** The tagged fields of {@code struct} in {@code version}, in the order in which they are written. */
    public List<Field> taggedFields(Struct struct, int version) {
        Map<Integer, Field> byTag = new TreeMap<>();
        for (Field field : struct.fields()) {
            if (field.taggedVersions().contains(version) && byTag.put(field.tag(), field) != null) {
                throw new IllegalArgumentException(name + " uses tag " + field.tag() + " twice");
            }
        }
        return List.copyOf(byTag.values());
    }

    /** Whether a value of this struct can hold records, at any depth. */
    boolean holdsRecords(Struct struct) {
        return struct.fields().stream().anyMatch(field -> holdsRecords(field.type()));
    }

    boolean holdsRecords(Type type) {
        return switch (type) {
            case Type.Scalar scalar -> scalar == Type.Scalar.RECORDS;
            case Type.StructOf(String structName) -> holdsRecords(struct(structName));
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
