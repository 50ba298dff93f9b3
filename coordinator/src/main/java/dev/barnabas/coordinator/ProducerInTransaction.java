package dev.barnabas.coordinator;

/**
 * In whose transaction a record is written: it is pending until the marker comes that ends the transaction in this
 * partition (KIP-98).
 *
 * @param verification what the partition gave when it was asked whether the transaction has to be verified (KIP-890),
 *     or {@link #NOT_VERIFIED}; without meaning for what is in the log
 */
public record ProducerInTransaction(long producerId, short producerEpoch, long verification) {
    /** There was nothing to verify. */
    public static final long NOT_VERIFIED = 0;

    public ProducerInTransaction(long producerId, short producerEpoch) {
        this(producerId, producerEpoch, NOT_VERIFIED);
    }
}
