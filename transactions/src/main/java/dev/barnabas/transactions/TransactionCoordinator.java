package dev.barnabas.transactions;

import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.Shards;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddOffsetsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsResponse;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * The transaction coordinator of this node: what the broker calls. It checks what needs no transaction, finds the shard
 * that keeps the transactional id, on whatever loop that is, and brings the answer back to the loop of the caller.
 *
 * <p>Each method returns before it is answered; the answer comes once, on the loop that is given, and has the shape of
 * the version that the caller speaks. Authorisation and throttling are the broker's.
 */
public final class TransactionCoordinator {

    /**
     * @param ids for transactional ids that are new, and for those whose epochs are used up
     * @param markers brings the outcome of a transaction to the partitions it has written to
     * @param transactionVersion the finalized level of the feature {@code transaction.version}. Asked on any loop
     * @param partitions how many partitions {@code __transaction_state} has; 0 while it does not exist. Asked on any
     *     loop
     */
    public TransactionCoordinator(
            TransactionSettings settings,
            Topics topics,
            ProducerIdSource ids,
            MarkerSender markers,
            IntSupplier transactionVersion,
            IntSupplier partitions) {}

    /** The partition of {@code __transaction_state} whose leader coordinates a transactional id. */
    public static int partitionOf(String transactionalId, int partitions) {
        return Shards.partitionOf(transactionalId, partitions);
    }

    /** This node leads a partition of {@code __transaction_state} from now on, or in a new epoch. On its loop. */
    public void elected(int partition, ShardLog log) {
        throw new UnsupportedOperationException();
    }

    /** This node does not lead the partition (any more). On its loop. */
    public void resigned(int partition) {
        throw new UnsupportedOperationException();
    }

    /** For a producer with a transactional id; one without is the broker's own business. */
    public void initProducerId(
            InitProducerIdRequest request, int version, Loop loop, Consumer<InitProducerIdResponse> then) {
        throw new UnsupportedOperationException();
    }

    /**
     * Versions 0 to 3: a client adds partitions to its transaction. From version 4 on a broker does so for its clients,
     * or verifies that partitions are in a transaction.
     */
    public void addPartitions(
            AddPartitionsToTxnRequest request, int version, Loop loop, Consumer<AddPartitionsToTxnResponse> then) {
        throw new UnsupportedOperationException();
    }

    public void addOffsets(
            AddOffsetsToTxnRequest request, int version, Loop loop, Consumer<AddOffsetsToTxnResponse> then) {
        throw new UnsupportedOperationException();
    }

    public void endTxn(EndTxnRequest request, int version, Loop loop, Consumer<EndTxnResponse> then) {
        throw new UnsupportedOperationException();
    }

    /** The transactional ids that this node coordinates. */
    public void list(ListTransactionsRequest request, Loop loop, Consumer<ListTransactionsResponse> then) {
        throw new UnsupportedOperationException();
    }

    public void describe(DescribeTransactionsRequest request, Loop loop, Consumer<DescribeTransactionsResponse> then) {
        throw new UnsupportedOperationException();
    }
}
