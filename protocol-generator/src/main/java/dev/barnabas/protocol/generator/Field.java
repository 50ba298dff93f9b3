package dev.barnabas.protocol.generator;

import java.util.Optional;
import java.util.Set;
import javax.lang.model.SourceVersion;

/**
 * One field of a struct.
 *
 * @param name as the schema spells it
 * @param versions versions that have the field at all, tagged or not
 * @param nullableVersions versions in which it may be null
 * @param taggedVersions versions in which it is a tagged field
 * @param flexibleVersions overrides the message's flexible versions for this field, if present
 * @param tag its number among the tagged fields, -1 if it never is one
 * @param defaultText the declared default, empty for the type's own
 * @param ignorable whether a value may be dropped silently when written in a version without the field
 * @param about the description, may be empty
 */
public record Field(
        String name,
        Type type,
        Versions versions,
        Versions nullableVersions,
        Versions taggedVersions,
        Optional<Versions> flexibleVersions,
        int tag,
        String defaultText,
        boolean ignorable,
        String about) {

    /** Names that Java does not allow for a record component, besides its keywords. */
    private static final Set<String> FORBIDDEN =
            Set.of("clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait");

    public Field {
        String component = component(name);
        if (!SourceVersion.isName(component) || FORBIDDEN.contains(component)) {
            throw new IllegalArgumentException(name + " cannot be the name of a record component");
        }
        if (!nullableVersions.isEmpty() && type instanceof Type.Scalar scalar && scalar.width() > 0) {
            throw new IllegalArgumentException(name + " cannot be nullable: it is a " + scalar.schemaName());
        }
        if (!versions.containsAll(taggedVersions)) {
            throw new IllegalArgumentException(name + " is tagged in versions that do not have it");
        }
        if ((tag >= 0) == taggedVersions.isEmpty()) {
            throw new IllegalArgumentException(name + " must have both a tag and tagged versions, or neither");
        }
        if (defaultText.equals("null") && nullableVersions.isEmpty()) {
            throw new IllegalArgumentException(name + " is never nullable but its default is null");
        }
    }

    /** The name as a record component: the first letter in lower case. */
    public String component() {
        return component(name);
    }

    private static String component(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    public boolean isNullable() {
        return !nullableVersions.isEmpty();
    }

    boolean defaultsToNull() {
        return defaultText.equals("null") || (type == Type.Scalar.RECORDS && isNullable());
    }
}
