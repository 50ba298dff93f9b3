package dev.barnabas.share;

/** What only the coordinator that leads knows. */
sealed interface StateChange {

    /** Everything before this offset of the log has been given up. */
    record Pruned(long beforeOffset) implements StateChange {}
}
