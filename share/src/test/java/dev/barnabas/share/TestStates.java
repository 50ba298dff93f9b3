package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.coordinator.VirtualLoop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteShareGroupStateRequest;
import dev.barnabas.protocol.message.DeleteShareGroupStateRequest.DeleteStateData;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest.InitializeStateData;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest.ReadStateData;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryRequest.ReadStateSummaryData;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryResponse;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.WriteStateData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A share coordinator with one partition in memory, on a loop whose time passes when a test says so. */
final class TestStates {
    static final Uuid TOPIC = new Uuid(1, 2);
    static final int PARTITIONS_OF_TOPIC = 4;

    private final VirtualLoop loop = new VirtualLoop();
    private final Map<Uuid, Integer> topics = new TreeMap<>(Map.of(TOPIC, PARTITIONS_OF_TOPIC));
    private final ShareCoordinator coordinator;
    private MemoryShardLog log = new MemoryShardLog(loop);

    TestStates(ShareStateSettings settings) {
        coordinator = new ShareCoordinator(settings, topicId -> topics.getOrDefault(topicId, 0), () -> 1);
        coordinator.elected(0, log);
        loop.turn();
    }

    MemoryShardLog log() {
        return log;
    }

    ShareCoordinator coordinator() {
        return coordinator;
    }

    VirtualLoop loop() {
        return loop;
    }

    ShareStateShard shard() {
        return coordinator.hosts().iterator().next().shard();
    }

    void createTopic(Uuid id) {
        topics.put(id, PARTITIONS_OF_TOPIC);
    }

    void deleteTopic(Uuid id) {
        topics.remove(id);
        coordinator.topicsDeleted(List.of(id));
        pass(Duration.ofMillis(100));
    }

    /** Nobody tells the coordinator. */
    void deleteTopicSilently(Uuid id) {
        topics.remove(id);
    }

    void pass(Duration time) {
        loop.advance(time);
        loop.turn();
    }

    /** The leader goes with all it had not committed; another one is elected. */
    void reload() {
        log = log.next(false);
        coordinator.resigned(0);
        coordinator.elected(0, log);
        loop.turn();
    }

    ErrorCode initialize(String group, int partition, int stateEpoch, long startOffset) {
        InitializeShareGroupStateRequest request = new InitializeShareGroupStateRequest(
                group,
                List.of(new InitializeStateData(
                        TOPIC,
                        List.of(new InitializeShareGroupStateRequest.PartitionData(
                                partition, stateEpoch, startOffset)))));
        return error(this.<dev.barnabas.protocol.message.InitializeShareGroupStateResponse>await(
                        then -> coordinator.initialize(request, loop, then))
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    ErrorCode write(String group, WriteShareGroupStateRequest.PartitionData partition) {
        WriteShareGroupStateRequest request =
                new WriteShareGroupStateRequest(group, List.of(new WriteStateData(TOPIC, List.of(partition))));
        return error(this.<dev.barnabas.protocol.message.WriteShareGroupStateResponse>await(
                        then -> coordinator.write(request, loop, then))
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    ReadShareGroupStateResponse.PartitionResult read(String group, int partition, int leaderEpoch) {
        ReadShareGroupStateRequest request = new ReadShareGroupStateRequest(
                group,
                List.of(new ReadStateData(
                        TOPIC, List.of(new ReadShareGroupStateRequest.PartitionData(partition, leaderEpoch)))));
        return this.<ReadShareGroupStateResponse>await(then -> coordinator.read(request, loop, then))
                .results()
                .getFirst()
                .partitions()
                .getFirst();
    }

    ReadShareGroupStateSummaryResponse.PartitionResult summary(String group, int partition) {
        ReadShareGroupStateSummaryRequest request = new ReadShareGroupStateSummaryRequest(
                group,
                List.of(new ReadStateSummaryData(
                        TOPIC, List.of(new ReadShareGroupStateSummaryRequest.PartitionData(partition, -1)))));
        return this.<ReadShareGroupStateSummaryResponse>await(then -> coordinator.summarize(request, loop, then))
                .results()
                .getFirst()
                .partitions()
                .getFirst();
    }

    ErrorCode delete(String group, int partition) {
        DeleteShareGroupStateRequest request = new DeleteShareGroupStateRequest(
                group,
                List.of(new DeleteStateData(
                        TOPIC, List.of(new DeleteShareGroupStateRequest.PartitionData(partition)))));
        return error(this.<dev.barnabas.protocol.message.DeleteShareGroupStateResponse>await(
                        then -> coordinator.delete(request, loop, then))
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    static ErrorCode error(short code) {
        return ErrorCode.forCode(code);
    }

    private <A> A await(Consumer<Consumer<A>> ask) {
        List<A> answers = new ArrayList<>();
        ask.accept(answers::add);
        loop.turn();
        assertThat(answers).as("answers").hasSize(1);
        return answers.getFirst();
    }
}
