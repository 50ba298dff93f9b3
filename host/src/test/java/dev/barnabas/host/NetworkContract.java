package dev.barnabas.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Network} and {@link Connection} promise between two ends on one host, live and simulated. */
public abstract class NetworkContract {
    private static final Endpoint ANY_PORT = new Endpoint("127.0.0.1", 0);
    private static final int MAX_FRAME_BYTES = 2 << 20;

    private final List<RecordingPeer> peers = new CopyOnWriteArrayList<>();
    private final List<RecordingPeer> accepted = new CopyOnWriteArrayList<>();
    private TestBed bed;
    private Network network;
    private Loop loop;

    /** A new world whose host has at least two loops. */
    protected abstract TestBed bed() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        bed = bed();
        network = bed.host().network();
        loop = bed.host().loops().getFirst();
    }

    @AfterEach
    void cleanUp() throws Exception {
        try {
            assertThat(peers).allSatisfy(peer -> {
                assertThat(peer.wrong).isEmpty();
                assertThat(peer.closed).hasSizeLessThanOrEqualTo(1);
            });
        } finally {
            bed.close();
        }
    }

    // Opening

    @Test
    void listeningOnPortZeroPicksAFreeOne() throws IOException {
        Network.Listener one = listen(false);
        Network.Listener two = listen(false);

        assertThat(one.address().port()).isPositive().isNotEqualTo(two.address().port());
        assertThat(one.address().host()).isEqualTo(ANY_PORT.host());
    }

    @Test
    void aPortIsBoundOnce() throws IOException {
        Endpoint taken = listen(false).address();

        assertThatThrownBy(() -> network.listen(taken, MAX_FRAME_BYTES, connection -> new RecordingPeer()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aConnectionBelongsToTheLoopThatWasNamedAndIsAcceptedOnOneOfTheHostsLoops() throws IOException {
        Endpoint address = listen(false).address();

        for (Loop each : bed.host().loops()) {
            RecordingPeer client = connect(address, each);
            assertThat(client.connection().loop()).isSameAs(each);
        }

        bed.await(
                "the accepting side",
                () -> accepted.size() == bed.host().loops().size());
        assertThat(accepted)
                .allSatisfy(peer -> assertThat(bed.host().loops())
                        .contains(peer.connection().loop()));
    }

    @Test
    void bothEndsKnowTheirAddresses() throws IOException {
        Endpoint address = listen(false).address();

        Connection client = connect(address, loop).connection();
        bed.await("the accepting side", () -> accepted.size() == 1);
        Connection server = accepted.getFirst().connection();

        assertThat(client.remote()).isEqualTo(address);
        assertThat(server.local()).isEqualTo(address);
        assertThat(server.remote()).isEqualTo(client.local());
    }

    @Test
    void aConnectionToNobodyFailsOnTheLoop() throws Exception {
        Network.Listener gone = listen(false);
        Endpoint address = gone.address();
        gone.close();

        assertRefused(address);
    }

    @Test
    void aConnectionThatIsNotWantedIsClosed() throws IOException {
        Endpoint address =
                network.listen(ANY_PORT, MAX_FRAME_BYTES, connection -> null).address();

        RecordingPeer client = connect(address, loop);

        bed.await("the close", () -> client.closed.size() == 1);
        assertThat(client.closed.getFirst()).isInstanceOfAny(CloseReason.Remote.class, CloseReason.Fault.class);
    }

    @Test
    void aClosedListenerAcceptsNoMoreButLeavesOpenConnectionsAlone() throws Exception {
        Network.Listener listener = listen(true);
        RecordingPeer client = connect(listener.address(), loop);

        listener.close();
        listener.close();
        send(client, "still here");

        bed.await("the echo", () -> client.frames.size() == 1);
        assertRefused(listener.address());
        assertThat(accepted).hasSize(1);
        network.listen(listener.address(), MAX_FRAME_BYTES, connection -> new RecordingPeer())
                .close();
    }

    // Frames

    @Test
    void framesArriveWholeAndInOrder() throws Exception {
        RecordingPeer client = connect(listen(true).address(), loop);
        List<String> texts = IntStream.range(0, 300)
                .mapToObj(i -> "frame " + i + "x".repeat(i * 7))
                .toList();

        send(client, texts.toArray(String[]::new));

        bed.await("all echoes", () -> client.frames.size() == 300);
        assertThat(client.texts()).isEqualTo(texts);
        assertThat(accepted.getFirst().texts()).isEqualTo(texts);
    }

    @Test
    void aFrameIsMadeOfAllItsParts() throws Exception {
        RecordingPeer client = connect(listen(false).address(), loop);
        ByteBuffer heap = bytes("--heap--").position(2).limit(6);
        ByteBuffer direct = ByteBuffer.allocateDirect(6).put(bytes("direct")).flip();

        bed.run(loop, () -> {
            client.connection()
                    .send(List.of(
                            new Part.Bytes(heap),
                            new Part.Bytes(ByteBuffer.allocate(0)),
                            new Part.Bytes(direct),
                            new Part.Bytes(bytes("ro").asReadOnlyBuffer())));
            client.connection().send(List.of());
            client.connection().send(List.of(new Part.Bytes(bytes("last"))));
        });

        bed.await(
                "the frames",
                () -> accepted.size() == 1 && accepted.getFirst().frames.size() == 3);
        assertThat(accepted.getFirst().texts()).containsExactly("heapdirectro", "", "last");
    }

    @Test
    void largeFramesArriveWhole() throws Exception {
        RecordingPeer client = connect(listen(true).address(), loop);
        byte[] large = new byte[MAX_FRAME_BYTES];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }

        bed.run(loop, () -> {
            client.connection().send(List.of(new Part.Bytes(ByteBuffer.wrap(large))));
            client.connection().send(List.of(new Part.Bytes(bytes("after"))));
        });

        bed.await("both echoes", () -> client.frames.size() == 2);
        assertThat(Arrays.equals(client.frames.getFirst(), large)).isTrue();
        assertThat(new String(client.frames.get(1), UTF_8)).isEqualTo("after");
    }

    @Test
    void aReceivedFrameMayBeWrittenTo() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        Endpoint address = network.listen(ANY_PORT, MAX_FRAME_BYTES, connection -> new ConnectionHandler() {
                    @Override
                    public void received(Frame frame) {
                        frame.bytes().put(1, (byte) '-');
                        byte[] content = new byte[frame.bytes().remaining()];
                        frame.bytes().get(content);
                        frame.release();
                        seen.add(new String(content, UTF_8));
                    }

                    @Override
                    public void closed(CloseReason reason) {}
                })
                .address();
        RecordingPeer client = connect(address, loop);

        send(client, "abc");

        bed.await("the frame", () -> !seen.isEmpty());
        assertThat(seen).containsExactly("a-c");
    }

    @Test
    void regionsOfFilesAreSentInTheirPlace() throws Exception {
        RecordingPeer client = connect(listen(false).address(), loop);
        Disk disk = bed.host().disk(bed.directory());
        DiskFile file = disk.open("segment");
        file.append(bytes("0123456789"));

        bed.run(loop, () -> {
            client.connection()
                    .send(List.of(
                            new Part.Bytes(bytes("<")),
                            new Part.Region(file, 2, 3),
                            new Part.Bytes(bytes("|")),
                            new Part.Region(file, 8, 2),
                            new Part.Region(file, 0, 0),
                            new Part.Bytes(bytes(">"))));
            client.connection().send(List.of(new Part.Region(file, 0, 10)));
        });

        bed.await(
                "the frames",
                () -> accepted.size() == 1 && accepted.getFirst().frames.size() == 2);
        assertThat(accepted.getFirst().texts()).containsExactly("<234|89>", "0123456789");
        disk.close();
    }

    @Test
    void aRegionIsSentEvenIfItsFileIsClosedAndDeletedMeanwhile() throws Exception {
        RecordingPeer client = connect(listen(false).address(), loop);
        Disk disk = bed.host().disk(bed.directory());
        DiskFile file = disk.open("segment");
        byte[] content = new byte[1 << 20];
        Arrays.fill(content, (byte) 'x');
        file.append(ByteBuffer.wrap(content));

        bed.run(loop, () -> {
            client.connection().send(List.of(new Part.Region(file, 0, content.length)));
            client.connection().send(List.of(new Part.Region(file, 0, content.length)));
            file.close();
            disk.delete("segment");
        });

        bed.await(
                "the frames",
                () -> accepted.size() == 1 && accepted.getFirst().frames.size() == 2);
        assertThat(accepted.getFirst().frames).allMatch(frame -> Arrays.equals(frame, content));
        disk.close();
    }

    @Test
    void theLongestAllowedFramePassesAndALongerOneClosesTheConnection() throws Exception {
        Endpoint address = listen(false, 100).address();
        RecordingPeer client = connect(address, loop);

        send(client, "x".repeat(100), "y".repeat(101), "never seen");

        bed.await(
                "both closes",
                () -> !client.closed.isEmpty()
                        && accepted.size() == 1
                        && !accepted.getFirst().closed.isEmpty());
        assertThat(accepted.getFirst().texts()).containsExactly("x".repeat(100));
        assertThat(accepted.getFirst().closed.getFirst()).isInstanceOf(CloseReason.Violation.class);
        assertThat(client.closed.getFirst()).isInstanceOfAny(CloseReason.Remote.class, CloseReason.Fault.class);
    }

    @Test
    void theOneWhoConnectsHasAFrameLimitToo() throws Exception {
        Endpoint address = listen(true).address();
        RecordingPeer client = new RecordingPeer();
        peers.add(client);
        network.connect(address, Duration.ofSeconds(5), 10, loop, client);
        bed.await("the connection", client::isConnected);

        send(client, "more than ten bytes");

        bed.await("the close", () -> !client.closed.isEmpty());
        assertThat(client.closed.getFirst()).isInstanceOf(CloseReason.Violation.class);
    }

    // Pressure

    @Test
    void whatIsSentIsCountedUntilTheTransportTookIt() throws Exception {
        RecordingPeer client = connect(listen(false).address(), loop);

        long unsent = bed.call(loop, () -> {
            client.connection().send(List.of(new Part.Bytes(bytes("0123456789"))));
            return client.connection().unsentBytes();
        });

        assertThat(unsent).isGreaterThanOrEqualTo(10);
        bed.await("the transport", () -> client.drained.get() > 0);
        assertThat(bed.call(loop, client.connection()::unsentBytes)).isZero();
    }

    @Test
    void aReaderThatPausesHoldsTheSenderBack() throws Exception {
        Endpoint address = listen(false).address();
        RecordingPeer sender = connect(address, loop);
        bed.await("the accepting side", () -> accepted.size() == 1);
        RecordingPeer reader = accepted.getFirst();
        bed.run(reader.connection().loop(), reader.connection()::pauseReading);

        // More than any transport buffers; the bytes of a frame are never touched while they are being sent.
        byte[] block = new byte[1 << 20];
        int blocks = 48;
        bed.run(loop, () -> {
            for (int i = 0; i < blocks; i++) {
                ByteBuffer number = ByteBuffer.allocate(4).putInt(i).flip();
                sender.connection().send(List.of(new Part.Bytes(number), new Part.Bytes(ByteBuffer.wrap(block))));
            }
        });
        exchange(address);

        assertThat(bed.call(loop, sender.connection()::unsentBytes)).isPositive();
        assertThat(reader.frames).hasSizeLessThan(blocks);
        assertThat(sender.drained).hasValue(0);

        bed.run(reader.connection().loop(), reader.connection()::resumeReading);
        bed.await("all frames", () -> reader.frames.size() == blocks);
        bed.await("the transport", () -> sender.drained.get() > 0);
        assertThat(reader.frames.stream().map(frame -> ByteBuffer.wrap(frame).getInt()))
                .containsExactlyElementsOf(IntStream.range(0, blocks).boxed().toList());
    }

    @Test
    void manyConnectionsOnAllLoopsDoNotDisturbEachOther() throws Exception {
        Endpoint address = listen(true).address();
        List<RecordingPeer> clients = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            List<Loop> loops = bed.host().loops();
            clients.add(connect(address, loops.get(i % loops.size())));
        }

        for (int round = 0; round < 20; round++) {
            for (RecordingPeer client : clients) {
                send(client, clients.indexOf(client) + "/" + round);
            }
        }

        bed.await("all echoes", () -> clients.stream().allMatch(client -> client.frames.size() == 20));
        for (RecordingPeer client : clients) {
            int number = clients.indexOf(client);
            assertThat(client.texts())
                    .isEqualTo(IntStream.range(0, 20)
                            .mapToObj(round -> number + "/" + round)
                            .toList());
        }
    }

    // Closing

    @Test
    void aCloseIsSeenByBothEndsOnceAndNotInsideTheCall() throws Exception {
        RecordingPeer client = connect(listen(true).address(), loop);
        bed.await("the accepting side", () -> accepted.size() == 1);
        RecordingPeer server = accepted.getFirst();

        bed.run(loop, () -> {
            client.connection().close();
            client.connection().close();
            assertThat(client.closed).isEmpty();
        });

        bed.await("both closes", () -> !client.closed.isEmpty() && !server.closed.isEmpty());
        assertThat(client.closed).containsExactly(new CloseReason.Local());
        assertThat(server.closed).containsExactly(new CloseReason.Remote());
    }

    @Test
    void whatWasTakenByTheTransportArrivesBeforeTheClose() throws Exception {
        RecordingPeer client = connect(listen(false).address(), loop);
        send(client, "one", "two");
        bed.await("the transport", () -> client.drained.get() > 0);

        bed.run(loop, client.connection()::close);

        bed.await(
                "the close",
                () -> accepted.size() == 1 && !accepted.getFirst().closed.isEmpty());
        assertThat(accepted.getFirst().texts()).containsExactly("one", "two");
        assertThat(accepted.getFirst().closed).containsExactly(new CloseReason.Remote());
    }

    @Test
    void aClosedConnectionTakesNothingAndGivesNothing() throws Exception {
        Endpoint address = listen(true).address();
        RecordingPeer client = connect(address, loop);

        bed.run(loop, () -> {
            client.connection().send(List.of(new Part.Bytes(bytes("dropped, or echoed to nobody"))));
            client.connection().close();
            client.connection().send(List.of(new Part.Bytes(bytes("ignored"))));
            client.connection().pauseReading();
            client.connection().resumeReading();
        });
        bed.await("the close", () -> !client.closed.isEmpty());
        bed.run(loop, () -> client.connection().send(List.of(new Part.Bytes(bytes("ignored")))));
        exchange(address);

        assertThat(client.frames).isEmpty();
        assertThat(accepted.getFirst().texts()).doesNotContain("ignored");
    }

    @Test
    void aHandlerMayCloseItsConnectionWhileItReceives() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        Endpoint address = network.listen(ANY_PORT, MAX_FRAME_BYTES, connection -> new ConnectionHandler() {
                    @Override
                    public void received(Frame frame) {
                        frame.release();
                        events.add("received");
                        connection.close();
                    }

                    @Override
                    public void closed(CloseReason reason) {
                        events.add(reason.toString());
                    }
                })
                .address();
        RecordingPeer client = connect(address, loop);

        send(client, "one", "two", "three");

        bed.await("both closes", () -> events.size() >= 2 && !client.closed.isEmpty());
        assertThat(events).containsExactly("received", new CloseReason.Local().toString());
    }

    private Network.Listener listen(boolean echoes) throws IOException {
        return listen(echoes, MAX_FRAME_BYTES);
    }

    private Network.Listener listen(boolean echoes, int maxFrameBytes) throws IOException {
        return network.listen(ANY_PORT, maxFrameBytes, connection -> {
            RecordingPeer peer = new RecordingPeer(echoes);
            peer.connected(connection);
            peers.add(peer);
            accepted.add(peer);
            return peer;
        });
    }

    /**
     * The system may take a little while to close a listening socket, and until then connect somebody whom nobody
     * accepts; who tries again is refused.
     */
    private void assertRefused(Endpoint address) throws Exception {
        for (int attempt = 0; attempt < 100; attempt++) {
            RecordingPeer late = new RecordingPeer();
            bed.run(loop, () -> network.connect(address, Duration.ofSeconds(5), MAX_FRAME_BYTES, loop, late));
            bed.await("the end of the attempt", () -> !late.failed.isEmpty() || !late.closed.isEmpty());
            assertThat(late.frames).isEmpty();
            if (!late.isConnected()) {
                assertThat(late.failed).hasSize(1);
                return;
            }
        }
        throw new AssertionError("still connected: " + address);
    }

    private RecordingPeer connect(Endpoint address, Loop owner) {
        RecordingPeer peer = new RecordingPeer();
        peers.add(peer);
        network.connect(address, Duration.ofSeconds(5), MAX_FRAME_BYTES, owner, peer);
        bed.await("the connection", peer::isConnected);
        return peer;
    }

    private void send(RecordingPeer peer, String... texts) throws Exception {
        bed.run(peer.connection().loop(), () -> {
            for (String text : texts) {
                peer.connection().send(List.of(new Part.Bytes(bytes(text))));
            }
        });
    }

    /** Lets the network do something else for a while: a round trip on a connection of its own. */
    private void exchange(Endpoint elsewhere) throws Exception {
        RecordingPeer other = connect(listen(true).address(), loop);
        assertThat(other.connection().remote()).isNotEqualTo(elsewhere);
        send(other, "ping");
        bed.await("a round trip", () -> other.frames.size() == 1);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
