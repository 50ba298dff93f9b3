package dev.barnabas.broker;

import dev.barnabas.metadata.AllocateProducerIds;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.message.AllocateProducerIdsRequest;
import dev.barnabas.protocol.message.AllocateProducerIdsResponse;

/** AllocateProducerIds 0 (KIP-730): a block of producer ids for a broker to give out. */
final class AllocateProducerIdsHandler implements Handler<AllocateProducerIdsRequest> {

    private final ClusterMetadata metadata;

    AllocateProducerIdsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(AllocateProducerIdsRequest request, Call call) {
        AllocateProducerIds wish = new AllocateProducerIds(request.brokerId(), request.brokerEpoch());
        metadata.submit(wish, call.loop(), answer -> {
            switch (answer) {
                case Answer.Granted<AllocateProducerIds.Block>(AllocateProducerIds.Block block) ->
                    call.answer(AllocateProducerIdsResponse.builder()
                            .producerIdStart(block.first())
                            .producerIdLen(block.count())
                            .build());
                case Answer.Refused<AllocateProducerIds.Block>(var refusal) ->
                    call.answer(AllocateProducerIdsResponse.builder()
                            .errorCode(refusal.error().code())
                            .build());
            }
        });
    }
}
