package dev.barnabas.protocol.record;

import dev.barnabas.protocol.ErrorCode;

/**
 * Why bytes are not accepted as a record batch, each with the error code of the protocol that answers it.
 *
 * <p>The codes are those with which Apache Kafka 4.4.0 answers the same bytes in a Produce request, but where Kafka's
 * answer is {@code UNKNOWN_SERVER_ERROR} by accident: there the code says what is wrong.
 */
public enum BatchRefusal {
    /** There is not a single complete batch. When reading a log or a Fetch response: more bytes may follow. */
    INCOMPLETE(ErrorCode.INVALID_RECORD),
    /** The length field cannot be that of a batch. */
    BAD_LENGTH(ErrorCode.CORRUPT_MESSAGE),
    /** A message set of the formats 0 and 1, which nobody may write since 4.0 (KIP-724). */
    LEGACY_MAGIC(ErrorCode.INVALID_RECORD),
    /** A format that does not exist. */
    UNKNOWN_MAGIC(ErrorCode.CORRUPT_MESSAGE),
    /** The CRC-32C does not fit the bytes. */
    BAD_CRC(ErrorCode.CORRUPT_MESSAGE),
    /** A Produce request carries one batch per partition, and here is more than one. */
    MORE_THAN_ONE_BATCH(ErrorCode.INVALID_RECORD),
    /** A producer's batch starts at offset 0; the broker assigns the real one. */
    BASE_OFFSET_NOT_ZERO(ErrorCode.INVALID_RECORD),
    /** The last offset delta is negative, or the record count is not positive, or they contradict each other. */
    BAD_COUNT(ErrorCode.INVALID_RECORD),
    /** Compression codes 5 to 7 mean nothing. */
    UNKNOWN_COMPRESSION(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
    /** Only the broker writes control records. */
    CONTROL_BATCH(ErrorCode.INVALID_RECORD),
    /** A batch with a producer id but without a sequence number. */
    BAD_SEQUENCE(ErrorCode.INVALID_RECORD),
    /** A producer's batch that claims its timestamps were set by the broker. */
    LOG_APPEND_TIME(ErrorCode.INVALID_TIMESTAMP),
    /** At least one record's timestamp is too old or too far in the future. */
    BAD_TIMESTAMP(ErrorCode.INVALID_TIMESTAMP),
    /** At least one record breaks a rule of the topic, such as having no key where the topic is compacted. */
    BAD_RECORD(ErrorCode.INVALID_RECORD),
    /** A record in a compressed batch is larger than {@code max.decompressed.message.bytes}. */
    RECORD_TOO_LARGE(ErrorCode.INVALID_RECORD),
    /** What should be a record is not one, or the records do not fill the batch exactly. */
    MALFORMED_RECORD(ErrorCode.INVALID_RECORD),
    /** The compressed bytes cannot be decompressed. */
    BAD_COMPRESSED_DATA(ErrorCode.INVALID_RECORD),
    /**
     * All records of the batch together are larger, when decompressed, than this node is ready to look at. Kafka has no
     * such limit; the code makes producers split the batch.
     */
    DECOMPRESSED_TOO_LARGE(ErrorCode.MESSAGE_TOO_LARGE);

    private final ErrorCode errorCode;

    BatchRefusal(ErrorCode errorCode) {
        this.errorCode = errorCode;
    }

    /** With what a Produce request is answered. */
    public ErrorCode errorCode() {
        return errorCode;
    }
}
