package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.Broker;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.RegisterBroker;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.BrokerRegistrationRequest;
import dev.barnabas.protocol.message.BrokerRegistrationResponse;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BrokerRegistration 0-5 (KIP-631): a broker has started.
 *
 * <ul>
 *   <li>v2 (KIP-858): the log directories that it can use. v3 (KIP-966): the epoch of the registration of which it has
 *       everything; older ones do not know.
 * </ul>
 */
final class BrokerRegistrationHandler implements Handler<BrokerRegistrationRequest> {

    private static final Logger log = LoggerFactory.getLogger(BrokerRegistrationHandler.class);

    private final ClusterMetadata metadata;
    private final String clusterId;

    BrokerRegistrationHandler(ClusterMetadata metadata, String clusterId) {
        this.metadata = metadata;
        this.clusterId = clusterId;
    }

    @Override
    public void handle(BrokerRegistrationRequest request, Call call) {
        if (!request.clusterId().equals(clusterId)) {
            call.answer(refusal(ErrorCode.INCONSISTENT_CLUSTER_ID));
            return;
        }
        if (request.isMigratingZkBroker()) {
            call.answer(refusal(ErrorCode.BROKER_ID_NOT_REGISTERED));
            return;
        }
        TreeMap<String, Broker.FeatureRange> features = new TreeMap<>();
        request.features()
                .forEach(feature -> features.put(
                        feature.name(),
                        new Broker.FeatureRange(feature.minSupportedVersion(), feature.maxSupportedVersion())));
        RegisterBroker wish = new RegisterBroker(
                request.brokerId(),
                request.incarnationId(),
                request.previousBrokerEpoch(),
                request.listeners().stream()
                        .map(listener -> new Broker.Endpoint(
                                listener.name(), listener.host(), listener.port(), listener.securityProtocol()))
                        .toList(),
                request.rack(),
                request.logDirs(),
                features);
        metadata.submit(wish, call.loop(), answer -> {
            switch (answer) {
                case Answer.Granted<Broker>(Broker broker) ->
                    call.answer(BrokerRegistrationResponse.builder()
                            .brokerEpoch(broker.epoch())
                            .build());
                case Answer.Refused<Broker>(var refusal) -> {
                    if (refusal.error() != ErrorCode.NOT_CONTROLLER) {
                        log.info(
                                "A broker could not be registered broker={} why={}",
                                request.brokerId(),
                                refusal.message());
                    }
                    call.answer(refusal(refusal.error()));
                }
            }
        });
    }

    private static BrokerRegistrationResponse refusal(ErrorCode error) {
        return BrokerRegistrationResponse.builder()
                .errorCode(error.code())
                .brokerEpoch(-1)
                .build();
    }
}
