package dev.barnabas.log;

/** When a record counts as stable on this node, and so may be acknowledged. */
public enum Durability {
    /** When it is on stable storage. The default. */
    AFTER_SYNC,
    /**
     * When it is in the page cache, like Apache Kafka: it survives a crash of the process but not of the machine.
     * {@code flush.messages} and {@code flush.ms} bound what may be lost.
     */
    AFTER_WRITE
}
