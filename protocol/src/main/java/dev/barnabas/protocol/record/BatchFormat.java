package dev.barnabas.protocol.record;

/** Where the fields of a batch are, counted from its first byte. The package documentation explains them. */
final class BatchFormat {
    static final int BASE_OFFSET = 0;
    static final int LENGTH = 8;
    /** What precedes the bytes that the length field counts: base offset and the length itself. */
    static final int PREFIX_SIZE = 12;

    static final int PARTITION_LEADER_EPOCH = 12;
    static final int MAGIC = 16;
    static final int CRC = 17;
    /** The first field that the CRC covers; it covers everything from here to the end. */
    static final int ATTRIBUTES = 21;

    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int RECORD_COUNT = 57;
    static final int HEADER_SIZE = 61;

    static final int COMPRESSION_MASK = 0b111;
    static final int LOG_APPEND_TIME_FLAG = 1 << 3;
    static final int TRANSACTIONAL_FLAG = 1 << 4;
    static final int CONTROL_FLAG = 1 << 5;
    static final int DELETE_HORIZON_FLAG = 1 << 6;

    /** The smallest length field of any format that ever was: a message set of format 0 with one empty message. */
    static final int MIN_LENGTH_OF_ANY_MAGIC = 14;

    /** Size, attributes, timestamp delta, offset delta, key size, value size, header count: a byte each. */
    static final int MIN_RECORD_SIZE = 7;

    private BatchFormat() {}
}
