package dev.barnabas.client;

/**
 * By what a broker recognises what a producer has already sent: it accepts the batches of one identity in the order of
 * their sequence numbers only, and each once (KIP-98).
 */
record ProducerIdentity(long id, short epoch) {

    boolean hasNext() {
        return epoch < Short.MAX_VALUE;
    }

    /** With the next epoch sequence numbers start anew. An idempotent producer may take it by itself (KIP-360). */
    ProducerIdentity next() {
        return new ProducerIdentity(id, (short) (epoch + 1));
    }
}
