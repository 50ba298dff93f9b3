package dev.barnabas.host.live;

import com.sun.management.OperatingSystemMXBean;
import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Network;
import dev.barnabas.host.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;

/**
 * What a byte and a request cost the live host in processor time, to hold against the floor of the hardware: receive on
 * loopback, one CRC-32C, one append to the page cache; and back by sendfile. The driver is a process of its own. Not a
 * test; run by hand:
 *
 * <pre>
 * java -cp (test class path) dev.barnabas.host.live.Throughput receive|fetch|echo FRAME_BYTES ROUNDS FOLDER [epoll|nio]
 * </pre>
 */
final class Throughput {
    private static final long BYTES_PER_ROUND = 1_000_000_000;
    private static final int ECHOES_PER_ROUND = 300_000;
    private static final int IN_FLIGHT = 5;

    private Throughput() {}

    public static void main(String[] arguments) throws Exception {
        String mode = arguments[0];
        int frameBytes = Integer.parseInt(arguments[1]);
        if (mode.startsWith("drive-")) {
            drive(mode.substring("drive-".length()), frameBytes, Integer.parseInt(arguments[2]));
        } else {
            Transport transport = arguments.length > 4 && arguments[4].equals("nio") ? Transport.NIO : Transport.best();
            serve(mode, frameBytes, Integer.parseInt(arguments[2]), Path.of(arguments[3]), transport);
        }
    }

    private static void serve(String mode, int frameBytes, int rounds, Path folder, Transport transport)
            throws Exception {
        try (LiveHost host = LiveHost.builder().loops(1).transport(transport).build()) {
            Disk disk = host.disk(folder.toString());
            for (int round = 0; round < rounds; round++) {
                DiskFile file = disk.open("throughput-" + round);
                if (mode.equals("fetch")) {
                    file.append(ByteBuffer.allocateDirect(frameBytes));
                }
                CompletableFuture<Long> done = new CompletableFuture<>();
                Network.Listener listener = host.network()
                        .listen(
                                new Endpoint("127.0.0.1", 0),
                                100 << 20,
                                connection -> handler(mode, connection, file, frameBytes, done));
                Process driver = new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Throughput.class.getName(),
                                "drive-" + mode,
                                Integer.toString(frameBytes),
                                Integer.toString(listener.address().port()))
                        .inheritIO()
                        .start();
                long cpu = cpuNanos();
                long start = System.nanoTime();
                double units = Await.await(done);
                double cpuSeconds = (cpuNanos() - cpu) / 1e9;
                double seconds = (System.nanoTime() - start) / 1e9;
                String unit = mode.equals("echo") ? "million" : "GB";
                units /= mode.equals("echo") ? 1e6 : 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "%s %d bytes: %.3f cpu-s/%s (%.3f %s/s)%n",
                        mode,
                        frameBytes,
                        cpuSeconds / units,
                        unit,
                        units / seconds,
                        unit);
                driver.waitFor();
                listener.close();
                file.close();
                disk.delete("throughput-" + round);
            }
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static ConnectionHandler handler(
            String mode, Connection connection, DiskFile file, int frameBytes, CompletableFuture<Long> done) {
        return switch (mode) {
            case "receive" -> new Appending(file, done);
            case "fetch" -> new Answering(connection, List.of(new Part.Region(file, 0, frameBytes)), frameBytes, done);
            case "echo" -> new Answering(connection, List.of(new Part.Bytes(ByteBuffer.allocate(frameBytes))), 1, done);
            default -> throw new IllegalArgumentException(mode);
        };
    }

    private static final class Appending implements ConnectionHandler {
        private final DiskFile file;
        private final CompletableFuture<Long> done;
        private long bytes;
        private long check;

        Appending(DiskFile file, CompletableFuture<Long> done) {
            this.file = file;
            this.done = done;
        }

        @Override
        public void received(Frame frame) {
            bytes += frame.bytes().remaining();
            CRC32C crc = new CRC32C();
            crc.update(frame.bytes().duplicate());
            check ^= crc.getValue();
            try {
                file.append(frame.bytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            frame.release();
        }

        @Override
        public void closed(CloseReason reason) {
            if (check != Long.MIN_VALUE) {
                done.complete(bytes);
            }
        }
    }

    private static final class Answering implements ConnectionHandler {
        private final Connection connection;
        private final List<Part> answer;
        private final int unit;
        private final CompletableFuture<Long> done;
        private long sent;

        Answering(Connection connection, List<Part> answer, int unit, CompletableFuture<Long> done) {
            this.connection = connection;
            this.answer = answer;
            this.unit = unit;
            this.done = done;
        }

        @Override
        public void received(Frame frame) {
            frame.release();
            connection.send(answer);
            sent += unit;
        }

        @Override
        public void closed(CloseReason reason) {
            done.complete(sent);
        }
    }

    private static void drive(String mode, int frameBytes, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (SocketChannel socket = SocketChannel.open(address)) {
            ByteBuffer out = ByteBuffer.allocateDirect(4 + frameBytes).putInt(frameBytes);
            out.clear();
            switch (mode) {
                case "receive" -> {
                    for (long left = BYTES_PER_ROUND; left > 0; left -= frameBytes) {
                        writeAll(socket, out.rewind());
                    }
                }
                case "fetch" -> ask(socket, frameBytes, BYTES_PER_ROUND / frameBytes);
                case "echo" -> ask(socket, frameBytes, ECHOES_PER_ROUND);
                default -> throw new IllegalArgumentException(mode);
            }
        }
    }

    /** Keeps a few small requests in flight. */
    private static void ask(SocketChannel socket, int answerBytes, long count) throws IOException {
        ByteBuffer request = ByteBuffer.allocateDirect(4 + 100).putInt(100);
        request.clear();
        ByteBuffer answer = ByteBuffer.allocateDirect(Math.max(64 << 10, answerBytes));
        long expected = count * (4L + answerBytes);
        long received = 0;
        long asked = 0;
        while (received < expected) {
            while (asked < count && asked - received / (4 + answerBytes) < IN_FLIGHT) {
                writeAll(socket, request.rewind());
                asked++;
            }
            received += socket.read(answer.clear());
        }
    }

    private static void writeAll(SocketChannel socket, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }
}
