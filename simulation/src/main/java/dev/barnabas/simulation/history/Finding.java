package dev.barnabas.simulation.history;

/** A promise that was broken, or could not be checked. */
public record Finding(Kind kind, String text) {

    /** The promises. */
    public enum Kind {
        /** An acknowledged record is not there in the end. */
        LOST_WRITE,
        /** A record is stored more than once. */
        DUPLICATE,
        /** Records of one producer are stored in another order than it sent them. */
        REORDERED,
        /** Different records were seen, or acknowledged, at the same offset. */
        INCONSISTENT_OFFSET,
        /** A value was read that no producer wrote: torn, overwritten, or from elsewhere. */
        CORRUPT,
        /** A record was read although its producer had been told that it is not stored. */
        REFUSED_BUT_STORED,
        /** A reader got an offset that is not behind the one it got before. */
        NON_MONOTONIC_POLL,
        /** A reader got past a record without getting it. */
        POLL_SKIP,
        /** A group's committed offset was not the last one that was committed. */
        COMMITTED_OFFSET_REGRESS,
        /** Records were acknowledged in a partition that nobody read to its end: the history proves nothing. */
        NOT_READ
    }

    @Override
    public String toString() {
        return kind + ": " + text;
    }
}
