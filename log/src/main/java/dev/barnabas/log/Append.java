package dev.barnabas.log;

import java.nio.ByteBuffer;

/**
 * Record batches to be appended to a log.
 *
 * @param batches complete batches from position to limit, one behind the other; a client's must be exactly one. The log
 *     writes into them (offsets, leader epoch, perhaps timestamps and CRC) and moves the position; they belong to the
 *     log until the append is answered
 * @param leaderEpoch what is stamped into the batches of a client or coordinator; replicated ones keep theirs
 * @param verification what {@link PartitionLog#beginVerification} gave, or {@link Verifications#NOT_REQUIRED}
 * @param bumpsEpoch for a transaction marker: its epoch must be above that of the transaction's records (version 2 of
 *     transactions, KIP-890 and KIP-1228)
 */
public record Append(ByteBuffer batches, AppendOrigin origin, int leaderEpoch, long verification, boolean bumpsEpoch) {

    public Append(ByteBuffer batches, AppendOrigin origin, int leaderEpoch) {
        this(batches, origin, leaderEpoch, Verifications.NOT_REQUIRED, false);
    }
}
