package dev.barnabas.broker;

import dev.barnabas.broker.ReplicaFetchers.Place;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.replication.FetchPosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A follower's fetch request in the making. */
final class FollowerRequest {

    private final FollowerSession.Step step;
    private final FetcherSettings settings;
    private final Map<Uuid, List<FetchRequest.FetchPartition>> named = new LinkedHashMap<>();
    private final Map<Uuid, List<Integer>> forgotten = new LinkedHashMap<>();

    FollowerRequest(FollowerSession.Step step, FetcherSettings settings) {
        this.step = step;
        this.settings = settings;
    }

    void name(Place place, FetchPosition position) {
        named.computeIfAbsent(place.topicId(), absent -> new ArrayList<>())
                .add(FetchRequest.FetchPartition.builder()
                        .partition(place.partition())
                        .currentLeaderEpoch(position.leaderEpoch())
                        .fetchOffset(position.offset())
                        .lastFetchedEpoch(position.lastFetchedEpoch())
                        .logStartOffset(position.logStartOffset())
                        .highWatermark(position.highWatermark())
                        .partitionMaxBytes(settings.partitionMaxBytes())
                        .build());
    }

    void forget(Place place) {
        forgotten.computeIfAbsent(place.topicId(), absent -> new ArrayList<>()).add(place.partition());
    }

    FetchRequest build(ReplicaFetchers.Self self) {
        List<FetchRequest.FetchTopic> topics = new ArrayList<>(named.size());
        named.forEach((topicId, partitions) -> topics.add(FetchRequest.FetchTopic.builder()
                .topicId(topicId)
                .partitions(partitions)
                .build()));
        List<FetchRequest.ForgottenTopic> forgottenTopics = new ArrayList<>(forgotten.size());
        forgotten.forEach((topicId, partitions) -> forgottenTopics.add(FetchRequest.ForgottenTopic.builder()
                .topicId(topicId)
                .partitions(partitions)
                .build()));
        return FetchRequest.builder()
                .clusterId(self.clusterId())
                .replicaState(FetchRequest.ReplicaState.builder()
                        .replicaId(self.nodeId())
                        .replicaEpoch(self.brokerEpoch())
                        .build())
                .maxWaitMs((int) settings.maxWait().toMillis())
                .minBytes(settings.minBytes())
                .maxBytes(settings.responseMaxBytes())
                .sessionId(step.id())
                .sessionEpoch(step.epoch())
                .topics(topics)
                .forgottenTopicsData(forgottenTopics)
                .build();
    }
}
