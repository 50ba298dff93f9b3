package dev.barnabas.broker;

import dev.barnabas.metadata.Resource;
import java.util.List;

/** Kafka's numbers of the kinds of resources that have settings. */
final class ConfigTypes {

    static final byte TOPIC = Resource.Type.TOPIC.code();
    static final byte BROKER = Resource.Type.BROKER.code();
    /** The levels of a broker's loggers, which are not in the metadata. */
    static final byte BROKER_LOGGER = 8;

    static final byte CLIENT_METRICS = Resource.Type.CLIENT_METRICS.code();
    static final byte GROUP = Resource.Type.GROUP.code();

    static final List<Byte> ALL = List.of(TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP);

    private ConfigTypes() {}
}
