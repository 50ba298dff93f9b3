package dev.barnabas.broker;

import dev.barnabas.broker.TransactionPartitions.Transaction;
import dev.barnabas.host.Loop;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.Verifications;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.replication.Acks;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.transactions.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Appends transactional batches of producers, on one loop. The first one that a transaction writes to a partition waits
 * until the coordinator has said that the partition is part of it, and those of the same producer that come meanwhile
 * wait behind it: they go into the log, or are refused, in the order in which they came. Nobody else waits. Owned by
 * its loop.
 */
final class VerifyingAppends {

    private final Node node;
    private final Loop loop;
    private final TransactionPartitions transactions;
    private final Map<Key, List<Waiting>> waiting = new HashMap<>();

    private record Key(PartitionId partition, long producerId, short producerEpoch) {}

    private record Waiting(
            Partition partition,
            ByteBuffer batch,
            TransactionalClient client,
            Acks acks,
            long deadlineNanos,
            Partition.Answer then) {}

    VerifyingAppends(Node node, Loop loop, TransactionPartitions transactions) {
        this.node = node;
        this.loop = loop;
        this.transactions = transactions;
    }

    /** As {@link Partition#append}; the batch is transactional. */
    void append(
            Partition partition,
            ByteBuffer batch,
            String transactionalId,
            TransactionalClient client,
            Acks acks,
            long deadlineNanos,
            Partition.Answer then) {
        loop.requireCurrent();
        RecordBatch header = RecordBatch.header(batch, batch.position());
        Key key = new Key(partition.id(), header.producerId(), header.producerEpoch());
        Waiting append = new Waiting(partition, batch, client, acks, deadlineNanos, then);
        List<Waiting> before = waiting.get(key);
        if (before != null) {
            before.add(append);
            return;
        }
        boolean required =
                client.adds() || node.settings().get(CoordinatorSettings.TRANSACTION_PARTITION_VERIFICATION_ENABLE);
        if (!required) {
            append(append, Verifications.NOT_REQUIRED);
            return;
        }
        OptionalLong verification = partition.beginVerification(
                header.producerId(), header.producerEpoch(), header.baseSequence(), client.adds());
        if (verification.isEmpty() || verification.getAsLong() == Verifications.NONE) {
            append(append, Verifications.NONE);
            return;
        }
        List<Waiting> all = new ArrayList<>(1);
        all.add(append);
        waiting.put(key, all);
        transactions.ask(
                new Transaction(transactionalId, header.producerId(), header.producerEpoch(), client.adds()),
                new TopicPartition(partition.id().topic(), partition.id().index()),
                error -> {
                    waiting.remove(key);
                    all.forEach(each -> verified(each, verification.getAsLong(), error));
                });
    }

    private static void verified(Waiting append, long verification, ErrorCode error) {
        if (error == ErrorCode.NONE) {
            append(append, verification);
        } else {
            append.then.written(null);
            append.then.refused(refusal(append.client, append.client.told(error)));
        }
    }

    private static void append(Waiting append, long verification) {
        append.partition.append(append.batch, verification, append.acks, append.deadlineNanos, append.then);
    }

    /** In terms of producers. What passes has an error after which they send again and look for nobody else. */
    private static LogRefusal refusal(TransactionalClient client, ErrorCode error) {
        return switch (error) {
            case INVALID_TXN_STATE ->
                new LogRefusal(error, "The partition was not added to the transaction", List.of());
            case NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                unverified(error);
            case CONCURRENT_TRANSACTIONS ->
                client.adds() ? new LogRefusal(error, error.message(), List.of()) : unverified(error);
            default -> new LogRefusal(error, error.message(), List.of());
        };
    }

    private static LogRefusal unverified(ErrorCode error) {
        return new LogRefusal(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "It could not be verified that the partition is part of the transaction: " + error,
                List.of());
    }
}
