package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each way in which a network can fail does happen, and looks to the processes as it would with TCP. */
final class NetworkFaultTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int PORT = 9092;

    private final Simulation simulation = new Simulation(7);
    private final SimulatedHost one = simulation.addHost("one", 2);
    private final SimulatedHost two = simulation.addHost("two", 2);
    private final List<Talker> accepted = Talker.listen(two, PORT);

    @Test
    void whatIsSentDuringACutArrivesInOrderAfterIt() {
        Talker client = connected();
        simulation.network().cut(one, two);
        client.say("1", "2");
        server().say("3");
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(server().heard).isEmpty();
        assertThat(client.heard).isEmpty();

        simulation.network().heal(one, two);
        client.say("4");
        simulation.runFor(Duration.ofSeconds(2));

        assertThat(server().heard).containsExactly("1", "2", "4");
        assertThat(client.heard).containsExactly("3");
        assertThat(client.ended).isEmpty();
    }

    @Test
    void aLongCutBreaksTheConnectionForWhoHasSentSomething() {
        Talker client = connected();
        simulation.network().cut(one, two);
        client.say("1");

        simulation.runFor(Duration.ofMinutes(2));

        assertThat(client.ended).hasSize(1).first().asString().contains("timed out");
        assertThat(server().ended)
                .as("it has sent nothing, so it knows nothing")
                .isEmpty();

        simulation.network().healAll();
        server().say("are you there?");
        simulation.runFor(Duration.ofMinutes(2));
        assertThat(server().ended).hasSize(1).first().asString().contains("reset");
    }

    @Test
    void aHalfCutConnectionCarriesOneDirectionUntilItBreaks() {
        Talker client = connected();
        simulation.network().cutOneWay(one, two);
        client.say("lost");
        server().say("1", "2");

        simulation.runFor(Duration.ofSeconds(1));

        assertThat(client.heard).containsExactly("1", "2");
        assertThat(server().heard).isEmpty();
        simulation.runFor(Duration.ofMinutes(2));
        assertThat(client.ended).hasSize(1).first().asString().contains("timed out");
        assertThat(server().ended).as("what it sent was never acknowledged").hasSize(1);
        assertThat(server().heard).isEmpty();
    }

    @Test
    void anIdleConnectionDoesNotNoticeACut() {
        Talker client = connected();
        simulation.network().cut(one, two);
        simulation.runFor(Duration.ofHours(1));
        simulation.network().healAll();
        client.say("1");
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(server().heard).containsExactly("1");
    }

    @Test
    void aCrashOfAProcessIsSeenByTheOtherEnd() {
        Talker client = connected();

        two.crash();
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(client.ended).hasSize(1);
        assertThat(server().ended).as("the dead hear nothing").isEmpty();
        Talker again = Talker.connect(one, two, PORT, TIMEOUT);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(again.ended).containsExactly("failed: refused: two:9092");
    }

    @Test
    void aLossOfPowerIsNotSeenUntilSomethingIsSent() {
        Talker client = connected();
        two.powerLoss();
        simulation.runFor(Duration.ofMinutes(5));
        assertThat(client.ended).isEmpty();

        client.say("anyone there?");
        simulation.runFor(Duration.ofMinutes(1));

        assertThat(client.ended).hasSize(1).first().asString().contains("timed out");
        Talker again = Talker.connect(one, two, PORT, TIMEOUT);
        simulation.runFor(Duration.ofSeconds(10));
        assertThat(again.ended).hasSize(1).first().asString().contains("no connection");
    }

    @Test
    void aMachineThatStartedAgainResetsTheConnectionsItDoesNotKnow() {
        Talker client = connected();
        two.powerLoss();
        client.say("anyone there?");
        simulation.runFor(Duration.ofSeconds(1));
        two.restart();

        simulation.runFor(Duration.ofSeconds(2));

        assertThat(client.ended).hasSize(1).first().asString().contains("reset by two");
    }

    @Test
    void connectingFailsWhenNobodyListensIsReachableOrKnown() {
        Talker refused = Talker.connect(one, two, PORT + 1, TIMEOUT);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(refused.ended).containsExactly("failed: refused: two:9093");

        simulation.network().cutOneWay(two, one);
        Talker unreachable = Talker.connect(one, two, PORT, TIMEOUT);
        simulation.runFor(Duration.ofSeconds(5));
        assertThat(unreachable.ended).hasSize(1).first().asString().contains("within PT3S");

        Talker unknown = new Talker();
        one.network()
                .connect(new Endpoint("nowhere", 1), TIMEOUT, 100, one.loops().getFirst(), unknown);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(unknown.ended).containsExactly("failed: unknown host: nowhere");
    }

    @Test
    void aShortCutWhileConnectingOnlyDelaysIt() {
        simulation.network().cut(one, two);
        Talker client = Talker.connect(one, two, PORT, Duration.ofSeconds(20));
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(client.isConnected()).isFalse();

        simulation.network().healAll();
        simulation.runUntil("the connection", client::isConnected, Duration.ofSeconds(10));
    }

    @Test
    void aPausedProcessAcceptsConnectionsInItsKernelAndBuffersWhatFits() {
        two.pause();
        Talker client = Talker.connect(one, two, PORT, TIMEOUT);
        simulation.runUntil("the connection", client::isConnected, TIMEOUT);
        String block = "x".repeat(100_000);
        IntStream.range(0, 100).forEach(i -> client.say(block));
        simulation.runFor(Duration.ofMinutes(1));
        assertThat(accepted).isEmpty();
        assertThat(client.drained).isZero();

        two.resume();
        simulation.runFor(Duration.ofMinutes(1));

        assertThat(server().heard).hasSize(100).containsOnly(block);
        assertThat(client.drained).isPositive();
    }

    @Test
    void resetsBreakBothEnds() {
        Talker client = connected();
        simulation.network().resetOne();
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(client.ended).hasSize(1);
        assertThat(server().ended).hasSize(1);
        assertThat(simulation.network().openEnds()).isZero();

        Talker another = connected();
        simulation.network().faults(NetworkFaults.NONE.withResets(1));
        another.say("never sent");
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(another.ended).hasSize(1);
    }

    @Test
    void spikesDelayAndRefusalsRefuse() {
        Talker client = connected();
        simulation
                .network()
                .faults(NetworkFaults.NONE.withSpikes(1, Duration.ofHours(1)).withRefusals(1));
        Duration before = simulation.now();
        client.say("1");

        simulation.runUntil("the text", () -> server().heard.size() == 1, Duration.ofHours(2));

        assertThat(simulation.now().minus(before)).isGreaterThan(Duration.ofMillis(1));
        Talker refused = Talker.connect(one, two, PORT, Duration.ofHours(10));
        simulation.runUntil("the refusal", () -> !refused.ended.isEmpty(), Duration.ofHours(10));
        assertThat(refused.isConnected()).isFalse();
    }

    @Test
    void aFrameIsOverwrittenWhenItIsReleasedAndCannotBeReleasedTwice() throws IOException {
        List<ByteBuffer> kept = new ArrayList<>();
        List<Frame> frames = new ArrayList<>();
        listenWith(frame -> {
            kept.add(frame.bytes().slice());
            frames.add(frame);
        });
        Talker client = Talker.connect(one, two, PORT + 1, TIMEOUT);
        simulation.runUntil("the connection", client::isConnected, TIMEOUT);
        client.say("text");
        simulation.runUntil("the frame", () -> !frames.isEmpty(), TIMEOUT);
        assertThat(kept.getFirst()).isEqualTo(Files.bytes("text"));
        assertThat(two.unreleasedFrames()).isEqualTo(1);

        frames.getFirst().release();

        assertThat(kept.getFirst()).isNotEqualTo(Files.bytes("text"));
        assertThat(two.unreleasedFrames()).isZero();
        two.loops().getFirst().execute(() -> frames.getFirst().release());
        assertThatThrownBy(() -> simulation.runFor(Duration.ofSeconds(1)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("released twice");
    }

    @Test
    void aRegionIsReadSomeTimeAfterItWasSent() throws IOException {
        Talker client = connected();
        Disk disk = one.disk("data");
        DiskFile file = Files.write(disk, "file", "before");
        List<String> afterSend = new ArrayList<>();
        client.connection().loop().execute(() -> {
            try {
                client.connection().send(List.of(new Part.Region(file, 0, 6)));
                file.truncate(0);
                file.append(Files.bytes("after!"));
                afterSend.add("changed");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(afterSend).hasSize(1);
        assertThat(server().heard).containsExactly("after!");
    }

    @Test
    void aRegionThatIsGoneBreaksTheConnection() throws IOException {
        Talker client = connected();
        Disk disk = one.disk("data");
        DiskFile file = Files.write(disk, "file", "before");
        client.connection().loop().execute(() -> {
            try {
                client.connection().send(List.of(new Part.Region(file, 0, 6)));
                file.truncate(3);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(server().heard).isEmpty();
        assertThat(client.ended).hasSize(1).first().asString().contains("is gone");
    }

    @Test
    void aRegionWhoseDriveFailsBreaksTheConnection() throws IOException {
        Talker client = connected();
        DiskFile file = Files.write(one.disk("data"), "file", "text");
        one.drive("data").faults(DiskFaults.NONE.withReadFailure(1));
        client.send(List.of(new Part.Region(file, 0, 4)));
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(client.ended).hasSize(1).first().asString().contains("failed");
    }

    @Test
    void aBufferThatIsReusedBeforeItIsSentIsSeenByTheOtherEnd() {
        Talker client = connected();
        ByteBuffer buffer = Files.bytes("mine");
        client.connection().loop().execute(() -> {
            client.connection().send(List.of(new Part.Bytes(buffer)));
            buffer.put(0, (byte) 'f');
        });
        simulation.runFor(Duration.ofSeconds(1));

        assertThat(server().heard).containsExactly("fine");
    }

    private interface OnFrame {
        void received(Frame frame);
    }

    private void listenWith(OnFrame onFrame) throws IOException {
        two.network().listen(new Endpoint("two", PORT + 1), 1_000, (Connection connection) -> new ConnectionHandler() {
            @Override
            public void received(Frame frame) {
                onFrame.received(frame);
            }

            @Override
            public void closed(CloseReason reason) {}
        });
    }

    private Talker connected() {
        accepted.clear();
        Talker client = Talker.connect(one, two, PORT, TIMEOUT);
        simulation.runUntil("the connection", () -> client.isConnected() && !accepted.isEmpty(), LIMIT);
        return client;
    }

    private Talker server() {
        return accepted.getLast();
    }
}
