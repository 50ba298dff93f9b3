package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/**
 * What a control record says. It stands in the record's key: version (int16) and type (int16). The value depends on the
 * type: {@link EndTxnMarker} for the first two, for the others a message of the protocol of the same name.
 */
public enum ControlRecordType {
    /** A transaction ends and did not happen. */
    ABORT(0),
    /** A transaction ends and happened. */
    COMMIT(1),
    /** KRaft: a leader was elected ({@code LeaderChangeMessage}). */
    LEADER_CHANGE(2),
    SNAPSHOT_HEADER(3),
    SNAPSHOT_FOOTER(4),
    KRAFT_VERSION(5),
    KRAFT_VOTERS(6),
    /** A type of a later version, to be passed over. */
    UNKNOWN(-1);

    /** Of the key, and of the values of 4.4.0. */
    static final short VERSION = 0;

    private static final int KEY_SIZE = 4;

    private static final ControlRecordType[] ALL = values();

    private final short id;

    ControlRecordType(int id) {
        this.id = (short) id;
    }

    public short id() {
        return id;
    }

    /** Whether this is the marker with which a transaction ends. */
    public boolean endsTransaction() {
        return this == ABORT || this == COMMIT;
    }

    /** A new buffer with the key of a control record of this type. */
    public ByteBuffer key() {
        if (this == UNKNOWN) {
            throw new IllegalStateException("an unknown control record cannot be written");
        }
        return ByteBuffer.allocate(KEY_SIZE).putShort(VERSION).putShort(id).flip();
    }

    /**
     * The type of a record of a control batch. A key of a later version may be longer.
     *
     * @throws CorruptRecordException if the record's key is not that of a control record
     */
    public static ControlRecordType of(Record record) {
        ByteBuffer key = record.key();
        if (key == null || key.remaining() < KEY_SIZE || key.getShort(key.position()) < 0) {
            throw CorruptRecordException.malformed("The key of a control record is not one");
        }
        short id = key.getShort(key.position() + Short.BYTES);
        for (ControlRecordType type : ALL) {
            if (type.id == id) {
                return type;
            }
        }
        return UNKNOWN;
    }
}
