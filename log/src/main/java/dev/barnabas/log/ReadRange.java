package dev.barnabas.log;

/** What a reader wants; see {@link PartitionLog#read}. */
record ReadRange(long offset, int maxBytes, long upToOffset, boolean minOneBatch) {

    ReadRange from(long other) {
        return new ReadRange(other, maxBytes, upToOffset, minOneBatch);
    }

    ReadRange upTo(long other) {
        return new ReadRange(offset, maxBytes, other, minOneBatch);
    }
}
