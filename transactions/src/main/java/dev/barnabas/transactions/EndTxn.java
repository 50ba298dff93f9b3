package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.transactions.Outcome.Answered;
import dev.barnabas.transactions.Outcome.ProducerIdNeeded;
import java.util.Optional;

/**
 * A producer commits or aborts its transaction. It is answered when the outcome is decided for good; the partitions are
 * told afterwards.
 *
 * <ul>
 *   <li>v2 (KIP-588): PRODUCER_FENCED; older versions get INVALID_PRODUCER_EPOCH.
 *   <li>v5 (KIP-890): each transaction has an epoch of its own. The answer has the id and epoch of the next one, and is
 *       given again to a producer that asks in the epoch before. A producer may abort though it has begun nothing that
 *       is known here.
 * </ul>
 *
 * <p>From version 5 on, with "before" for the epoch before the one that is stored:
 *
 * <pre>
 *                     abort                          commit
 *                     its epoch     epoch before     its epoch           epoch before
 *  Empty              aborted       PRODUCER_FENCED  INVALID_TXN_STATE   PRODUCER_FENCED
 *  Ongoing            aborted       PRODUCER_FENCED  committed           PRODUCER_FENCED
 *  CompleteAbort      aborted       answered again   INVALID_TXN_STATE   INVALID_TXN_STATE
 *  CompleteCommit     aborted       INVALID_TXN_STATE INVALID_TXN_STATE  answered again
 *  Prepare...         CONCURRENT_TRANSACTIONS, whoever asks
 * </pre>
 *
 * @param epochPerTransaction whether the producer speaks version 5 or later, and the records can say so
 * @param newProducerId -1: none has been fetched
 */
record EndTxn(
        EndTxnRequest request, boolean epochPerTransaction, long newProducerId, Ticket<Outcome<EndTxnResponse>> ticket)
        implements TransactionOperation {
    static final int EPOCH_PER_TRANSACTION_SINCE = 5;
    private static final int PRODUCER_FENCED_SINCE = 2;

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        Optional<Transaction> existing = shard.transaction(request.transactionalId());
        if (existing.isEmpty()) {
            return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        }
        return epochPerTransaction
                ? inItsEpoch(shard, existing.get(), nowMs)
                : inAnyEpoch(shard, existing.get(), nowMs);
    }

    /** Up to version 4: the producer keeps its epoch from transaction to transaction. */
    private Decision<TransactionRecord, TransactionChange, TransactionTimer> inAnyEpoch(
            TransactionShard shard, Transaction transaction, long nowMs) {
        if (request.producerId() != transaction.producerId()) {
            return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        }
        if (request.producerEpoch() != transaction.producerEpoch()) {
            return refuse(ErrorCode.PRODUCER_FENCED);
        }
        return switch (transaction.status()) {
            case EMPTY -> refuse(ErrorCode.INVALID_TXN_STATE);
            case ONGOING -> {
                Transaction ending = transaction.ending(
                        request.committed(), transaction.producerEpoch(), Transaction.NO_ID, (short) 0, nowMs);
                yield shard.end(ending, shard.lastEpoch(ending.id()), answer(transaction));
            }
            case PREPARE_COMMIT, PREPARE_ABORT -> refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
            case COMPLETE_COMMIT -> request.committed() ? answered(transaction) : refuse(ErrorCode.INVALID_TXN_STATE);
            case COMPLETE_ABORT -> request.committed() ? refuse(ErrorCode.INVALID_TXN_STATE) : answered(transaction);
        };
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> inItsEpoch(
            TransactionShard shard, Transaction transaction, long nowMs) {
        if (transaction.status().isEnding()) {
            // The producer may have been told of the next id already, so it is not looked at before.
            return refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
        }
        boolean asksAgainWithOldId = transaction.previousProducerId() == request.producerId()
                && Transaction.isLastEpoch(request.producerEpoch())
                && transaction.producerEpoch() == 0;
        boolean sameId = request.producerId() == transaction.producerId();
        if (!sameId && !asksAgainWithOldId) {
            return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        }
        // An older client that came after this one may have ended a transaction in the epoch that it was given.
        boolean endedInItsEpoch = transaction.version() == Transaction.EPOCH_PER_TRANSACTION;
        boolean asksAgain =
                endedInItsEpoch && (asksAgainWithOldId || request.producerEpoch() + 1 == transaction.producerEpoch());
        boolean inItsEpoch = sameId && request.producerEpoch() == transaction.producerEpoch();
        return switch (transaction.status()) {
            case EMPTY -> {
                if (!inItsEpoch) {
                    yield refuse(ErrorCode.PRODUCER_FENCED);
                }
                yield request.committed() ? refuse(ErrorCode.INVALID_TXN_STATE) : end(shard, transaction, nowMs);
            }
            case ONGOING -> inItsEpoch ? end(shard, transaction, nowMs) : refuse(ErrorCode.PRODUCER_FENCED);
            case COMPLETE_COMMIT -> {
                if (asksAgain) {
                    yield request.committed() ? answered(transaction) : refuse(ErrorCode.INVALID_TXN_STATE);
                }
                yield afterTheEnd(shard, transaction, inItsEpoch, nowMs);
            }
            case COMPLETE_ABORT -> {
                if (asksAgain) {
                    yield request.committed() ? refuse(ErrorCode.INVALID_TXN_STATE) : answered(transaction);
                }
                yield afterTheEnd(shard, transaction, inItsEpoch, nowMs);
            }
            case PREPARE_COMMIT, PREPARE_ABORT -> throw new IllegalStateException("looked at above: " + transaction);
        };
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> afterTheEnd(
            TransactionShard shard, Transaction transaction, boolean inItsEpoch, long nowMs) {
        if (!inItsEpoch) {
            return refuse(ErrorCode.PRODUCER_FENCED);
        }
        return request.committed() ? refuse(ErrorCode.INVALID_TXN_STATE) : end(shard, transaction, nowMs);
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> end(
            TransactionShard shard, Transaction transaction, long nowMs) {
        if (transaction.isLastEpoch() && newProducerId == Transaction.NO_ID) {
            return Decision.answer(ticket.with(new ProducerIdNeeded<>()));
        }
        short epoch = transaction.producerEpoch() == Short.MAX_VALUE
                ? transaction.producerEpoch()
                : (short) (transaction.producerEpoch() + 1);
        Transaction ending = transaction.ending(
                request.committed(),
                epoch,
                transaction.isLastEpoch() ? newProducerId : Transaction.NO_ID,
                Transaction.EPOCH_PER_TRANSACTION,
                nowMs);
        // The producer uses at once what it will have when the transaction is complete.
        return shard.end(ending, transaction.producerEpoch(), answer(ending.completed(nowMs)));
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> answered(Transaction transaction) {
        return Decision.answer(answer(transaction));
    }

    private Ticket.Answer answer(Transaction next) {
        return ticket.with(new Answered<>(EndTxnResponse.builder()
                .producerId(next.producerId())
                .producerEpoch(next.producerEpoch())
                .build()));
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> refuse(ErrorCode error) {
        return Decision.answer(ticket.with(new Answered<>(refusal(error))));
    }

    static EndTxnResponse refusal(ErrorCode error) {
        return EndTxnResponse.builder().errorCode(error.code()).build();
    }

    static EndTxnResponse asVersion(EndTxnResponse response, int version) {
        return version < PRODUCER_FENCED_SINCE && response.errorCode() == ErrorCode.PRODUCER_FENCED.code()
                ? refusal(ErrorCode.INVALID_PRODUCER_EPOCH)
                : response;
    }
}
