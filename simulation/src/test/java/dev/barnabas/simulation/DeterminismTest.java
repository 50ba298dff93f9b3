package dev.barnabas.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.host.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The promise everything else rests on: a seed is a run. */
final class DeterminismTest {
    private static final Endpoint SERVER = new Endpoint("server", 9092);

    @Test
    void theSameSeedTakesTheSameWayToTheLastStep() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed));
        }
    }

    @Test
    void anotherSeedTakesAnotherWay() {
        assertThat(LongStream.rangeClosed(1, 20).map(DeterminismTest::run).distinct())
                .hasSize(20);
    }

    /** A server that stores every frame and answers when it is synced, clients, and all sorts of trouble. */
    private static long run(long seed) {
        Simulation simulation = new Simulation(seed);
        SimulatedHost server = simulation.addHost("server", 2);
        SimulatedHost client = simulation.addHost("client", 2);
        simulation.network().faults(NetworkFaults.NONE.withResets(0.01).withSpikes(0.05, Duration.ofMillis(50)));
        server.run(DeterminismTest::serve);
        client.run(host -> host.loops().forEach(loop -> loop.execute(() -> talk(host, loop))));
        simulation.after(Duration.ofMillis(400), "crash", server::crash);
        simulation.after(Duration.ofMillis(600), "restart", server::restart);
        simulation.after(
                Duration.ofSeconds(1), "cut", () -> simulation.network().cutOneWay(server, client));
        simulation.after(Duration.ofMillis(1_300), "heal", simulation.network()::healAll);
        simulation.after(Duration.ofMillis(1_500), "power", server::powerLoss);
        simulation.after(Duration.ofMillis(1_600), "restart", server::restart);
        simulation.after(Duration.ofMillis(1_900), "pause", client::pause);
        simulation.after(Duration.ofSeconds(2), "resume", client::resume);
        simulation.runFor(Duration.ofSeconds(3));
        return simulation.trace().hash();
    }

    private static void serve(SimulatedHost host) {
        try {
            Disk disk = host.disk("data");
            DiskFile file = disk.open("file");
            host.network().listen(SERVER, 10_000, connection -> new ConnectionHandler() {
                @Override
                public void received(Frame frame) {
                    int size = frame.bytes().remaining();
                    try {
                        long position = file.append(frame.bytes());
                        disk.sync(
                                List.of(file),
                                connection.loop(),
                                fault -> connection.send(List.of(new Part.Region(file, position, size))));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    frame.release();
                }

                @Override
                public void closed(CloseReason reason) {}
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void talk(SimulatedHost host, Loop loop) {
        host.network().connect(SERVER, Duration.ofMillis(100), 10_000, loop, new Network.Connecting() {
            @Override
            public ConnectionHandler connected(Connection connection) {
                ask(connection, host);
                return new ConnectionHandler() {
                    @Override
                    public void received(Frame frame) {
                        frame.release();
                        ask(connection, host);
                    }

                    @Override
                    public void closed(CloseReason reason) {
                        loop.schedule(Duration.ofMillis(20), () -> talk(host, loop));
                    }
                };
            }

            @Override
            public void failed(IOException fault) {
                loop.schedule(Duration.ofMillis(20), () -> talk(host, loop));
            }
        });
    }

    private static void ask(Connection connection, SimulatedHost host) {
        String text = "x".repeat(host.entropy().nextInt(2_000));
        connection.send(List.of(new Part.Bytes(ByteBuffer.wrap(text.getBytes(UTF_8)))));
    }
}
