package dev.barnabas.protocol;

/**
 * A message holds a value that the version in which it is to be written cannot express, and that the schema does not
 * allow to be dropped silently. Always a mistake of the code that made the message.
 */
public final class UnsupportedFieldException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private UnsupportedFieldException(String message) {
        super(message);
    }

    /** The field is not the default, but the version does not have it. */
    public static UnsupportedFieldException isAbsent(String field, int version) {
        return new UnsupportedFieldException(field + " does not exist in version " + version);
    }

    /** The field is null, but must not be in that version. */
    public static UnsupportedFieldException isNull(String field, int version) {
        return new UnsupportedFieldException(field + " must not be null in version " + version);
    }

    /** A string whose UTF-8 form exceeds {@link Short#MAX_VALUE} bytes. */
    public static UnsupportedFieldException isTooLong(String field, int length) {
        return new UnsupportedFieldException(field + " is too long: " + length + " bytes");
    }
}
