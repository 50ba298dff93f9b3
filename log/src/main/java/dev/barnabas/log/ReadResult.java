package dev.barnabas.log;

/** What a read found. */
public sealed interface ReadResult {

    /**
     * Batches, of which at least the last one reaches the offset that was asked for. They can be sent without blocking.
     */
    record Found(FileRecords records) implements ReadResult {}

    /** There is nothing between the offset and the bound of the read. Not an error: the reader has caught up. */
    record Nothing() implements ReadResult {}

    /**
     * Finding or sending them could block on the disk: {@link PartitionLog#readCold} does that on a worker. Only
     * {@link PartitionLog#read} answers so.
     */
    record Cold() implements ReadResult {}

    /** The offset is before the log's start or behind its end. */
    record OutOfRange(long logStartOffset, long endOffset) implements ReadResult {}

    /** The batches are there but cannot be trusted: a CRC does not fit, or the log is offline. */
    record Damaged(String message) implements ReadResult {}
}
