package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.transactions.TransactionCoordinator;
import java.util.List;

/** The APIs of transactions: each goes to the shard that keeps the transactional id, and is answered by it. */
final class TransactionApis {

    private TransactionApis() {}

    static List<Api<?>> of(TransactionCoordinator transactions) {
        return List.of(
                Api.of(
                        ApiKey.ADD_PARTITIONS_TO_TXN,
                        AddPartitionsToTxnRequest.class,
                        (request, call) ->
                                transactions.addPartitions(request, call.version(), call.loop(), call::answer)),
                Api.of(
                        ApiKey.ADD_OFFSETS_TO_TXN,
                        AddOffsetsToTxnRequest.class,
                        (request, call) -> transactions.addOffsets(request, call.version(), call.loop(), call::answer)),
                Api.of(
                        ApiKey.END_TXN,
                        EndTxnRequest.class,
                        (request, call) -> transactions.endTxn(request, call.version(), call.loop(), call::answer)),
                Api.of(
                        ApiKey.DESCRIBE_TRANSACTIONS,
                        DescribeTransactionsRequest.class,
                        (request, call) -> transactions.describe(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.LIST_TRANSACTIONS,
                        ListTransactionsRequest.class,
                        (request, call) -> transactions.list(request, call.loop(), call::answer)));
    }
}
