package dev.barnabas.protocol.record;

/**
 * Bytes that claim to be a record batch and are not: thrown while batches and records are read, and by nothing else.
 *
 * <p>Where such bytes are to be expected, on the produce path, {@link BatchCheck} answers with a value instead. Where
 * they are not, behind a CRC that was checked, this exception says that the log or the peer is broken.
 */
public final class CorruptRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final BatchRefusal reason;

    CorruptRecordException(BatchRefusal reason, String message) {
        super(message);
        this.reason = reason;
    }

    CorruptRecordException(BatchRefusal reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public BatchRefusal reason() {
        return reason;
    }

    static CorruptRecordException malformed(String message) {
        return new CorruptRecordException(BatchRefusal.MALFORMED_RECORD, message);
    }

    static CorruptRecordException compressed(String message) {
        return new CorruptRecordException(BatchRefusal.BAD_COMPRESSED_DATA, message);
    }

    static CorruptRecordException compressed(String message, Throwable cause) {
        return new CorruptRecordException(BatchRefusal.BAD_COMPRESSED_DATA, message, cause);
    }
}
