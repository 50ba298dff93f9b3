package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterMetadata;
import java.util.List;

/** The APIs that change and describe what the cluster has agreed on. */
final class AdminApis {

    private AdminApis() {}

    static List<Api<?>> of(Node node, ClusterMetadata metadata, TopicCreation creation) {
        return List.of();
    }
}
