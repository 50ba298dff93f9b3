package dev.barnabas.client;

import dev.barnabas.client.FetchSession.Wanted;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchRequest.FetchPartition;
import dev.barnabas.protocol.message.FetchRequest.FetchTopic;
import dev.barnabas.protocol.message.FetchRequest.ForgottenTopic;
import dev.barnabas.protocol.message.FetchResponse;
import org.jspecify.annotations.Nullable;

/** How a step of a fetch session is said, in each version. */
final class FetchRequests {

    /** The last version that names topics; those after it have ids. */
    static final int LAST_WITH_NAMES = 12;

    /** From this version on the broker notices that our past is not its past (KIP-320, KIP-595). */
    private static final int DETECTS_DIVERGENCE = 12;

    private FetchRequests() {}

    /** @param rack where the consumer is, or null */
    static Call<FetchResponse> call(
            FetchSession.Step step, ConsumerSettings settings, @Nullable String rack, int maxBytes) {
        Call<FetchResponse> call = Call.of(
                        ApiKey.FETCH, version -> request(step, settings, rack, maxBytes, version), FetchResponse::read)
                .readInPlace();
        boolean allHaveIds = step.all().values().stream()
                        .noneMatch(wanted -> wanted.topicId().equals(Uuid.ZERO))
                && step.forget().values().stream().noneMatch(id -> id.equals(Uuid.ZERO));
        return allHaveIds ? call : call.upTo(LAST_WITH_NAMES);
    }

    private static FetchRequest request(
            FetchSession.Step step, ConsumerSettings settings, @Nullable String rack, int maxBytes, int version) {
        return FetchRequest.builder()
                .replicaId(-1)
                .maxWaitMs((int) settings.fetch().maxWait().toMillis())
                .minBytes(settings.fetch().minBytes())
                .maxBytes(maxBytes)
                .isolationLevel(settings.isolation().code())
                .sessionId(step.sessionId())
                .sessionEpoch(step.epoch())
                .topics(ByTopic.map(
                        step.send().keySet(),
                        (topic, some) -> new FetchTopic(
                                topic,
                                topicId(step, some.getFirst()),
                                some.stream()
                                        .map(id -> partition(id, step.send().get(id), version))
                                        .toList())))
                .forgottenTopicsData(ByTopic.map(
                        step.forget().keySet(),
                        (topic, some) -> new ForgottenTopic(
                                topic,
                                step.forget().getOrDefault(some.getFirst(), Uuid.ZERO),
                                OffsetQuestions.indexes(some))))
                .rackId(rack == null ? "" : rack)
                .build();
    }

    private static Uuid topicId(FetchSession.Step step, TopicPartition id) {
        Wanted wanted = step.all().get(id);
        return wanted == null ? Uuid.ZERO : wanted.topicId();
    }

    private static FetchPartition partition(TopicPartition id, @Nullable Wanted wanted, int version) {
        FetchPartition.Builder partition = FetchPartition.builder().partition(id.partition());
        if (wanted != null) {
            partition
                    .currentLeaderEpoch(wanted.leaderEpoch())
                    .fetchOffset(wanted.offset())
                    .lastFetchedEpoch(version >= DETECTS_DIVERGENCE ? wanted.lastFetchedEpoch() : Offsets.UNKNOWN)
                    .partitionMaxBytes(wanted.maxBytes());
        }
        return partition.build();
    }
}
