package dev.barnabas.client;

import dev.barnabas.client.Question.Route;
import dev.barnabas.client.Transactions.Abort;
import dev.barnabas.client.Transactions.ActiveProducer;
import dev.barnabas.client.Transactions.Description;
import dev.barnabas.client.Transactions.Fenced;
import dev.barnabas.client.Transactions.Filter;
import dev.barnabas.client.Transactions.Listing;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.DescribeProducersRequest;
import dev.barnabas.protocol.message.DescribeProducersResponse;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/** Questions about transactions, see {@link Admin}. */
final class TransactionQuestions {

    /** Coordinators count from 0: this one is nobody's predecessor (as Kafka's tool has it). */
    private static final int NO_COORDINATOR = 0;

    private TransactionQuestions() {}

    /** The key is a broker: each knows the transactional ids that it coordinates. */
    static Question<Integer, List<Listing>, ListTransactionsResponse> list(Filter filter) {
        return Question.of(
                "list the transactions of broker",
                Route.Node::new,
                brokers -> Call.of(
                                ListTransactionsRequest.builder()
                                        .stateFilters(filter.states().stream()
                                                .sorted()
                                                .toList())
                                        .producerIdFilters(filter.producerIds().stream()
                                                .sorted()
                                                .toList())
                                        .durationFilter(filter.longerThanMs())
                                        .transactionalIdPattern(filter.idPattern())
                                        .build(),
                                ListTransactionsResponse::read)
                        .from(filter.idPattern() != null ? 2 : filter.longerThanMs() >= 0 ? 1 : 0),
                (answer, outcomes) -> outcomes.keys()
                        .forEach(broker -> outcomes.outcome(
                                broker,
                                answer.response().errorCode(),
                                null,
                                () -> answer.response().transactionStates().stream()
                                        .map(each -> new Listing(
                                                each.transactionalId(),
                                                broker,
                                                each.producerId(),
                                                each.transactionState()))
                                        .toList())));
    }

    /** @param coordinator who was asked about a transactional id */
    static Question<String, Description, DescribeTransactionsResponse> describe(ToIntFunction<String> coordinator) {
        return Question.of(
                "describe the transaction of",
                Route::transactionCoordinatorOf,
                ids -> Call.of(new DescribeTransactionsRequest(ids), DescribeTransactionsResponse::read),
                (answer, outcomes) -> answer.response()
                        .transactionStates()
                        .forEach(each -> outcomes.outcome(
                                each.transactionalId(),
                                each.errorCode(),
                                null,
                                () -> description(each, coordinator.applyAsInt(each.transactionalId())))));
    }

    private static Description description(DescribeTransactionsResponse.TransactionState state, int coordinator) {
        Set<TopicPartition> partitions = new TreeSet<>();
        state.topics()
                .forEach(topic ->
                        topic.partitions().forEach(index -> partitions.add(new TopicPartition(topic.topic(), index))));
        return new Description(
                state.transactionalId(),
                coordinator,
                state.transactionState(),
                state.producerId(),
                state.producerEpoch(),
                state.transactionTimeoutMs(),
                state.transactionStartTimeMs() < 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(state.transactionStartTimeMs()),
                partitions);
    }

    static Question<TopicPartition, List<ActiveProducer>, DescribeProducersResponse> producers() {
        return Question.of(
                "describe the producers of",
                Route.LeaderOf::new,
                partitions -> Call.of(
                        new DescribeProducersRequest(ByTopic.map(
                                partitions,
                                (topic, some) -> new DescribeProducersRequest.TopicRequest(
                                        topic,
                                        some.stream()
                                                .map(TopicPartition::partition)
                                                .toList()))),
                        DescribeProducersResponse::read),
                (answer, outcomes) -> answer.response()
                        .topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(partition -> outcomes.outcome(
                                        new TopicPartition(topic.name(), partition.partitionIndex()),
                                        partition.errorCode(),
                                        partition.errorMessage(),
                                        () -> partition.activeProducers().stream()
                                                .map(TransactionQuestions::producer)
                                                .toList()))));
    }

    private static ActiveProducer producer(DescribeProducersResponse.ProducerState state) {
        return new ActiveProducer(
                state.producerId(),
                (short) state.producerEpoch(),
                state.lastSequence(),
                state.lastTimestamp(),
                state.coordinatorEpoch(),
                state.currentTxnStartOffset() < 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(state.currentTxnStartOffset()));
    }

    /** One at a time: an answer does not tell markers of one producer apart. */
    static Question<Abort, Done, WriteTxnMarkersResponse> abort() {
        return Question.<Abort, Done, WriteTxnMarkersResponse>of(
                        "abort a transaction in",
                        abort -> new Route.LeaderOf(abort.partition()),
                        aborts -> Call.of(
                                new WriteTxnMarkersRequest(aborts.stream()
                                        .map(TransactionQuestions::marker)
                                        .toList()),
                                WriteTxnMarkersResponse::read),
                        (answer, outcomes) -> answer.response()
                                .markers()
                                .forEach(marker -> marker.topics()
                                        .forEach(topic -> topic.partitions()
                                                .forEach(partition -> outcomes.outcome(
                                                        outcomes.keys().getFirst(),
                                                        partition.errorCode(),
                                                        null,
                                                        () -> Done.DONE)))))
                .oneByOne();
    }

    private static WritableTxnMarker marker(Abort abort) {
        return WritableTxnMarker.builder()
                .producerId(abort.producerId())
                .producerEpoch(abort.producerEpoch())
                .transactionResult(false)
                .topics(List.of(new WritableTxnMarkerTopic(
                        abort.partition().topic(), List.of(abort.partition().partition()))))
                // Of the transaction's version nobody knows here: it is ended in the epoch that it has.
                .transactionVersion((byte) 0)
                .coordinatorEpoch(Math.max(NO_COORDINATOR, abort.coordinatorEpoch()))
                .build();
    }

    /** As a new producer that takes the place of all before it. */
    static Question<String, Fenced, InitProducerIdResponse> fence(int timeoutMs) {
        return Question.<String, Fenced, InitProducerIdResponse>of(
                        "fence the producers of",
                        Route::transactionCoordinatorOf,
                        ids -> Call.of(
                                ApiKey.INIT_PRODUCER_ID,
                                version -> InitProducerIdRequest.builder()
                                        .transactionalId(ids.getFirst())
                                        .transactionTimeoutMs(timeoutMs)
                                        .build(),
                                InitProducerIdResponse::read),
                        (answer, outcomes) -> outcomes.outcome(
                                outcomes.keys().getFirst(),
                                answer.response().errorCode(),
                                null,
                                () -> new Fenced(
                                        answer.response().producerId(),
                                        answer.response().producerEpoch())))
                .oneByOne();
    }
}
