package dev.barnabas.broker;

import dev.barnabas.broker.ShareStateRequests.Question;
import dev.barnabas.groups.SharePlace;
import dev.barnabas.groups.ShareStates.Summary;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteShareGroupStateRequest;
import dev.barnabas.protocol.message.DeleteShareGroupStateResponse;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateResponse;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryResponse;
import dev.barnabas.share.ShareCoordinator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** What {@link ShareStateRequests} asks, in messages. */
final class ShareStateQuestions {

    private static final int CONSUMER = -1;
    private static final long UNKNOWN = -1;

    private ShareStateQuestions() {}

    static Question<InitializeShareGroupStateRequest, InitializeShareGroupStateResponse, ErrorCode> initialize(
            String groupId, int stateEpoch, NavigableMap<SharePlace, Long> starts, ShareCoordinator here) {
        return new Question<>(
                places -> new InitializeShareGroupStateRequest(
                        groupId,
                        byTopic(
                                places,
                                place -> new InitializeShareGroupStateRequest.PartitionData(
                                        place.partition(), stateEpoch, starts.getOrDefault(place, UNKNOWN)),
                                InitializeShareGroupStateRequest.InitializeStateData::new)),
                request -> Call.of(request, InitializeShareGroupStateResponse::read),
                here::initialize,
                response -> {
                    NavigableMap<SharePlace, ErrorCode> answers = new TreeMap<>();
                    response.results()
                            .forEach(topic -> topic.partitions()
                                    .forEach(partition -> answers.put(
                                            new SharePlace(topic.topicId(), partition.partition()),
                                            ErrorCode.forCode(partition.errorCode()))));
                    return answers;
                },
                Function.identity());
    }

    static Question<DeleteShareGroupStateRequest, DeleteShareGroupStateResponse, ErrorCode> delete(
            String groupId, ShareCoordinator here) {
        return new Question<>(
                places -> new DeleteShareGroupStateRequest(
                        groupId,
                        byTopic(
                                places,
                                place -> new DeleteShareGroupStateRequest.PartitionData(place.partition()),
                                DeleteShareGroupStateRequest.DeleteStateData::new)),
                request -> Call.of(request, DeleteShareGroupStateResponse::read),
                here::delete,
                response -> {
                    NavigableMap<SharePlace, ErrorCode> answers = new TreeMap<>();
                    response.results()
                            .forEach(topic -> topic.partitions()
                                    .forEach(partition -> answers.put(
                                            new SharePlace(topic.topicId(), partition.partition()),
                                            ErrorCode.forCode(partition.errorCode()))));
                    return answers;
                },
                Function.identity());
    }

    static Question<ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse, Summary> summarize(
            String groupId, ShareCoordinator here) {
        return new Question<>(
                places -> new ReadShareGroupStateSummaryRequest(
                        groupId,
                        byTopic(
                                places,
                                place -> new ReadShareGroupStateSummaryRequest.PartitionData(
                                        place.partition(), CONSUMER),
                                ReadShareGroupStateSummaryRequest.ReadStateSummaryData::new)),
                request -> Call.of(request, ReadShareGroupStateSummaryResponse::read),
                here::summarize,
                response -> {
                    NavigableMap<SharePlace, Summary> answers = new TreeMap<>();
                    response.results()
                            .forEach(topic -> topic.partitions()
                                    .forEach(partition -> answers.put(
                                            new SharePlace(topic.topicId(), partition.partition()),
                                            new Summary(
                                                    ErrorCode.forCode(partition.errorCode()),
                                                    partition.leaderEpoch(),
                                                    partition.startOffset(),
                                                    partition.deliveryCompleteCount()))));
                    return answers;
                },
                Summary::refused);
    }

    /** Of the leaders of partitions, which are others. */
    static Question<ListOffsetsRequest, ListOffsetsResponse, Long> ends(ClusterImage image) {
        return new Question<>(
                places -> ListOffsetsRequest.builder()
                        .replicaId(CONSUMER)
                        .topics(byTopic(
                                places,
                                place -> ListOffsetsRequest.ListOffsetsPartition.builder()
                                        .partitionIndex(place.partition())
                                        .timestamp(ListOffsetsHandler.LATEST)
                                        .build(),
                                (topicId, partitions) -> ListOffsetsRequest.ListOffsetsTopic.builder()
                                        .name(image.topic(topicId)
                                                .map(Topic::name)
                                                .orElse(""))
                                        .partitions(partitions)
                                        .build()))
                        .build(),
                request -> Call.of(request, ListOffsetsResponse::read),
                (_, _, _) -> {
                    throw new IllegalStateException("partitions of this node are asked themselves");
                },
                response -> {
                    NavigableMap<SharePlace, Long> ends = new TreeMap<>();
                    response.topics()
                            .forEach(topic -> image.topic(topic.name())
                                    .ifPresent(known -> topic.partitions().stream()
                                            .filter(partition -> partition.errorCode() == ErrorCode.NONE.code())
                                            .forEach(partition -> ends.put(
                                                    new SharePlace(known.id(), partition.partitionIndex()),
                                                    partition.offset()))));
                    return ends;
                },
                _ -> UNKNOWN);
    }

    /** Of partitions that this node leads. */
    static void endsHere(Node node, NavigableSet<SharePlace> places, Loop loop, Consumer<Map<SharePlace, Long>> then) {
        List<SharePlace> asked = List.copyOf(places);
        AskPartitions<Long> ask = new AskPartitions<>(node, loop);
        asked.forEach(place -> ask.question(
                place.topicId(),
                place.partition(),
                (open, answer) -> answer.accept(open == null ? UNKNOWN : open.highWatermark())));
        ask.ask(ends -> {
            NavigableMap<SharePlace, Long> known = new TreeMap<>();
            for (int i = 0; i < asked.size(); i++) {
                if (ends.get(i) != UNKNOWN) {
                    known.put(asked.get(i), ends.get(i));
                }
            }
            then.accept(known);
        });
    }

    private static <P, T> List<T> byTopic(
            NavigableSet<SharePlace> places, Function<SharePlace, P> partition, BiFunction<Uuid, List<P>, T> topic) {
        NavigableMap<Uuid, List<P>> byTopic = new TreeMap<>();
        places.forEach(place ->
                byTopic.computeIfAbsent(place.topicId(), _ -> new ArrayList<>()).add(partition.apply(place)));
        List<T> topics = new ArrayList<>();
        byTopic.forEach((topicId, partitions) -> topics.add(topic.apply(topicId, partitions)));
        return topics;
    }
}
