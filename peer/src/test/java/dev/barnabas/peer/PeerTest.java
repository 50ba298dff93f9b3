package dev.barnabas.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import dev.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PeerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Simulation simulation = new Simulation(1);
    private final SimulatedHost near = simulation.addHost("near", 1);
    private final SimulatedHost far = simulation.addHost("far", 1);
    private final Loop loop = near.loops().getFirst();
    private final ScriptedServer server = ScriptedServer.on(far);
    private final Events events = new Events();
    private @Nullable Peer peer;

    /** Everything that is told, in order. */
    private static final class Events implements PeerListener {
        final List<String> told = new ArrayList<>();
        final List<PeerFault> faults = new ArrayList<>();

        @Override
        public void opened() {
            told.add("opened");
        }

        @Override
        public void closed(PeerFault fault) {
            told.add("closed");
            faults.add(fault);
        }
    }

    /** Writes down what comes of a call. */
    private final class Told<R extends Response> implements Reply<R> {
        final String name;

        @Nullable
        Answer<R> answer;

        @Nullable
        PeerFault fault;

        Told(String name) {
            this.name = name;
        }

        @Override
        public void answered(Answer<R> answered) {
            events.told.add(name);
            answer = answered;
        }

        @Override
        public void failed(PeerFault failed) {
            events.told.add(name + " failed");
            fault = failed;
        }
    }

    @Test
    void asksInTheHighestVersionThatBothSidesKnow() {
        server.highest.put(ApiKey.HEARTBEAT, 2);
        open();
        Told<HeartbeatResponse> heartbeat = send(heartbeat(), "heartbeat");
        until(() -> server.asked.size() == 1);

        assertThat(server.asked.getFirst().version()).isEqualTo(2);
        assertThat(server.asked.getFirst().clientId()).isEqualTo("test");
        server.answer(
                server.asked.getFirst(),
                HeartbeatResponse.builder().errorCode((short) 7).build());
        until(() -> heartbeat.answer != null);
        assertThat(heartbeat.answer)
                .isEqualTo(new Answer<>(
                        HeartbeatResponse.builder().errorCode((short) 7).build(), 2));
    }

    @Test
    void introducesItself() {
        open();
        until(() -> peer().isOpen());

        ApiVersionsRequest request =
                (ApiVersionsRequest) server.negotiations.getFirst().request();
        assertThat(request.clientSoftwareName()).isEqualTo("barnabas");
        assertThat(server.negotiations.getFirst().version()).isEqualTo(ApiKey.API_VERSIONS.highestStableVersion());
    }

    @Test
    void aSideThatDoesNotKnowOurApiVersionsIsAskedAgainInItsOwn() {
        server.highest.put(ApiKey.API_VERSIONS, 2);
        open();
        until(() -> peer().isOpen());

        assertThat(server.negotiations)
                .extracting(ScriptedServer.Asked::version)
                .containsExactly(5, 2);
    }

    @Test
    void aSideThatDoesNotSayWhatItKnowsIsAskedAgainInVersionZero() {
        server.highest.put(ApiKey.API_VERSIONS, 1);
        server.listsNothingWhenUnsupported = true;
        open();
        until(() -> peer().isOpen());

        assertThat(server.negotiations)
                .extracting(ScriptedServer.Asked::version)
                .containsExactly(5, 0);
    }

    @Test
    void aCallThatTheOtherSideCannotUnderstandFailsAndOthersGoOn() {
        server.highest.put(ApiKey.METADATA, 3);
        open();
        Told<MetadataResponse> tooNew = send(metadata().from(8), "too new");
        Told<HeartbeatResponse> heartbeat = send(heartbeat(), "heartbeat");
        until(() -> server.asked.size() == 1 && tooNew.fault != null);
        server.answer(server.asked.getFirst(), HeartbeatResponse.builder().build());
        until(() -> heartbeat.answer != null);

        assertThat(tooNew.fault).isInstanceOf(PeerFault.Unsupported.class);
        assertThat(tooNew.fault.message()).contains("Metadata versions 8 to 13").contains("0 to 3");
        assertThat(peer().isOpen()).isTrue();
    }

    @Test
    void callsWaitForTheNegotiationAndLeaveInTheirOrder() {
        open();
        send(heartbeat(), "one");
        send(metadata(), "two");
        send(heartbeat(), "three");
        until(() -> server.asked.size() == 3);

        assertThat(server.asked)
                .extracting(ScriptedServer.Asked::api)
                .containsExactly(ApiKey.HEARTBEAT, ApiKey.METADATA, ApiKey.HEARTBEAT);
        server.asked.forEach(request -> server.answer(
                request,
                request.api() == ApiKey.METADATA
                        ? MetadataResponse.builder().build()
                        : HeartbeatResponse.builder().build()));
        until(() -> events.told.size() == 4);
        assertThat(events.told).containsExactly("opened", "one", "two", "three");
    }

    @Test
    void noMoreThanTheLimitAreInFlight() {
        open(settings(2, TIMEOUT));
        for (int i = 0; i < 5; i++) {
            send(heartbeat(), "call " + i);
        }
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(server.asked).hasSize(2);
        assertThat(peer().pending()).isEqualTo(5);

        server.answer(server.asked.getFirst(), HeartbeatResponse.builder().build());
        until(() -> server.asked.size() == 3);
    }

    @Test
    void anAnswerThatDoesNotComeInTimeClosesTheConnection() {
        open();
        Told<HeartbeatResponse> first = send(heartbeat(), "first");
        Told<HeartbeatResponse> second = send(heartbeat(), "second");
        until(() -> first.fault != null && second.fault != null);

        assertThat(first.fault).isInstanceOf(PeerFault.TimedOut.class);
        assertThat(first.fault.message()).contains("Heartbeat").contains("far:9092");
        assertThat(simulation.now()).isBetween(TIMEOUT, TIMEOUT.plusMillis(100));
        assertThat(events.told).containsExactly("opened", "closed", "first failed", "second failed");
        until(() -> !server.closed.isEmpty());
    }

    @Test
    void aCallThatCouldNotBeSentInTimeFailsAloneAndTheConnectionStays() {
        open(settings(1, TIMEOUT));
        Told<HeartbeatResponse> slow = send(heartbeat(), Duration.ofMinutes(1), "slow");
        Told<HeartbeatResponse> behind = send(heartbeat(), TIMEOUT, "behind");
        until(() -> behind.fault != null);

        assertThat(behind.fault).isInstanceOf(PeerFault.TimedOut.class);
        assertThat(peer().isOpen()).isTrue();
        server.answer(server.asked.getFirst(), HeartbeatResponse.builder().build());
        until(() -> slow.answer != null);
    }

    @Test
    void aSideThatDoesNotNegotiateIsGivenUp() {
        server.negotiates = false;
        open();
        Told<HeartbeatResponse> call = send(heartbeat(), Duration.ofMinutes(5), "call");
        until(() -> call.fault != null);

        assertThat(call.fault).isInstanceOf(PeerFault.TimedOut.class);
        assertThat(call.fault.message()).contains("ApiVersions");
    }

    @Test
    void aWrongCorrelationIdIsAViolation() {
        open();
        Told<HeartbeatResponse> call = send(heartbeat(), "call");
        until(() -> server.asked.size() == 1);
        server.answer(99, 1, HeartbeatResponse.builder().build(), 4);
        until(() -> call.fault != null);

        assertThat(call.fault).isInstanceOf(PeerFault.Violation.class);
        assertThat(call.fault.message())
                .contains("far:9092")
                .contains("correlation id 99")
                .contains("Heartbeat v4");
        until(() -> !server.closed.isEmpty());
    }

    @Test
    void garbageIsAViolationThatNamesTheField() {
        open();
        Told<MetadataResponse> call = send(metadata(), "call");
        until(() -> server.asked.size() == 1);
        ByteBuffer garbage = ByteBuffer.allocate(40);
        while (garbage.hasRemaining()) {
            garbage.put((byte) 0xff);
        }
        server.send(garbage.putInt(0, server.asked.getFirst().correlationId())
                .put(4, (byte) 0)
                .flip());
        until(() -> call.fault != null);

        assertThat(call.fault).isInstanceOf(PeerFault.Violation.class);
        assertThat(call.fault.message()).contains("malformed response to Metadata");
    }

    @Test
    void bytesBehindTheResponseAreAViolation() {
        open();
        Told<HeartbeatResponse> call = send(heartbeat(), "call");
        until(() -> server.asked.size() == 1);
        server.send(ByteBuffer.allocate(50).putInt(0, server.asked.getFirst().correlationId()));
        until(() -> call.fault != null);

        assertThat(call.fault).isInstanceOf(PeerFault.Violation.class);
        assertThat(call.fault.message()).contains("too many");
    }

    @Test
    void aResponseThatNobodyAskedForIsAViolation() {
        open();
        until(() -> peer().isOpen());
        server.send(ByteBuffer.allocate(10));
        until(() -> !events.faults.isEmpty());

        assertThat(events.faults.getFirst().message()).contains("nobody asked for");
    }

    @Test
    void theEndOfTheConnectionFailsEverythingOnce() {
        open(settings(1, TIMEOUT));
        Told<HeartbeatResponse> sent = send(heartbeat(), "sent");
        Told<HeartbeatResponse> waiting = send(heartbeat(), "waiting");
        until(() -> server.asked.size() == 1);
        far.loops().getFirst().execute(() -> server.connection().close());
        until(() -> waiting.fault != null);

        assertThat(sent.fault).isInstanceOf(PeerFault.Disconnected.class);
        assertThat(events.told).containsExactly("opened", "closed", "sent failed", "waiting failed");
        Told<HeartbeatResponse> late = send(heartbeat(), "late");
        until(() -> late.fault != null);
        simulation.runFor(Duration.ofMinutes(1));
        assertThat(events.told).hasSize(5);
    }

    @Test
    void nobodyThereIsUnreachable() {
        far.crash();
        open();
        Told<HeartbeatResponse> call = send(heartbeat(), "call");
        until(() -> call.fault != null);

        assertThat(call.fault).isInstanceOf(PeerFault.Unreachable.class);
    }

    @Test
    void aPeerThatIsClosedWhileItConnectsClosesWhatItThenGets() {
        open();
        loop.execute(() -> peer().close());
        until(() -> !events.faults.isEmpty());
        simulation.runFor(Duration.ofSeconds(10));

        assertThat(events.told).containsExactly("closed");
        assertThat(events.faults.getFirst()).isInstanceOf(PeerFault.Closed.class);
        assertThat(near.unreleasedFrames()).isZero();
    }

    @Test
    void aPostedRequestIsReportedWhenItIsSentAndRecordsTravelInPlace() {
        open();
        ByteBuffer records = ByteBuffer.wrap(new byte[] {1, 2, 3});
        ProduceRequest request = ProduceRequest.builder()
                .acks((short) 0)
                .topicData(List.of(new TopicProduceData(
                        "t",
                        new dev.barnabas.protocol.Uuid(1, 1),
                        List.of(new PartitionProduceData(0, new MemoryRecords(records))))))
                .build();
        loop.execute(() -> peer().post(Call.of(request, ProduceResponse::read), () -> events.told.add("sent")));
        until(() -> server.asked.size() == 1 && events.told.contains("sent"));

        ProduceRequest received = (ProduceRequest) server.asked.getFirst().request();
        assertThat(received.topicData().getFirst().partitionData().getFirst().records())
                .isEqualTo(new MemoryRecords(records));
    }

    @Test
    void aResponseMayBeKeptUnlessItIsReadInPlace() {
        open();
        Told<HeartbeatResponse> call = send(heartbeat().readInPlace(), "in place");
        until(() -> server.asked.size() == 1);
        server.answer(
                server.asked.getFirst(),
                HeartbeatResponse.builder().errorCode((short) 3).build());
        until(() -> call.answer != null);

        assertThat(near.unreleasedFrames()).isZero();
    }

    private void open() {
        open(settings(100, TIMEOUT));
    }

    private void open(PeerSettings settings) {
        loop.execute(() -> peer =
                Peer.open(near.network(), loop, new Endpoint(far.name(), ScriptedServer.PORT), settings, events));
        until(() -> peer != null);
    }

    private Peer peer() {
        if (peer == null) {
            throw new AssertionError("not opened");
        }
        return peer;
    }

    private static PeerSettings settings(int maxInFlight, Duration negotiation) {
        return new PeerSettings("test", "barnabas", "1.0", TIMEOUT, negotiation, maxInFlight, 1 << 20);
    }

    private static Call<HeartbeatResponse> heartbeat() {
        return Call.of(HeartbeatRequest.builder().groupId("g").memberId("m").build(), HeartbeatResponse::read);
    }

    private static Call<MetadataResponse> metadata() {
        return Call.of(MetadataRequest.builder().topics(List.of()).build(), MetadataResponse::read);
    }

    private <R extends Response> Told<R> send(Call<R> call, String name) {
        return send(call, TIMEOUT, name);
    }

    private <R extends Response> Told<R> send(Call<R> call, Duration timeout, String name) {
        Told<R> told = new Told<>(name);
        loop.execute(() -> peer().send(call, timeout, told));
        return told;
    }

    private void until(BooleanSupplier condition) {
        simulation.runUntil("what the test waits for", condition, Duration.ofMinutes(10));
    }
}
