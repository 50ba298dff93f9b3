package dev.barnabas.client;

import java.util.Map;
import java.util.Optional;

/** Where brokers keep their data. */
public final class LogDirs {

    private LogDirs() {}

    /**
     * A log directory of a broker.
     *
     * @param path as the broker knows it
     * @param error why it is offline, if it is
     * @param replicas what is in it
     * @param totalBytes of the volume, or -1
     * @param usableBytes of the volume, or -1
     * @param cordoned whether nothing new is put there (KIP-1066): a Barnabas broker says so of one without room
     */
    public record Directory(
            String path,
            Optional<ClientError> error,
            Map<TopicPartition, Replica> replicas,
            long totalBytes,
            long usableBytes,
            boolean cordoned) {
        public Directory {
            replicas = Map.copyOf(replicas);
        }
    }

    /**
     * A replica in a directory.
     *
     * @param sizeBytes of its segments
     * @param lag behind the high watermark, or behind the replica it is going to replace
     * @param future whether it is going to replace the replica in another directory
     */
    public record Replica(long sizeBytes, long lag, boolean future) {}
}
