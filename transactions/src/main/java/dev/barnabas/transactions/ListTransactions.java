package dev.barnabas.transactions;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import dev.barnabas.protocol.message.ListTransactionsResponse.TransactionState;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The transactional ids that one shard keeps (KIP-664). No filter means all.
 *
 * <ul>
 *   <li>v1 (KIP-994): a filter by the age of the transaction.
 *   <li>v2 (KIP-1152): a filter by a regular expression over the transactional id, as a whole.
 * </ul>
 */
record ListTransactions(
        ListTransactionsRequest request, Predicate<String> idFilter, Ticket<ListTransactionsResponse> ticket)
        implements TransactionOperation {

    /** @return empty if the pattern is not a regular expression */
    static Optional<Predicate<String>> idFilter(ListTransactionsRequest request) {
        String pattern = request.transactionalIdPattern();
        if (pattern == null || pattern.isEmpty()) {
            return Optional.of(_ -> true);
        }
        try {
            Pattern compiled = Pattern.compile(pattern);
            return Optional.of(compiled::matches);
        } catch (PatternSyntaxException notAnExpression) {
            return Optional.empty();
        }
    }

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        List<TransactionState> listed = shard.transactions().stream()
                .filter(transaction -> passes(transaction, nowMs))
                .map(transaction -> new TransactionState(
                        transaction.id(),
                        transaction.producerId(),
                        transaction.status().kafkaName()))
                .toList();
        return Decision.answer(ticket.with(
                ListTransactionsResponse.builder().transactionStates(listed).build()));
    }

    private boolean passes(Transaction transaction, long nowMs) {
        List<String> states = request.stateFilters();
        List<Long> producers = request.producerIdFilters();
        return (producers.isEmpty() || producers.contains(transaction.producerId()))
                && (states.isEmpty() || states.contains(transaction.status().kafkaName()))
                && (request.durationFilter() < 0 || nowMs - transaction.startMs() > request.durationFilter())
                && idFilter.test(transaction.id());
    }

    static ListTransactionsResponse refusal(ErrorCode error) {
        return ListTransactionsResponse.builder().errorCode(error.code()).build();
    }

    /** What all shards of a node say together: all transactional ids, or the first error. */
    static ListTransactionsResponse together(ListTransactionsRequest request, List<ListTransactionsResponse> shards) {
        for (ListTransactionsResponse shard : shards) {
            // A shard that has just moved is listed by its new node.
            boolean moved = shard.errorCode() == ErrorCode.NOT_COORDINATOR.code();
            if (shard.errorCode() != ErrorCode.NONE.code() && !moved) {
                return shard;
            }
        }
        return ListTransactionsResponse.builder()
                .unknownStateFilters(request.stateFilters().stream()
                        .filter(state -> !Status.NAMES.contains(state))
                        .distinct()
                        .toList())
                .transactionStates(shards.stream()
                        .flatMap(shard -> shard.transactionStates().stream())
                        .toList())
                .build();
    }
}
