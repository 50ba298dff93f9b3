package dev.barnabas.log;

/** Who has to know what a log does by itself; called on the log's loop. */
public interface LogListener {

    /**
     * Everything before this offset is now as safe as the log's durability demands; see
     * {@link PartitionLog#stableEndOffset}.
     */
    void stableEndOffsetAdvanced(long stableEndOffset);

    /** Records before this offset are gone for good, by retention or because it was asked for. */
    void logStartOffsetAdvanced(long logStartOffset);

    /** Appends had been refused because the disk was full, and are not any more. */
    default void roomIsBack() {}

    /**
     * The log cannot be compacted, and is not any more until its settings change or it is opened anew: something in it
     * is damaged, or cannot be read. It is served as before.
     */
    void compactionFailed(String why);

    /**
     * Something that is stored of the log is damaged. Called once for each damage since the log was opened (and not for
     * more than some, if there are very many). Who reads it gets {@link ReadResult.Damaged}, or finds out by its CRC;
     * the rest of the log is served as before. {@link PartitionLog#heal} gets it from another replica.
     */
    void damageFound(LogDamage damage);

    /** The log is offline: everything is refused from now on. Called once. */
    void failed(LogFault fault);
}
