package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;

/**
 * What a client that writes in a transaction understands, which follows from the version of its request (KIP-890).
 *
 * <ul>
 *   <li>{@link #FIRST}: of version 1 of transactions. It adds partitions to its transaction itself, and knows only the
 *       errors of then.
 *   <li>{@link #ABORTABLE}: it knows TRANSACTION_ABORTABLE, too.
 *   <li>{@link #SECOND}: of version 2. A partition is added to the transaction when it is written to, and each
 *       transaction has an epoch of its own.
 * </ul>
 */
enum TransactionalClient {
    FIRST,
    ABORTABLE,
    SECOND;

    static TransactionalClient ofProduce(int version) {
        return version >= 12 ? SECOND : version >= 11 ? ABORTABLE : FIRST;
    }

    static TransactionalClient ofTxnOffsetCommit(int version) {
        return version >= 5 ? SECOND : version >= 4 ? ABORTABLE : FIRST;
    }

    /** Whether partitions are added for it, instead of verifying that it has added them. */
    boolean adds() {
        return this == SECOND;
    }

    /** What the coordinator says, in terms that the client knows. */
    ErrorCode told(ErrorCode error) {
        return switch (error) {
            case PRODUCER_FENCED -> ErrorCode.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_ABORTABLE -> this == FIRST ? ErrorCode.INVALID_TXN_STATE : error;
            case CLUSTER_AUTHORIZATION_FAILED -> ErrorCode.INVALID_TXN_STATE;
            default -> error;
        };
    }
}
