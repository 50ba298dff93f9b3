package dev.barnabas.client;

import org.jspecify.annotations.Nullable;

/** Places in a partition. */
public final class Offsets {

    /** What is written where an offset, epoch or timestamp is not known. */
    static final int UNKNOWN = -1;

    private Offsets() {}

    /** Which offset is asked for. */
    public sealed interface Spec {

        /** Of the first record there is. */
        record Earliest() implements Spec {}

        /** Behind the last record. */
        record Latest() implements Spec {}

        /** Of the first record that is not older than this, in milliseconds since 1970. */
        record AtTime(long timestampMs) implements Spec {
            public AtTime {
                if (timestampMs < 0) {
                    throw new IllegalArgumentException("a time before 1970: " + timestampMs);
                }
            }
        }

        /** Of the record with the greatest timestamp (KIP-734). */
        record MaxTimestamp() implements Spec {}

        /** Of the first record on the brokers' own disks (KIP-405). */
        record EarliestLocal() implements Spec {}

        /** Behind the last record that is in tiered storage (KIP-1005). */
        record LatestTiered() implements Spec {}

        /** Of the first record that is not in tiered storage yet (KIP-1023). */
        record EarliestPendingUpload() implements Spec {}

        /** What stands on the wire. */
        default long code() {
            return switch (this) {
                case Latest _ -> -1;
                case Earliest _ -> -2;
                case MaxTimestamp _ -> -3;
                case EarliestLocal _ -> -4;
                case LatestTiered _ -> -5;
                case EarliestPendingUpload _ -> -6;
                case AtTime(long timestampMs) -> timestampMs;
            };
        }

        /** The first version of ListOffsets that has it. */
        default int since() {
            return switch (this) {
                case Latest _, Earliest _, AtTime _ -> 1;
                case MaxTimestamp _ -> 7;
                case EarliestLocal _ -> 8;
                case LatestTiered _ -> 9;
                case EarliestPendingUpload _ -> 11;
            };
        }
    }

    /**
     * An offset that was asked for.
     *
     * @param offset -1: there is none, no record is as young as was asked for
     * @param timestampMs of the record there; -1 where the question was not about time
     * @param leaderEpoch of the record there, or -1
     */
    public record Found(long offset, long timestampMs, int leaderEpoch) {}

    /**
     * How far a group has come in a partition.
     *
     * @param offset of the next record to be processed
     * @param leaderEpoch of the record before it, so that a truncation is noticed; or -1
     * @param metadata whatever who committed it wanted to remember
     */
    public record Committed(
            long offset, int leaderEpoch, @Nullable String metadata) {
        public Committed {
            if (offset < 0) {
                throw new IllegalArgumentException("an offset cannot be negative: " + offset);
            }
        }

        public static Committed at(long offset) {
            return new Committed(offset, UNKNOWN, null);
        }
    }
}
