package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.UnregisterBroker;
import dev.barnabas.protocol.message.UnregisterBrokerRequest;
import dev.barnabas.protocol.message.UnregisterBrokerResponse;

/** UnregisterBroker 0 (KIP-730): a broker does not belong to the cluster any more. If it runs, it stops. */
final class UnregisterBrokerHandler implements Handler<UnregisterBrokerRequest> {

    private final ClusterMetadata metadata;

    UnregisterBrokerHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(UnregisterBrokerRequest request, Call call) {
        metadata.submit(new UnregisterBroker(request.brokerId()), call.loop(), answer -> {
            UnregisterBrokerResponse.Builder response = UnregisterBrokerResponse.builder();
            switch (answer) {
                case Answer.Granted<dev.barnabas.metadata.Broker> _ -> response.errorMessage(null);
                case Answer.Refused<dev.barnabas.metadata.Broker>(Refusal refusal) ->
                    response.errorCode(refusal.error().code()).errorMessage(refusal.message());
            }
            call.answer(response.build());
        });
    }
}
