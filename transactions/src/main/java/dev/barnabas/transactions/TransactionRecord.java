package dev.barnabas.transactions;

/** What is stored in {@code __transaction_state}. {@link TransactionRecords} has the format. */
sealed interface TransactionRecord {

    String id();

    /** @param format the version of the value: 1 takes all of it, 0 what {@link Transaction#inFirstFormat} says */
    record Stored(Transaction transaction, int format) implements TransactionRecord {

        @Override
        public String id() {
            return transaction.id();
        }
    }

    /** A tombstone. */
    record Forgotten(String id) implements TransactionRecord {}
}
