package dev.barnabas.transactions;

/**
 * The settings of transactions, under Kafka's names.
 *
 * @param maxTimeoutMs {@code transaction.max.timeout.ms}: the longest transaction that a producer may ask for
 * @param abortRetryMs {@code transaction.abort.timed.out.transaction.cleanup.interval.ms}: how soon the abort of a
 *     transaction that is open for too long is tried again if it was refused
 * @param idExpirationMs {@code transactional.id.expiration.ms}: how long an id that nobody uses is remembered
 * @param expiryCheckIntervalMs {@code transaction.remove.expired.transaction.cleanup.interval.ms}
 * @param mostWaitMs {@code add.partitions.to.txn.retry.backoff.max.ms}: how long a broker that adds partitions for its
 *     client waits for the transaction before to end
 * @param twoPhaseCommit {@code transaction.two.phase.commit.enable} (KIP-939)
 * @param writeTimeoutMs how long an answer waits for its records to be replicated
 */
public record TransactionSettings(
        int maxTimeoutMs,
        long abortRetryMs,
        long idExpirationMs,
        long expiryCheckIntervalMs,
        long mostWaitMs,
        boolean twoPhaseCommit,
        long writeTimeoutMs) {

    /** Kafka's defaults. */
    public static final TransactionSettings DEFAULTS =
            new TransactionSettings(900_000, 10_000, 604_800_000L, 3_600_000, 100, false, 5_000);

    public TransactionSettings {
        require(maxTimeoutMs >= 1, "transaction.max.timeout.ms must be positive");
        require(abortRetryMs >= 1, "transaction.abort.timed.out.transaction.cleanup.interval.ms must be positive");
        require(idExpirationMs >= 1, "transactional.id.expiration.ms must be positive");
        require(
                expiryCheckIntervalMs >= 1,
                "transaction.remove.expired.transaction.cleanup.interval.ms must be positive");
        require(mostWaitMs >= 0, "add.partitions.to.txn.retry.backoff.max.ms must not be negative");
        require(writeTimeoutMs >= 1, "the time that an answer waits must be positive");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
