package dev.barnabas.transactions;

/** What happens to transactions when time passes. */
sealed interface TransactionTimer {

    /** A transaction may have been open for too long. */
    record Overdue(String id) implements TransactionTimer {}

    /** It is time to look for ids that nobody uses any more. */
    record Sweep() implements TransactionTimer {}

    /** Nobody may be using this id any more. */
    record Unused(String id) implements TransactionTimer {}

    /** The transaction that somebody waits for has ended, or it has been waited long enough. */
    record WaitEnd(String id) implements TransactionTimer {}
}
