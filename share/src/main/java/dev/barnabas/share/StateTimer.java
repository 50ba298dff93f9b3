package dev.barnabas.share;

/** What happens to stored states when time passes. */
sealed interface StateTimer {

    /** It is time to look what of the log does not matter any more. */
    record Prune() implements StateTimer {}

    /** The state is to be written again, since it is all that the log is kept for. */
    record Renew(ShareKey key) implements StateTimer {}

    /** The topic is gone. */
    record Forget(ShareKey key) implements StateTimer {}
}
