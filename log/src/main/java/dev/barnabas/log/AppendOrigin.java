package dev.barnabas.log;

/** Where batches come from, which decides how much is checked and what is assigned. */
public enum AppendOrigin {
    /** A producer: everything is checked, offsets are assigned. */
    CLIENT,
    /**
     * A coordinator, of this node or another: offsets are assigned, control batches are allowed, sequences are not
     * checked.
     */
    COORDINATOR,
    /**
     * The partition's leader on another node: offsets and epochs are those of the leader and must follow on the end.
     */
    REPLICATION
}
