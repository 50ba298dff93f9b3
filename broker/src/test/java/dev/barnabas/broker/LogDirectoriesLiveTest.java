package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.live.LiveHost;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same with directories of the machine. */
final class LogDirectoriesLiveTest {

    @TempDir
    private Path home;

    @Test
    void theNodeStartsWithoutADirectoryThatCannotBeUsed() throws Exception {
        // Given
        Files.createFile(home.resolve("two"));

        // When, then
        assertThat(start("one", "two").failedDirectories())
                .containsExactly(home.resolve("two").toString());
        Files.delete(home.resolve("two"));
        assertThat(start("one", "two").failedDirectories()).isEmpty();
    }

    @Test
    void aDirectoryKeepsItsIdentity() throws Exception {
        start("one", "two");
        String identity = Files.readString(home.resolve("two/meta.properties"));

        start("one", "two");

        assertThat(Files.readString(home.resolve("two/meta.properties"))).isEqualTo(identity);
        assertThat(identity).contains("cluster.id=", "node.id=1", "directory.id=");
    }

    @Test
    void theDataOfAnApacheKafkaIsNotTouched() throws Exception {
        Path kafka = Files.createDirectory(home.resolve("kafka"));
        Files.writeString(kafka.resolve("meta.properties"), """
            #
            #Thu Nov 19 10:00:00 UTC 2026
            cluster.id=4L6g3nShT-eMCtK--X86sw
            directory.id=8pPvcLQFTjqHA0DAi2SNWA
            node.id=1
            version=1
            """);

        assertThatThrownBy(() -> start("kafka"))
                .hasMessageContaining("kafka belongs to the cluster 4L6g3nShT-eMCtK--X86sw");
        assertThatThrownBy(() -> start("one", "kafka"))
                .hasMessageContaining("kafka belongs to the cluster 4L6g3nShT-eMCtK--X86sw");
        try (var left = Files.list(kafka)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("meta.properties", ".lock");
        }
    }

    /** Starts a node, looks at it, and stops it. */
    private Observation start(String... directories) throws Exception {
        StringBuilder logDirs = new StringBuilder("log.dirs=");
        for (String directory : directories) {
            logDirs.append(logDirs.toString().endsWith("=") ? "" : ",").append(home.resolve(directory));
        }
        if (!(new SettingsReader()
                        .set("node.id=1")
                        .set("listeners=PLAINTEXT://localhost:0")
                        .set(logDirs.toString())
                        .read()
                instanceof Reading.Accepted accepted)) {
            throw new IllegalArgumentException(logDirs.toString());
        }
        try (LiveHost host = LiveHost.builder().loops(2).build()) {
            CompletableFuture<Broker> starting = new CompletableFuture<>();
            Broker.start(host, accepted.settings(), new Broker.Starting() {
                @Override
                public void started(Broker broker) {
                    starting.complete(broker);
                }

                @Override
                public void failed(String why) {
                    starting.completeExceptionally(new IllegalStateException(why));
                }
            });
            Broker broker = starting.get(60, TimeUnit.SECONDS);
            CompletableFuture<Observation> seen = new CompletableFuture<>();
            broker.observe(seen::complete);
            Observation observation = seen.get(60, TimeUnit.SECONDS);
            CountDownLatch stopped = new CountDownLatch(1);
            broker.stop(stopped::countDown);
            assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
            return observation;
        }
    }
}
