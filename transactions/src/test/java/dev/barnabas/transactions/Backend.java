package dev.barnabas.transactions;

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
import java.time.Duration;

/** What a {@link Scenario} is played to. */
public interface Backend {

    InitProducerIdResponse init(InitProducerIdRequest request, int version);

    AddPartitionsToTxnResponse add(AddPartitionsToTxnRequest request, int version);

    AddOffsetsToTxnResponse addOffsets(AddOffsetsToTxnRequest request, int version);

    EndTxnResponse end(EndTxnRequest request, int version);

    ListTransactionsResponse list(ListTransactionsRequest request, int version);

    DescribeTransactionsResponse describe(DescribeTransactionsRequest request);

    /** Time passes. */
    void pass(Duration time);

    /** The coordinator moves. */
    void reload();

    /** From now on markers are, or are not, written at once. */
    void holdMarkers(boolean hold);

    /** The cluster agrees on another level of {@code transaction.version}. */
    void transactionVersion(int version);
}
