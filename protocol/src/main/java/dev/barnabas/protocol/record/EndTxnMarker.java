package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/**
 * The marker that ends a transaction in a partition (KIP-98): a control record of type {@link ControlRecordType#COMMIT}
 * or {@link ControlRecordType#ABORT} whose value is a version (int16) and the coordinator's epoch (int32).
 *
 * @param committed whether the transaction happened
 * @param coordinatorEpoch leader epoch of the transaction coordinator's partition; fences coordinators of the past
 */
public record EndTxnMarker(boolean committed, int coordinatorEpoch) {
    private static final int VALUE_SIZE = 6;

    public ControlRecordType type() {
        return committed ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
    }

    /** A new buffer with the value of the control record. */
    public ByteBuffer value() {
        return ByteBuffer.allocate(VALUE_SIZE)
                .putShort(ControlRecordType.VERSION)
                .putInt(coordinatorEpoch)
                .flip();
    }

    /**
     * The marker in a record of a control batch. A value of a later version may be longer.
     *
     * @throws CorruptRecordException if it is something else
     */
    public static EndTxnMarker of(Record record) {
        ControlRecordType type = ControlRecordType.of(record);
        ByteBuffer value = record.value();
        if (!type.endsTransaction()
                || value == null
                || value.remaining() < VALUE_SIZE
                || value.getShort(value.position()) < 0) {
            throw CorruptRecordException.malformed("Not the marker of a transaction's end");
        }
        return new EndTxnMarker(type == ControlRecordType.COMMIT, value.getInt(value.position() + Short.BYTES));
    }
}
