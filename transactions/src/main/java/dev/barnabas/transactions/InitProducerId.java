package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.transactions.Outcome.Answered;
import dev.barnabas.transactions.Outcome.ProducerIdNeeded;
import dev.barnabas.transactions.TransactionChange.LastEpoch;
import java.util.List;
import java.util.Optional;

/**
 * A producer begins to use a transactional id: it gets an epoch of its own, and whoever used the id before is fenced.
 * What was left open is aborted first; the producer is told CONCURRENT_TRANSACTIONS until that is done.
 *
 * <ul>
 *   <li>v3 (KIP-360): a producer names the id and epoch it has, to go on with the next epoch after an error. It is
 *       refused if somebody else has begun meanwhile.
 *   <li>v4 (KIP-588): PRODUCER_FENCED; older versions get INVALID_PRODUCER_EPOCH.
 *   <li>v6 (KIP-939): transactions without a timeout, if the broker allows them.
 * </ul>
 *
 * <p>Differs from Kafka 4.4.0, where a producer that was fenced long ago, and names its old epoch, first has the
 * transaction of its successor aborted and is only then refused. Here it is refused at once.
 *
 * @param newProducerId -1: none has been fetched
 */
record InitProducerId(
        String id, InitProducerIdRequest request, long newProducerId, Ticket<Outcome<InitProducerIdResponse>> ticket)
        implements TransactionOperation {
    private static final int PRODUCER_FENCED_SINCE = 4;

    /** What can be refused without knowing the transactional id. */
    static Optional<ErrorCode> refusalOf(InitProducerIdRequest request, String id, TransactionSettings settings) {
        boolean namesOnlyOne =
                (request.producerId() == Transaction.NO_ID) != (request.producerEpoch() == Transaction.NO_EPOCH);
        if (namesOnlyOne || id.isEmpty()) {
            return Optional.of(ErrorCode.INVALID_REQUEST);
        }
        if (request.enable2Pc() && !settings.twoPhaseCommit()) {
            return Optional.of(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        if (request.keepPreparedTxn()) {
            return Optional.of(ErrorCode.UNSUPPORTED_VERSION);
        }
        boolean inRange =
                request.transactionTimeoutMs() > 0 && request.transactionTimeoutMs() <= settings.maxTimeoutMs();
        return inRange || request.enable2Pc() ? Optional.empty() : Optional.of(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    }

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        Optional<Transaction> existing = shard.transaction(id);
        if (existing.isEmpty()) {
            return newProducerId == Transaction.NO_ID
                    ? producerIdNeeded()
                    : begin(shard, Transaction.created(id, newProducerId, timeoutMs(), nowMs), Transaction.NO_EPOCH);
        }
        Transaction transaction = existing.get();
        if (transaction.status().isEnding()) {
            return refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
        }
        Known known = known(transaction, shard.lastEpoch(id));
        if (known == Known.FENCED) {
            return refuse(ErrorCode.PRODUCER_FENCED);
        }
        if (transaction.isOngoing()) {
            return abort(shard, transaction, known, nowMs);
        }
        if (known == Known.BY_ITS_LAST_EPOCH) {
            // It did not get the answer the last time, and gets the same.
            return begin(
                    shard,
                    transaction.initialized(transaction.producerEpoch(), timeoutMs(), nowMs),
                    shard.lastEpoch(id));
        }
        if (transaction.isLastEpoch() && newProducerId == Transaction.NO_ID) {
            return producerIdNeeded();
        }
        Transaction begun = transaction.isLastEpoch()
                ? transaction.initialized(newProducerId, timeoutMs(), nowMs)
                : transaction.initialized((short) (transaction.producerEpoch() + 1), timeoutMs(), nowMs);
        return begin(shard, begun, known == Known.BY_ITS_EPOCH ? transaction.producerEpoch() : Transaction.NO_EPOCH);
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> abort(
            TransactionShard shard, Transaction ongoing, Known known, long nowMs) {
        if (known == Known.BY_ITS_LAST_EPOCH) {
            return refuse(ErrorCode.PRODUCER_FENCED);
        }
        if (Fence.needsProducerId(shard, ongoing) && newProducerId == Transaction.NO_ID) {
            return producerIdNeeded();
        }
        long next = Fence.needsProducerId(shard, ongoing) ? newProducerId : Transaction.NO_ID;
        return Fence.abort(shard, ongoing, next, nowMs, answer(refusal(ErrorCode.CONCURRENT_TRANSACTIONS)));
    }

    /** Who it is that asks. */
    private Known known(Transaction transaction, short lastEpoch) {
        if (request.producerId() == Transaction.NO_ID) {
            return Known.NOT;
        }
        boolean sameId = request.producerId() == transaction.producerId();
        if (sameId && request.producerEpoch() == transaction.producerEpoch()) {
            return Known.BY_ITS_EPOCH;
        }
        boolean beforeThisId = request.producerId() == transaction.previousProducerId()
                && Transaction.isLastEpoch(request.producerEpoch());
        boolean before = lastEpoch != Transaction.NO_EPOCH && request.producerEpoch() == lastEpoch;
        return before && (sameId || beforeThisId) ? Known.BY_ITS_LAST_EPOCH : Known.FENCED;
    }

    private enum Known {
        /** A new producer, which may take the id from any other. */
        NOT,
        BY_ITS_EPOCH,
        BY_ITS_LAST_EPOCH,
        /** Somebody else has begun meanwhile. */
        FENCED
    }

    private int timeoutMs() {
        return request.enable2Pc() ? Transaction.NO_TIMEOUT : request.transactionTimeoutMs();
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> begin(
            TransactionShard shard, Transaction begun, short lastEpoch) {
        InitProducerIdResponse response = InitProducerIdResponse.builder()
                .producerId(begun.producerId())
                .producerEpoch(begun.producerEpoch())
                .build();
        return new Decision<>(
                List.of(shard.stored(begun)),
                List.of(new LastEpoch(id, lastEpoch)),
                List.of(answer(response)),
                List.of(),
                false);
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> refuse(ErrorCode error) {
        return Decision.answer(answer(refusal(error)));
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> producerIdNeeded() {
        return Decision.answer(ticket.with(new ProducerIdNeeded<>()));
    }

    private Ticket.Answer answer(InitProducerIdResponse response) {
        return ticket.with(new Answered<>(response));
    }

    static InitProducerIdResponse refusal(ErrorCode error) {
        return InitProducerIdResponse.builder()
                .errorCode(error.code())
                .producerId(Transaction.NO_ID)
                .producerEpoch(Transaction.NO_EPOCH)
                .build();
    }

    static InitProducerIdResponse asVersion(InitProducerIdResponse response, int version) {
        return version < PRODUCER_FENCED_SINCE && response.errorCode() == ErrorCode.PRODUCER_FENCED.code()
                ? refusal(ErrorCode.INVALID_PRODUCER_EPOCH)
                : response;
    }
}
