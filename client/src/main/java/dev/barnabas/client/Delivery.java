package dev.barnabas.client;

/** Who wants to know what became of a record. One of the two is called, once, on the producer's loop. */
public interface Delivery {

    /**
     * The record is in the log, as safe as the producer's {@code acks} demand.
     *
     * @param offset -1 if it is not known: nobody acknowledges, or only that it had been written before
     * @param timestampMs the record's, or the time of the append where the topic wants that
     */
    void delivered(TopicPartition partition, long offset, long timestampMs);

    /** It is not known to be in the log. Unless it was refused it may be there nevertheless. */
    void failed(ClientError error);

    /** For those who do not want to know. */
    static Delivery ignored() {
        return new Delivery() {
            @Override
            public void delivered(TopicPartition partition, long offset, long timestampMs) {}

            @Override
            public void failed(ClientError error) {}
        };
    }
}
