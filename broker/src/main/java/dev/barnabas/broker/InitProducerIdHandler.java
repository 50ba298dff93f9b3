package dev.barnabas.broker;

import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.transactions.TransactionCoordinator;

/**
 * InitProducerId 0-5: an id for an idempotent producer, or for one with a transactional id (KIP-98).
 *
 * <ul>
 *   <li>v3 (KIP-360): a producer whose state was lost may name the id it had. Without a transactional id it gets a new
 *       one, as in Kafka.
 * </ul>
 *
 * <p>The coordinator knows what else the versions change for transactional ids.
 */
final class InitProducerIdHandler implements Handler<InitProducerIdRequest> {

    private final ProducerIds ids;
    private final TransactionCoordinator transactions;

    InitProducerIdHandler(ProducerIds ids, TransactionCoordinator transactions) {
        this.ids = ids;
        this.transactions = transactions;
    }

    @Override
    public void handle(InitProducerIdRequest request, Call call) {
        if (request.transactionalId() != null) {
            transactions.initProducerId(request, call.version(), call.loop(), call::answer);
            return;
        }
        ids.next(
                call.loop(),
                id -> call.answer(InitProducerIdResponse.builder()
                        .producerId(id)
                        .producerEpoch((short) 0)
                        .build()),
                error -> call.answer(InitProducerIdResponse.builder()
                        .errorCode(error.code())
                        .producerId(-1)
                        .producerEpoch((short) -1)
                        .build()));
    }
}
