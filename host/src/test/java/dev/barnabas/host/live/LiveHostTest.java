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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LiveHostTest {
    private final Defects defects = new Defects();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void aFileIsWrittenSyncedAndSentOverAConnection(Transport transport) throws Exception {
        try (LiveHost host = LiveHost.builder()
                .loops(2)
                .transport(transport)
                .onDefect(defects)
                .build()) {
            Disk disk = host.disk(folder.toString());
            DiskFile file = disk.open("topic-0/00000000000000000000.log");
            long at = file.append(bytes("hello "), bytes("world"));
            CompletableFuture<Optional<IOException>> synced = new CompletableFuture<>();
            disk.sync(List.of(file), host.loops().getFirst(), fault -> synced.complete(Optional.ofNullable(fault)));
            assertThat(Await.await(synced)).isEmpty();

            Network.Listener listener = host.network()
                    .listen(new Endpoint("127.0.0.1", 0), 1 << 20, connection -> new Echo(connection, file));
            CompletableFuture<String> answer = new CompletableFuture<>();
            host.network()
                    .connect(
                            listener.address(),
                            Duration.ofSeconds(30),
                            1 << 20,
                            host.loops().getLast(),
                            new Asking(answer));

            assertThat(at).isZero();
            assertThat(Await.await(answer)).isEqualTo("you said ping, the file says hello world");
        }
        assertThat(defects.seen).isEmpty();
    }

    @Test
    void whatATaskThrowsIsADefect() {
        try (LiveHost host = LiveHost.builder().loops(1).onDefect(defects).build()) {
            IllegalStateException bug = new IllegalStateException("bug");

            host.loops().getFirst().execute(() -> {
                throw bug;
            });
            Await.on(host.loops().getFirst(), () -> "the loop still runs");

            assertThat(defects.seen).containsExactly(bug);
        }
    }

    @Test
    void byDefaultADefectStopsTheProcess() throws Exception {
        try (OtherProcess process = OtherProcess.start("defect")) {
            assertThat(process.exitCode()).isEqualTo(70);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Frame frame) {
        String text = StandardCharsets.UTF_8.decode(frame.bytes()).toString();
        frame.release();
        return text;
    }

    private record Echo(Connection connection, DiskFile file) implements ConnectionHandler {
        @Override
        public void received(Frame frame) {
            connection.send(List.of(
                    new Part.Bytes(bytes("you said " + text(frame) + ", the file says ")),
                    new Part.Region(file, 0, 11)));
        }

        @Override
        public void closed(CloseReason reason) {}
    }

    private record Asking(CompletableFuture<String> answer) implements Network.Connecting {
        @Override
        public ConnectionHandler connected(Connection connection) {
            connection.send(List.of(new Part.Bytes(bytes("ping"))));
            return new ConnectionHandler() {
                @Override
                public void received(Frame frame) {
                    answer.complete(text(frame));
                }

                @Override
                public void closed(CloseReason reason) {
                    answer.completeExceptionally(new IOException("closed: " + reason));
                }
            };
        }

        @Override
        public void failed(IOException fault) {
            answer.completeExceptionally(fault);
        }
    }
}
