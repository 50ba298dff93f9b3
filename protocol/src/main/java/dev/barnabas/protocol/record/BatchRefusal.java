package dev.barnabas.protocol.record;

/**
 * Why bytes are not accepted as a record batch, each with the error code of the protocol that answers it.
 *
 * <p>The codes are those with which Apache Kafka 4.4.0 answers the same bytes in a Produce request, but where Kafka's
 * answer is {@code UNKNOWN_SERVER_ERROR} by accident: there the code says what is wrong.
 */
public enum BatchRefusal {
    /** There is not a single complete batch. When reading a log or a Fetch response: more bytes may follow. */
    INCOMPLETE(Codes.INVALID_RECORD),
    /** The length field cannot be that of a batch. */
    BAD_LENGTH(Codes.CORRUPT_MESSAGE),
    /** A message set of the formats 0 and 1, which nobody may write since 4.0 (KIP-724). */
    LEGACY_MAGIC(Codes.INVALID_RECORD),
    /** A format that does not exist. */
    UNKNOWN_MAGIC(Codes.CORRUPT_MESSAGE),
    /** The CRC-32C does not fit the bytes. */
    BAD_CRC(Codes.CORRUPT_MESSAGE),
    /** A Produce request carries one batch per partition, and here is more than one. */
    MORE_THAN_ONE_BATCH(Codes.INVALID_RECORD),
    /** A producer's batch starts at offset 0; the broker assigns the real one. */
    BASE_OFFSET_NOT_ZERO(Codes.INVALID_RECORD),
    /** The last offset delta is negative, or the record count is not positive, or they contradict each other. */
    BAD_COUNT(Codes.INVALID_RECORD),
    /** Compression codes 5 to 7 mean nothing. */
    UNKNOWN_COMPRESSION(Codes.UNSUPPORTED_COMPRESSION_TYPE),
    /** Only the broker writes control records. */
    CONTROL_BATCH(Codes.INVALID_RECORD),
    /** A batch with a producer id but without a sequence number. */
    BAD_SEQUENCE(Codes.INVALID_RECORD),
    /** A producer's batch that claims its timestamps were set by the broker. */
    LOG_APPEND_TIME(Codes.INVALID_TIMESTAMP),
    /** At least one record's timestamp is too old or too far in the future. */
    BAD_TIMESTAMP(Codes.INVALID_TIMESTAMP),
    /** At least one record breaks a rule of the topic, such as having no key where the topic is compacted. */
    BAD_RECORD(Codes.INVALID_RECORD),
    /** A record in a compressed batch is larger than {@code max.decompressed.message.bytes}. */
    RECORD_TOO_LARGE(Codes.INVALID_RECORD),
    /** What should be a record is not one, or the records do not fill the batch exactly. */
    MALFORMED_RECORD(Codes.INVALID_RECORD),
    /** The compressed bytes cannot be decompressed. */
    BAD_COMPRESSED_DATA(Codes.INVALID_RECORD),
    /**
     * All records of the batch together are larger, when decompressed, than this node is ready to look at. Kafka has no
     * such limit; the code makes producers split the batch.
     */
    DECOMPRESSED_TOO_LARGE(Codes.MESSAGE_TOO_LARGE);

    private final short errorCode;

    BatchRefusal(int errorCode) {
        this.errorCode = (short) errorCode;
    }

    /** The protocol's error code with which a Produce request is answered. */
    public short errorCode() {
        return errorCode;
    }

    private static final class Codes {
        static final int CORRUPT_MESSAGE = 2;
        static final int MESSAGE_TOO_LARGE = 10;
        static final int INVALID_TIMESTAMP = 32;
        static final int UNSUPPORTED_COMPRESSION_TYPE = 76;
        static final int INVALID_RECORD = 87;
    }
}
