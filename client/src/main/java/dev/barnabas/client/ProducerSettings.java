package dev.barnabas.client;

import dev.barnabas.protocol.record.Compression;
import java.time.Duration;

/**
 * How a producer batches and how hard it tries. The defaults are those of Kafka's producer; its name for each setting
 * is given.
 *
 * @param acks whose acknowledgement counts ({@code acks})
 * @param idempotent whether the broker refuses what it already has, so that retries neither duplicate nor reorder;
 *     needs acks of all ({@code enable.idempotence}). Without it a partition has one request in flight, to keep the
 *     order
 * @param compression of each batch, with the codec's default level ({@code compression.type})
 * @param linger how long a record waits for others to share its batch ({@code linger.ms})
 * @param batchBytes a batch is sent when it has grown to this size; a larger record travels alone ({@code batch.size})
 * @param maxRequestBytes no request, and no record before compression, is larger ({@code max.request.size})
 * @param bufferBytes for records that are not acknowledged yet; more are refused ({@code buffer.memory})
 * @param maxInFlight requests to one broker that are not answered yet; at most 5 if idempotent
 *     ({@code max.in.flight.requests.per.connection})
 * @param maxBlock how long a record may wait for the partitions of its topic to become known ({@code max.block.ms})
 * @param deliveryTimeout from the record's acceptance to its acknowledgement, then it fails
 *     ({@code delivery.timeout.ms})
 */
public record ProducerSettings(
        Acks acks,
        boolean idempotent,
        Compression compression,
        Duration linger,
        int batchBytes,
        int maxRequestBytes,
        long bufferBytes,
        int maxInFlight,
        Duration maxBlock,
        Duration deliveryTimeout) {

    /** Brokers remember this many batches of a producer in a partition to recognise duplicates. */
    static final int MAX_IDEMPOTENT_IN_FLIGHT = 5;

    /** Whose acknowledgement counts. */
    public enum Acks {
        /** Nobody's: records count as delivered when they are handed to the connection. Offsets are unknown. */
        NONE(0),
        /** The leader's. */
        LEADER(1),
        /** All in-sync replicas'. */
        ALL(-1);

        private final short code;

        Acks(int code) {
            this.code = (short) code;
        }

        short code() {
            return code;
        }
    }

    public ProducerSettings {
        if (idempotent && acks != Acks.ALL) {
            throw new IllegalArgumentException(
                    "an idempotent producer needs the acknowledgement of all in-sync replicas");
        }
        if (idempotent && maxInFlight > MAX_IDEMPOTENT_IN_FLIGHT) {
            throw new IllegalArgumentException("an idempotent producer can have at most " + MAX_IDEMPOTENT_IN_FLIGHT
                    + " requests in flight, not " + maxInFlight);
        }
        if (batchBytes < 0 || maxRequestBytes < 1 || bufferBytes < 1 || maxInFlight < 1) {
            throw new IllegalArgumentException("sizes and the requests in flight must be positive");
        }
        if (bufferBytes < maxRequestBytes || bufferBytes < batchBytes) {
            throw new IllegalArgumentException("the buffer (" + bufferBytes
                    + " bytes) must hold at least one batch and one request of " + maxRequestBytes + " bytes");
        }
        if (linger.isNegative() || maxBlock.isNegative() || deliveryTimeout.compareTo(linger) <= 0) {
            throw new IllegalArgumentException("the delivery timeout must be longer than the linger time");
        }
    }

    public static ProducerSettings defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Starts from the defaults. */
    public static final class Builder {
        private Acks acks = Acks.ALL;
        private boolean idempotent = true;
        private Compression compression = Compression.NONE;
        private Duration linger = Duration.ofMillis(5);
        private int batchBytes = 16 * 1024;
        private int maxRequestBytes = 1024 * 1024;
        private long bufferBytes = 32L * 1024 * 1024;
        private int maxInFlight = MAX_IDEMPOTENT_IN_FLIGHT;
        private Duration maxBlock = Duration.ofSeconds(60);
        private Duration deliveryTimeout = Duration.ofMinutes(2);

        private Builder() {}

        /** Anything but {@link Acks#ALL} also switches idempotence off. */
        public Builder acks(Acks value) {
            acks = value;
            idempotent &= value == Acks.ALL;
            return this;
        }

        public Builder idempotent(boolean value) {
            idempotent = value;
            return this;
        }

        public Builder compression(Compression value) {
            compression = value;
            return this;
        }

        public Builder linger(Duration value) {
            linger = value;
            return this;
        }

        public Builder batchBytes(int value) {
            batchBytes = value;
            return this;
        }

        public Builder maxRequestBytes(int value) {
            maxRequestBytes = value;
            return this;
        }

        public Builder bufferBytes(long value) {
            bufferBytes = value;
            return this;
        }

        public Builder maxInFlight(int value) {
            maxInFlight = value;
            return this;
        }

        public Builder maxBlock(Duration value) {
            maxBlock = value;
            return this;
        }

        public Builder deliveryTimeout(Duration value) {
            deliveryTimeout = value;
            return this;
        }

        /** @throws IllegalArgumentException if the settings contradict each other, with a message for the user */
        public ProducerSettings build() {
            return new ProducerSettings(
                    acks,
                    idempotent,
                    compression,
                    linger,
                    batchBytes,
                    maxRequestBytes,
                    bufferBytes,
                    maxInFlight,
                    maxBlock,
                    deliveryTimeout);
        }
    }
}
