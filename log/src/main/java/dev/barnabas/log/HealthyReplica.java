package dev.barnabas.log;

import java.nio.ByteBuffer;

/** Another replica of a log, from which records are fetched that are damaged here. */
@FunctionalInterface
public interface HealthyReplica {

    /**
     * Fetches whole batches as they are stored there, from the one on that holds the offset, or the first behind it.
     *
     * @param maxBytes about how much; at least one batch
     * @param then called once, on the log's loop. Nobody changes the bytes any more. They are not trusted: what is not
     *     whole, or does not belong there, is not used
     */
    void fetch(long offset, int maxBytes, LogAnswer<ByteBuffer> then);
}
