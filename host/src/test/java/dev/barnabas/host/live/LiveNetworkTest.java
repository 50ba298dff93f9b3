package dev.barnabas.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Network;
import dev.barnabas.host.Part;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
final class LiveNetworkTest {
    private static final int MAX_FRAME_BYTES = 100 << 20;
    private static final int MB = 1 << 20;

    private final Defects defects = new Defects();
    private final List<Served> served = new CopyOnWriteArrayList<>();
    private final List<Socket> clients = new ArrayList<>();
    private final LiveHost host;
    private boolean releasing = true;

    @TempDir
    Path folder;

    LiveNetworkTest(Transport transport) {
        host = LiveHost.builder()
                .loops(2)
                .openFiles(1)
                .transport(transport)
                .onDefect(defects)
                .build();
    }

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        host.close();
        defects.assertNone();
        assertThat(served).noneMatch(each -> each.closed.isEmpty());
        assertThat(host.bufferBytes()).isZero();
    }

    // Files

    @Test
    void regionsOfFilesThatAreClosedAndDeletedMeanwhileAreSent() throws Exception {
        // Given a file that is larger than any socket buffer
        Disk disk = host.disk(folder.toString());
        byte[] content = new byte[24 * MB];
        new SplittableRandom(1).nextBytes(content);
        DiskFile file = disk.open("file");
        file.append(ByteBuffer.wrap(content));
        Socket client = connect(listen());
        Connection server = awaitServed(1).getFirst().connection;

        // When it is being sent while it is closed and deleted, and its descriptor would be evicted
        Await.on(server.loop(), () -> {
            server.send(List.of(
                    new Part.Bytes(ByteBuffer.wrap(new byte[] {1})), new Part.Region(file, 5, content.length - 5)));
            return true;
        });
        file.close();
        disk.delete("file");
        disk.open("another").append(ByteBuffer.allocate(10));

        // Then
        DataInputStream in = new DataInputStream(client.getInputStream());
        assertThat(in.readInt()).isEqualTo(1 + content.length - 5);
        assertThat(in.read()).isEqualTo(1);
        byte[] got = in.readNBytes(content.length - 5);
        assertThat(ByteBuffer.wrap(got)).isEqualTo(ByteBuffer.wrap(content, 5, content.length - 5));
    }

    @Test
    void aRegionThatIsNotThereEndsTheConnection() throws Exception {
        Disk disk = host.disk(folder.toString());
        DiskFile file = disk.open("file");
        file.append(ByteBuffer.allocate(10));
        connect(listen());
        Served server = awaitServed(1).getFirst();

        Await.on(server.connection.loop(), () -> {
            server.connection.send(List.of(new Part.Region(file, 5, 10)));
            return true;
        });

        await(() -> !server.closed.isEmpty());
        assertThat(server.closed.getFirst()).isInstanceOf(CloseReason.Fault.class);
    }

    @Test
    void framesOfManyPartsOfAllKindsArriveAsTheyAre() throws Exception {
        Disk disk = host.disk(folder.toString());
        SplittableRandom random = new SplittableRandom(7);
        byte[] content = new byte[MB];
        random.nextBytes(content);
        DiskFile file = disk.open("file");
        file.append(ByteBuffer.wrap(content));
        Socket client = connect(listen());
        Connection server = awaitServed(1).getFirst().connection;

        List<byte[]> expected = new ArrayList<>();
        Await.on(server.loop(), () -> {
            for (int i = 0; i < 100; i++) {
                List<Part> frame = new ArrayList<>();
                ByteBuffer whole = ByteBuffer.allocate(2 * MB);
                for (int part = random.nextInt(6); part > 0; part--) {
                    int size = random.nextInt(1 << random.nextInt(1, 17));
                    int at = random.nextInt(content.length - size);
                    whole.put(content, at, size);
                    frame.add(
                            switch (random.nextInt(3)) {
                                case 0 -> new Part.Bytes(ByteBuffer.wrap(content, at, size));
                                case 1 ->
                                    new Part.Bytes(ByteBuffer.allocateDirect(size)
                                            .put(content, at, size)
                                            .flip());
                                default -> new Part.Region(file, at, size);
                            });
                }
                server.send(frame);
                byte[] bytes = new byte[whole.position()];
                whole.get(0, bytes);
                expected.add(bytes);
            }
            return true;
        });

        DataInputStream in = new DataInputStream(client.getInputStream());
        for (byte[] frame : expected) {
            assertThat(in.readNBytes(in.readInt())).isEqualTo(frame);
        }
    }

    // Memory

    @Test
    void thousandsOfIdleConnectionsHoldNoBuffers() throws Exception {
        Endpoint address = listen();
        for (int i = 0; i < 2_000; i++) {
            connect(address).getOutputStream().write(new byte[] {0, 0, 0, 1, 42});
        }

        awaitServed(2_000);
        await(() -> served.stream().allMatch(each -> each.frames.get() == 1));
        await(() -> host.bufferBytes() == 0);
    }

    @Test
    void announcedLengthsTakeMemoryOnlyAsTheyAreSent() throws Exception {
        int connections = 500;
        Endpoint address = listen();
        ByteBuffer start = ByteBuffer.allocate(1_000).putInt(MAX_FRAME_BYTES);
        for (int i = 0; i < connections; i++) {
            connect(address).getOutputStream().write(start.array());
        }
        Socket fast = connect(address);
        fast.getOutputStream().write(new byte[] {0, 0, 0, 1, 42});

        await(() -> served.stream().anyMatch(each -> each.frames.get() == 1));

        assertThat(host.bufferBytes()).isLessThan(connections * (20L << 10));
    }

    @Test
    void aReaderThatDoesNotReadHoldsUpNobodyElse() throws Exception {
        Disk disk = host.disk(folder.toString());
        DiskFile file = disk.open("file");
        file.append(ByteBuffer.allocate(8 * MB));
        Endpoint address = listen();
        connect(address);
        Served slow = awaitServed(1).getFirst();
        Await.on(slow.connection.loop(), () -> {
            for (int i = 0; i < 100; i++) {
                slow.connection.send(List.of(new Part.Region(file, 0, 8 * MB)));
            }
            return true;
        });

        // Two others, one of them on the same loop
        for (int i = 0; i < 2; i++) {
            Socket other = connect(address);
            Served server = awaitServed(2 + i).getLast();
            Await.on(server.connection.loop(), () -> {
                server.connection.send(List.of(new Part.Region(file, 0, 100)));
                return true;
            });
            assertThat(new DataInputStream(other.getInputStream()).readInt()).isEqualTo(100);
        }

        assertThat(Await.on(slow.connection.loop(), slow.connection::unsentBytes))
                .isGreaterThan(700L * MB);
        Await.on(slow.connection.loop(), () -> {
            slow.connection.close();
            return true;
        });
        await(() -> !slow.closed.isEmpty());
        assertThat(slow.closed).containsExactly(new CloseReason.Local());
    }

    @Test
    void framesThatAreNotReleasedAreCountedUntilTheyAre() throws Exception {
        releasing = false;
        Socket client = connect(listen());
        client.getOutputStream().write(new byte[] {0, 0, 0, 1, 42, 0, 0, 0, 1, 43});
        Served server = awaitServed(1).getFirst();
        await(() -> server.held.size() == 2);

        server.held.get(0).release();
        assertThat(host.bufferBytes()).isPositive();
        assertThat(server.held.get(1).bytes().get(0)).isEqualTo((byte) 43);
        server.held.get(1).release();

        await(() -> host.bufferBytes() == 0);
    }

    // Peers that break off

    @Test
    void aResetIsAFault() throws Exception {
        Socket client = connect(listen());
        Served server = awaitServed(1).getFirst();

        // Zero linger makes a reset of the close.
        client.setSoLinger(true, 0);
        client.close();

        await(() -> !server.closed.isEmpty());
        assertThat(server.closed.getFirst()).isInstanceOf(CloseReason.Fault.class);
    }

    @Test
    void aFrameThatNeverEndsIsForgottenWithItsConnection() throws Exception {
        Socket client = connect(listen());
        client.getOutputStream().write(new byte[] {0, 0, 1, 0, 1, 2, 3});
        Served server = awaitServed(1).getFirst();

        client.close();

        await(() -> !server.closed.isEmpty());
        assertThat(server.closed).containsExactly(new CloseReason.Remote());
        assertThat(server.frames).hasValue(0);
    }

    private Endpoint listen() throws IOException {
        Network.Listener listener = host.network().listen(new Endpoint("127.0.0.1", 0), MAX_FRAME_BYTES, connection -> {
            Served handler = new Served(connection, releasing);
            served.add(handler);
            return handler;
        });
        return listener.address();
    }

    private Socket connect(Endpoint address) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), address.port());
        clients.add(client);
        return client;
    }

    private List<Served> awaitServed(int count) {
        await(() -> served.size() >= count);
        return served;
    }

    private void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            defects.assertNone();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
            LockSupport.parkNanos(500_000);
        }
    }

    private static final class Served implements ConnectionHandler {
        final Connection connection;
        final List<CloseReason> closed = new CopyOnWriteArrayList<>();
        final List<Frame> held = new CopyOnWriteArrayList<>();
        private final boolean releasing;
        final AtomicInteger frames = new AtomicInteger();

        Served(Connection connection, boolean releasing) {
            this.connection = connection;
            this.releasing = releasing;
        }

        @Override
        public void received(Frame frame) {
            if (releasing) {
                frame.release();
            } else {
                held.add(frame);
            }
            frames.incrementAndGet();
        }

        @Override
        public void closed(CloseReason reason) {
            closed.add(reason);
        }
    }
}
