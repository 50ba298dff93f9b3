package dev.barnabas.broker;

import dev.barnabas.broker.TransactionPartitions.Transaction;
import dev.barnabas.groups.Caller;
import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.log.Verifications;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.replication.Partition;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.transactions.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * TxnOffsetCommit 0-6: a producer commits offsets of a group in its transaction (KIP-98, KIP-447).
 *
 * <ul>
 *   <li>v4 (KIP-890): TRANSACTION_ABORTABLE.
 *   <li>v5 (KIP-890): the group's partition is added to the transaction implicitly; before, it is verified that it was
 *       added (AddOffsetsToTxn).
 *   <li>What else versions change is the group's: see {@code dev.barnabas.groups.TxnOffsetCommit}.
 * </ul>
 */
final class TxnOffsetCommitHandler implements Handler<TxnOffsetCommitRequest> {

    /** Older clients do not expect a coordinator that is loading (KAFKA-7296). */
    private static final int KNOWS_LOADING_SINCE = 2;

    private final Node node;
    private final GroupCoordinator groups;
    private final List<TransactionPartitions> transactions;

    /** @param transactions by loop */
    TxnOffsetCommitHandler(Node node, GroupCoordinator groups, List<TransactionPartitions> transactions) {
        this.node = node;
        this.groups = groups;
        this.transactions = List.copyOf(transactions);
    }

    @Override
    public void handle(TxnOffsetCommitRequest request, Call call) {
        Optional<Topic> topic = node.image().topic(Topic.CONSUMER_OFFSETS);
        if (topic.isEmpty()) {
            answer(call, GroupCoordinator.refusal(request, ErrorCode.COORDINATOR_NOT_AVAILABLE));
            return;
        }
        if (request.groupId().isEmpty()) {
            commit(request, call, Verifications.NONE);
            return;
        }
        int index = GroupCoordinator.partitionOf(
                request.groupId(), topic.get().partitions().size());
        LoopShare owner = node.share(node.ownerOf(topic.get().id(), index));
        node.run(
                owner.loop(),
                () -> verify(
                        request,
                        call,
                        owner,
                        owner.partitions().find(topic.get().id(), index)));
    }

    /** On the loop of the group's partition. */
    private void verify(TxnOffsetCommitRequest request, Call call, LoopShare owner, @Nullable Partition partition) {
        TransactionalClient client = TransactionalClient.ofTxnOffsetCommit(call.version());
        boolean required =
                client.adds() || node.settings().get(CoordinatorSettings.TRANSACTION_PARTITION_VERIFICATION_ENABLE);
        if (!required) {
            commit(request, call, Verifications.NOT_REQUIRED);
            return;
        }
        OptionalLong verification = partition == null
                ? OptionalLong.empty()
                : partition.beginVerification(
                        request.producerId(), request.producerEpoch(), RecordBatch.NO_SEQUENCE, client.adds());
        if (partition == null || verification.isEmpty()) {
            refuse(request, call, ErrorCode.NOT_COORDINATOR);
        } else if (verification.getAsLong() == Verifications.NONE) {
            commit(request, call, Verifications.NONE);
        } else {
            transactions
                    .get(owner.index())
                    .ask(
                            new Transaction(
                                    request.transactionalId(),
                                    request.producerId(),
                                    request.producerEpoch(),
                                    client.adds()),
                            new TopicPartition(
                                    partition.id().topic(), partition.id().index()),
                            error -> {
                                if (error == ErrorCode.NONE) {
                                    commit(request, call, verification.getAsLong());
                                } else {
                                    refuse(request, call, client.told(error));
                                }
                            });
        }
    }

    private void commit(TxnOffsetCommitRequest request, Call call, long verification) {
        Caller caller = new Caller(call.clientId(), "/" + call.remote().host(), call.version());
        groups.commitTransactionalOffsets(
                request, caller, verification, call.loop(), response -> answer(call, response));
    }

    private void refuse(TxnOffsetCommitRequest request, Call call, ErrorCode error) {
        node.run(call.loop(), () -> answer(call, GroupCoordinator.refusal(request, error)));
    }

    private static void answer(Call call, TxnOffsetCommitResponse response) {
        call.answer(call.version() < KNOWS_LOADING_SINCE ? withoutLoading(response) : response);
    }

    private static TxnOffsetCommitResponse withoutLoading(TxnOffsetCommitResponse response) {
        return response.toBuilder()
                .topics(response.topics().stream()
                        .map(topic -> topic.toBuilder()
                                .partitions(topic.partitions().stream()
                                        .map(partition ->
                                                partition.errorCode() == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code()
                                                        ? partition.toBuilder()
                                                                .errorCode(ErrorCode.COORDINATOR_NOT_AVAILABLE.code())
                                                                .build()
                                                        : partition)
                                        .toList())
                                .build())
                        .toList())
                .build();
    }
}
