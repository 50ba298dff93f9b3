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

    /**
     * The log cannot be compacted, and is not any more until its settings change or it is opened anew: something in it
     * is damaged, or cannot be read. It is served as before.
     */
    void compactionFailed(String why);

    /** The log is offline: everything is refused from now on. Called once. */
    void failed(LogFault fault);
}
