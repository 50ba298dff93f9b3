package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a leader says to a follower, which is the test: node 2, on whose machine there is no broker. */
final class ReplicaSessionTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int WAIT_MS = 500;

    private final Simulation simulation = new Simulation(3);
    private final ReplicaWorld world = new ReplicaWorld(simulation, 2, 4);
    private final Loop loop = world.node(2).host().loops().getFirst();
    private @Nullable Peer peer;

    ReplicaSessionTest() {
        world.node(1).start();
        simulation.runUntil("open", world.node(1)::isReady, LIMIT);
        connect();
    }

    private void connect() {
        loop.execute(() -> peer = Peer.open(
                world.node(2).host().network(),
                loop,
                ReplicaWorld.address(1),
                new PeerSettings("node2", "test", "1", Duration.ofSeconds(5), Duration.ofSeconds(5), 5, 100 << 20),
                new PeerListener() {
                    @Override
                    public void opened() {}

                    @Override
                    public void closed(PeerFault fault) {}
                }));
    }

    @Test
    void aFullRequestIsAnsweredForAllPartitionsItNames() {
        FetchResponse answer = ask(request(0, 0).topics(topic(at(0, 0), at(2, 0))));

        assertThat(answer.sessionId()).isPositive();
        assertThat(partitions(answer)).extracting(PartitionData::partitionIndex).containsExactlyInAnyOrder(0, 2);
        assertThat(partitions(answer))
                .allSatisfy(each -> assertThat(each.errorCode()).isZero());
    }

    @Test
    void recordsEndTheWaitOfARequestThatNamesNothing() {
        int session = begin(at(0, 0), at(2, 0));
        Outcome waiting = send(request(session, 1));
        simulation.runFor(Duration.ofMillis(100));
        assertThat(waiting.answer).isNull();

        world.node(1).append(2, "record");
        simulation.runFor(Duration.ofMillis(100));

        assertThat(partitions(waiting.answer())).singleElement().satisfies(each -> {
            assertThat(each.partitionIndex()).isEqualTo(2);
            assertThat(FetchedTopics.size(each)).isPositive();
        });
    }

    @Test
    void whatWasSentIsNotSentAgainBeforeThePartitionIsNamedAgain() {
        int session = begin(at(0, 0));
        world.node(1).append(0, "record");
        assertThat(partitions(ask(request(session, 1)))).hasSize(1);

        assertThat(partitions(ask(request(session, 2)))).isEmpty();

        assertThat(partitions(ask(request(session, 3).topics(topic(at(0, 0))))))
                .singleElement()
                .satisfies(each -> assertThat(FetchedTopics.size(each)).isPositive());
    }

    @Test
    void aRequestThatFindsNothingIsAnsweredWhenItsTimeIsOver() {
        int session = begin(at(0, 0));
        Outcome waiting = send(request(session, 1));

        simulation.runFor(Duration.ofMillis(WAIT_MS - 50));
        assertThat(waiting.answer).isNull();
        simulation.runFor(Duration.ofMillis(100));

        assertThat(partitions(waiting.answer())).isEmpty();
    }

    @Test
    void aFurtherRequestEndsTheWaitOfTheOneBefore() {
        int session = begin(at(0, 0));
        Outcome waiting = send(request(session, 1));
        simulation.runFor(Duration.ofMillis(50));

        Outcome further = send(request(session, 2).topics(topic(at(2, 0))));
        simulation.runFor(Duration.ofMillis(50));

        assertThat(partitions(waiting.answer())).isEmpty();
        assertThat(further.answer).as("the further one waits in its place").isNull();
        world.node(1).append(2, "record");
        simulation.runFor(Duration.ofMillis(50));
        assertThat(partitions(further.answer())).hasSize(1);
    }

    @Test
    void whatIsForgottenIsNotAnsweredAnyMore() {
        int session = begin(at(0, 0), at(2, 0));
        Outcome waiting = send(request(session, 1)
                .forgottenTopicsData(List.of(FetchRequest.ForgottenTopic.builder()
                        .topicId(ReplicaWorld.TOPIC_ID)
                        .partitions(List.of(0))
                        .build())));
        simulation.runFor(Duration.ofMillis(50));

        world.node(1).append(0, "record");
        simulation.runFor(Duration.ofMillis(200));

        assertThat(waiting.answer).isNull();
    }

    @Test
    void fewerBytesThanAskedForAreGatheredUntilTheTimeIsOver() {
        int session = begin(at(0, 0));
        Outcome waiting = send(request(session, 1).minBytes(100_000));
        world.node(1).append(0, "one");
        simulation.runFor(Duration.ofMillis(50));
        world.node(1).append(0, "two");
        simulation.runFor(Duration.ofMillis(200));
        assertThat(waiting.answer).isNull();

        world.node(1).append(0, "x".repeat(100_000));
        simulation.runFor(Duration.ofMillis(100));

        assertThat(partitions(waiting.answer()))
                .singleElement()
                .satisfies(each -> assertThat(FetchedTopics.size(each)).isGreaterThan(100_000));
    }

    @Test
    void onlySoMuchIsSentAtATimeAndTheRestComesNext() {
        int session = begin(at(0, 0), at(2, 0));
        world.node(1).append(0, "x".repeat(10_000));
        world.node(1).append(2, "x".repeat(10_000));
        simulation.runFor(Duration.ofSeconds(1));

        List<PartitionData> first = partitions(ask(request(session, 1).maxBytes(12_000)));
        List<PartitionData> second = partitions(ask(request(session, 2).maxBytes(12_000)));

        assertThat(first.stream().filter(each -> FetchedTopics.size(each) > 0)).hasSize(1);
        assertThat(second.stream().filter(each -> FetchedTopics.size(each) > 0)).hasSize(1);
    }

    @Test
    void aSessionEndsWithItsConnection() {
        int session = begin(at(0, 0));
        loop.execute(() -> peer().close());
        connect();

        assertThat(ask(request(session, 1)).errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void anEpochThatDoesNotFollowIsRefused() {
        int session = begin(at(0, 0));

        assertThat(ask(request(session, 5)).errorCode()).isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH.code());
    }

    @Test
    void errorsAreAnsweredAtOnceAndOnce() {
        int session = begin(at(0, 0));
        FetchRequest.FetchTopic unknown = FetchRequest.FetchTopic.builder()
                .topicId(new Uuid(7, 7))
                .partitions(List.of(at(0, 0)))
                .build();

        FetchResponse answer = ask(request(session, 1)
                .topics(List.of(
                        unknown,
                        FetchRequest.FetchTopic.builder()
                                .topicId(ReplicaWorld.TOPIC_ID)
                                .partitions(List.of(at(99, 0), at(1, 0), at(2, 1000)))
                                .build())));

        assertThat(partitions(answer))
                .extracting(each -> ErrorCode.forCode(each.errorCode()))
                .containsExactlyInAnyOrder(
                        ErrorCode.UNKNOWN_TOPIC_ID,
                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                        ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(partitions(ask(request(session, 2)))).isEmpty();
    }

    @Test
    void whoeverFollowsFromTooEarlyIsToldWhereTheLogStarts() {
        FetchResponse answer = ask(request(0, 0).topics(topic(at(0, 1000))));

        assertThat(partitions(answer)).singleElement().satisfies(each -> {
            assertThat(ErrorCode.forCode(each.errorCode())).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(each.logStartOffset()).isZero();
        });
    }

    @Test
    void whoeverIsNoReplicaIsRefused() {
        FetchResponse answer = ask(request(0, 0)
                .replicaState(FetchRequest.ReplicaState.builder()
                        .replicaId(9)
                        .replicaEpoch(9)
                        .build())
                .topics(topic(at(0, 0))));

        assertThat(partitions(answer))
                .singleElement()
                .satisfies(each -> assertThat(ErrorCode.forCode(each.errorCode()))
                        .isIn(ErrorCode.UNKNOWN_LEADER_EPOCH, ErrorCode.NOT_LEADER_OR_FOLLOWER));
    }

    @Test
    void aFollowerOfAnOlderTermIsFenced() {
        world.elect(0, 1);
        simulation.runFor(Duration.ofSeconds(1));

        FetchResponse answer = ask(request(0, 0).topics(topic(at(0, 0))));

        assertThat(partitions(answer))
                .singleElement()
                .satisfies(each ->
                        assertThat(ErrorCode.forCode(each.errorCode())).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH));
    }

    @Test
    void followersOfAllVersionsAreAnswered() {
        world.node(1).append(0, "record");
        simulation.runFor(Duration.ofSeconds(1));
        for (int version = 4; version <= 18; version++) {
            FetchRequest.Builder request = FetchRequest.builder()
                    .maxWaitMs(WAIT_MS)
                    .minBytes(1)
                    .topics(List.of(FetchRequest.FetchTopic.builder()
                            .topic(version < 13 ? ReplicaWorld.TOPIC : "")
                            .topicId(version < 13 ? Uuid.ZERO : ReplicaWorld.TOPIC_ID)
                            .partitions(List.of(FetchRequest.FetchPartition.builder()
                                    .partition(0)
                                    .currentLeaderEpoch(version < 9 ? -1 : 0)
                                    .partitionMaxBytes(1 << 20)
                                    .build()))
                            .build()));
            if (version < 15) {
                request.replicaId(2);
            } else {
                request.replicaState(FetchRequest.ReplicaState.builder()
                        .replicaId(2)
                        .replicaEpoch(2)
                        .build());
            }
            Outcome outcome = send(request.build(), version);
            simulation.runUntil("v" + version + " is answered", () -> outcome.answer != null, LIMIT);
            PartitionData answer = partitions(outcome.answer()).getFirst();
            if (version < 9) {
                // It cannot say in which term it believes, so nobody knows what its offset means.
                assertThat(ErrorCode.forCode(answer.errorCode())).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            } else {
                assertThat(FetchedTopics.size(answer)).as("v" + version).isPositive();
            }
        }
    }

    private int begin(FetchRequest.FetchPartition... partitions) {
        return ask(request(0, 0).topics(topic(partitions))).sessionId();
    }

    private static FetchRequest.Builder request(int session, int epoch) {
        return FetchRequest.builder()
                .replicaState(FetchRequest.ReplicaState.builder()
                        .replicaId(2)
                        .replicaEpoch(2)
                        .build())
                .maxWaitMs(WAIT_MS)
                .minBytes(1)
                .sessionId(session)
                .sessionEpoch(epoch);
    }

    private static List<FetchRequest.FetchTopic> topic(FetchRequest.FetchPartition... partitions) {
        return List.of(FetchRequest.FetchTopic.builder()
                .topicId(ReplicaWorld.TOPIC_ID)
                .partitions(List.of(partitions))
                .build());
    }

    private static FetchRequest.FetchPartition at(int partition, long offset) {
        return FetchRequest.FetchPartition.builder()
                .partition(partition)
                .currentLeaderEpoch(0)
                .fetchOffset(offset)
                .partitionMaxBytes(1 << 20)
                .build();
    }

    private static List<PartitionData> partitions(FetchResponse answer) {
        List<PartitionData> all = new ArrayList<>();
        answer.responses().forEach(topic -> all.addAll(topic.partitions()));
        return all;
    }

    private FetchResponse ask(FetchRequest.Builder request) {
        Outcome outcome = send(request);
        simulation.runUntil("answered", () -> outcome.answer != null, LIMIT);
        return outcome.answer();
    }

    private Outcome send(FetchRequest.Builder request) {
        return send(request.build(), 18);
    }

    private Outcome send(FetchRequest request, int version) {
        Outcome outcome = new Outcome();
        loop.execute(() -> peer().send(
                        Call.of(request, FetchResponse::read).from(version).upTo(version),
                        Duration.ofSeconds(30),
                        outcome));
        return outcome;
    }

    private Peer peer() {
        Peer open = peer;
        if (open == null) {
            throw new IllegalStateException("not connected");
        }
        return open;
    }

    private static final class Outcome implements Reply<FetchResponse> {
        private @Nullable FetchResponse answer;

        @Override
        public void answered(Answer<FetchResponse> came) {
            answer = came.response();
        }

        @Override
        public void failed(PeerFault fault) {
            throw new IllegalStateException(fault.message());
        }

        FetchResponse answer() {
            FetchResponse present = answer;
            if (present == null) {
                throw new AssertionError("not answered");
            }
            return present;
        }
    }
}
