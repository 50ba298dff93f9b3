package dev.barnabas.broker;

import dev.barnabas.log.ProducerSummary;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.settings.CoordinatorSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds transactions in the partitions that one loop leads which have been open for longer than any may be: their
 * coordinator does not know of them any more, they never end by themselves, and readers of committed records are stuck
 * behind them (KIP-664). Says so once for each. Owned by its loop.
 */
final class HangingTransactions {

    private static final Logger log = LoggerFactory.getLogger(HangingTransactions.class);

    /** What a coordinator may be late; as Kafka's tool that looks for such transactions has it. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    private static final Duration EVERY = Duration.ofMinutes(1);

    private final Node node;
    private final LoopShare share;
    private Set<Hanging> told = new HashSet<>();
    private boolean stopped;

    private record Hanging(PartitionId partition, long producerId, long startOffset) {}

    HangingTransactions(Node node, LoopShare share) {
        this.node = node;
        this.share = share;
    }

    /** Looks from now on, now and then. On the loop. */
    void start() {
        share.loop().schedule(EVERY, this::look);
    }

    void stop() {
        stopped = true;
    }

    /** Those of one partition, if it is led here. */
    static List<ProducerSummary> in(Partition partition, Node node) {
        if (!partition.leads()) {
            return List.of();
        }
        long longestMs = node.settings().get(CoordinatorSettings.TRANSACTION_MAX_TIMEOUT_MS) + GRACE.toMillis();
        return partition
                .log()
                .producersInTransactionSince(partition.loop().clock().wallMs() - longestMs);
    }

    private void look() {
        if (stopped) {
            return;
        }
        Set<Hanging> found = new HashSet<>();
        for (Partition partition : share.partitions().all()) {
            for (ProducerSummary producer : in(partition, node)) {
                Hanging hanging = new Hanging(partition.id(), producer.producerId(), producer.transactionStartOffset());
                found.add(hanging);
                if (!told.contains(hanging)) {
                    tell(partition, producer);
                }
            }
        }
        told = found;
        start();
    }

    private static void tell(Partition partition, ProducerSummary producer) {
        log.warn(
                "A transaction hangs: readers of committed records wait behind it until it is aborted with"
                        + " 'barnabas txn abort' topic={} partition={} startOffset={} producerId={} producerEpoch={}",
                partition.id().topic(),
                partition.id().index(),
                producer.transactionStartOffset(),
                producer.producerId(),
                producer.producerEpoch());
    }
}
