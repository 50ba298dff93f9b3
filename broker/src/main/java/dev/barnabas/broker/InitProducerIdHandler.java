package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;

/**
 * InitProducerId 0-5: an id for an idempotent producer (KIP-98).
 *
 * <ul>
 *   <li>v3 (KIP-360): a producer whose state was lost may name the id it had. Without a transactional id it gets a new
 *       one, as in Kafka.
 * </ul>
 *
 * <p>Transactional ids are not offered yet: nobody may use one, and no API of transactions is advertised.
 */
final class InitProducerIdHandler implements Handler<InitProducerIdRequest> {

    private final ProducerIds ids;

    InitProducerIdHandler(ProducerIds ids) {
        this.ids = ids;
    }

    @Override
    public void handle(InitProducerIdRequest request, Call call) {
        String transactionalId = request.transactionalId();
        if (transactionalId != null) {
            call.answer(refusal(
                    transactionalId.isEmpty()
                            ? ErrorCode.INVALID_REQUEST
                            : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
            return;
        }
        ids.next(
                call.loop(),
                id -> call.answer(InitProducerIdResponse.builder()
                        .producerId(id)
                        .producerEpoch((short) 0)
                        .build()),
                error -> call.answer(refusal(error)));
    }

    private static InitProducerIdResponse refusal(ErrorCode error) {
        return InitProducerIdResponse.builder()
                .errorCode(error.code())
                .producerId(-1)
                .producerEpoch((short) -1)
                .build();
    }
}
