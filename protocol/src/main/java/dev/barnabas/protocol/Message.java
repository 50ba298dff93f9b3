package dev.barnabas.protocol;

/**
 * A value that has a form on the wire in one or several versions. All messages are generated records: immutable,
 * comparable by content, read with a static {@code read(Reader, int version)} and built with {@code builder()}.
 *
 * <p>A version outside {@code LOWEST_VERSION..HIGHEST_VERSION} of the message is the caller's mistake and is answered
 * with an {@link IllegalArgumentException}.
 */
public interface Message {
    /** The bytes that the message takes in {@code version}, records included. */
    int size(int version);

    /**
     * Those of the bytes of {@link #size} that are records. They are not copied into the buffer when the message is
     * written: see {@link Encoded}.
     */
    default int recordsSize(int version) {
        return 0;
    }

    /**
     * Writes exactly {@code size(version) - recordsSize(version)} bytes to {@code out} and leaves a note where records
     * belong.
     *
     * @throws UnsupportedFieldException if a field that {@code version} does not have holds a value that must not be
     *     dropped
     */
    void write(Writer out, int version);
}
