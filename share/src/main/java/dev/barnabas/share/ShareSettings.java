package dev.barnabas.share;

/**
 * The settings of a share group as far as its partitions are concerned, under Kafka's names.
 *
 * @param lockDurationMs {@code share.record.lock.duration.ms}
 * @param deliveryCountLimit {@code share.delivery.count.limit}
 * @param maxRecordLocks {@code share.partition.max.record.locks}: how many records may be unfinished; a record batch
 *     that begins below the limit is given out as a whole
 * @param renews {@code share.renew.acknowledge.enable}
 * @param deadLetters whether what is given up goes to the dead letters
 * @param order {@code barnabas.share.order}
 */
public record ShareSettings(
        int lockDurationMs,
        int deliveryCountLimit,
        int maxRecordLocks,
        boolean renews,
        boolean deadLetters,
        Order order) {

    /** In which order the records of a partition are given out. */
    public enum Order {
        /** As Kafka does: by offset, and what comes back is given out again at once. */
        NONE,
        /**
         * The unfinished records of a key are out with one member at a time, in the order of their offsets: one is
         * given out only when all that come before it are finished or with the same member.
         */
        KEY,
        /** A record is given out only when all that come before it with the same key are finished. */
        STRICT_KEY
    }

    /** Asked anew whenever it matters: settings change while a group runs. */
    @FunctionalInterface
    public interface Current {
        ShareSettings now();
    }
}
