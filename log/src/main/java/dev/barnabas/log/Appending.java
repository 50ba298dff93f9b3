package dev.barnabas.log;

/** What becomes of an {@link Append}; one of the two is called, once, on the log's loop, never inside the call. */
public interface Appending {

    /**
     * The batches are in the page cache, can be read, and survive a crash of the process. They survive a crash of the
     * machine when {@link PartitionLog#stableEndOffset} has passed their last offset. The buffer is free again.
     */
    void written(Appended appended);

    /**
     * Nothing was appended; but if the log went offline with this, nobody knows. The buffer is free again, and may have
     * been written to.
     */
    void refused(LogRefusal refusal);
}
