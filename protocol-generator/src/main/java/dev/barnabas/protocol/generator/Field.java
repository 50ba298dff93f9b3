package dev.barnabas.protocol.generator;

import java.util.Optional;

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

    public Field {
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
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    public boolean isNullable() {
        return !nullableVersions.isEmpty();
    }

    boolean defaultsToNull() {
        return defaultText.equals("null") || (type == Type.Scalar.RECORDS && isNullable());
    }
}
