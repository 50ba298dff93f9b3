package dev.barnabas.client;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one is told about transactions. */
public final class Transactions {

    private Transactions() {}

    /**
     * Which transactional ids are listed.
     *
     * @param states as the broker calls them, such as {@code Ongoing}; empty for all
     * @param producerIds empty for all
     * @param longerThanMs only transactions that are open for longer; negative for all
     * @param idPattern a regular expression for the whole transactional id (KIP-1152), or null for all
     */
    public record Filter(
            Set<String> states,
            Set<Long> producerIds,
            long longerThanMs,
            @Nullable String idPattern) {
        public static final Filter ALL = new Filter(Set.of(), Set.of(), -1, null);

        public Filter {
            states = Set.copyOf(states);
            producerIds = Set.copyOf(producerIds);
        }
    }

    /**
     * A transactional id in a list.
     *
     * @param coordinator the broker that coordinates it
     * @param state as the broker calls it, such as {@code Ongoing}, {@code CompleteCommit} or {@code Empty}
     */
    public record Listing(String transactionalId, int coordinator, long producerId, String state) {}

    /** @param failed brokers that could not be asked; transactional ids that they coordinate are missing */
    public record Listings(List<Listing> transactions, Map<Integer, ClientError> failed) {
        public Listings {
            transactions = List.copyOf(transactions);
            failed = Map.copyOf(failed);
        }
    }

    /**
     * A transactional id as its coordinator sees it.
     *
     * @param startedMs when its transaction began, in milliseconds since the epoch; empty if there is none
     * @param partitions what the transaction has written to, as far as it is not ended there
     */
    public record Description(
            String transactionalId,
            int coordinator,
            String state,
            long producerId,
            short producerEpoch,
            int timeoutMs,
            OptionalLong startedMs,
            Set<TopicPartition> partitions) {
        public Description {
            partitions = Set.copyOf(partitions);
        }
    }

    /**
     * A producer that a partition remembers.
     *
     * @param lastSequence -1 if none is remembered
     * @param lastTimestampMs of its last batch; -1 if none is remembered
     * @param coordinatorEpoch of its last marker; -1 if it has none
     * @param transactionStart the offset at which its open transaction begins; empty if it has none
     */
    public record ActiveProducer(
            long producerId,
            short producerEpoch,
            int lastSequence,
            long lastTimestampMs,
            int coordinatorEpoch,
            OptionalLong transactionStart) {}

    /** An open transaction in a partition that is to be ended without its coordinator. */
    public record Abort(TopicPartition partition, long producerId, short producerEpoch, int coordinatorEpoch) {
        @Override
        public String toString() {
            return partition + " of producer " + producerId;
        }
    }

    /** Who writes under a transactional id from now on; whoever did before is fenced. */
    public record Fenced(long producerId, short producerEpoch) {}
}
