package dev.barnabas.metadata;

import dev.barnabas.metadata.record.BrokerRegisteredRecord;
import dev.barnabas.metadata.record.BrokerStateChangedRecord;
import java.util.TreeMap;

/** The stored form of brokers. */
final class BrokerCodec {

    private BrokerCodec() {}

    static BrokerRegisteredRecord encode(Broker broker) {
        return new BrokerRegisteredRecord(
                broker.id(),
                broker.epoch(),
                broker.incarnation(),
                broker.rack(),
                broker.endpoints().stream()
                        .map(endpoint -> new BrokerRegisteredRecord.EndpointOfBroker(
                                endpoint.listener(), endpoint.host(), endpoint.port(), endpoint.securityProtocol()))
                        .toList(),
                broker.directories(),
                broker.features().entrySet().stream()
                        .map(feature -> new BrokerRegisteredRecord.FeatureOfBroker(
                                feature.getKey(),
                                feature.getValue().lowest(),
                                feature.getValue().highest()))
                        .toList(),
                broker.fenced(),
                broker.shuttingDown(),
                broker.fullDirectories());
    }

    static Change decode(BrokerRegisteredRecord stored) {
        TreeMap<String, Broker.FeatureRange> features = new TreeMap<>();
        stored.features()
                .forEach(feature ->
                        features.put(feature.name(), new Broker.FeatureRange(feature.lowest(), feature.highest())));
        return new Change.BrokerRegistered(new Broker(
                stored.brokerId(),
                stored.brokerEpoch(),
                stored.incarnationId(),
                stored.endpoints().stream()
                        .map(endpoint -> new Broker.Endpoint(
                                endpoint.listener(), endpoint.host(), endpoint.port(), endpoint.securityProtocol()))
                        .toList(),
                stored.rack(),
                stored.directories(),
                features,
                stored.fenced(),
                stored.shuttingDown(),
                stored.fullDirectories()));
    }

    static BrokerStateChangedRecord encode(Change.BrokerStateChanged changed) {
        return new BrokerStateChangedRecord(
                changed.id(),
                changed.epoch(),
                changed.fenced(),
                changed.shuttingDown(),
                changed.directories(),
                changed.fullDirectories());
    }

    static Change decode(BrokerStateChangedRecord stored) {
        return new Change.BrokerStateChanged(
                stored.brokerId(),
                stored.brokerEpoch(),
                stored.fenced(),
                stored.shuttingDown(),
                stored.directories(),
                stored.fullDirectories());
    }
}
