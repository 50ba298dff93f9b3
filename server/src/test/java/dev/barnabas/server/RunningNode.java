package dev.barnabas.server;

import dev.barnabas.broker.Broker;
import dev.barnabas.host.live.LiveHost;
import dev.barnabas.settings.Reading;
import dev.barnabas.settings.SettingsReader;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A node in this process, on a free port, with its data in a folder of the test. */
public final class RunningNode implements AutoCloseable {

    private final LiveHost host;
    private final Broker broker;

    private RunningNode(LiveHost host, Broker broker) {
        this.host = host;
        this.broker = broker;
    }

    /** @param settings {@code name=value} */
    public static RunningNode start(Path data, String... settings) throws Exception {
        SettingsReader reader = new SettingsReader()
                .set("listeners=PLAINTEXT://localhost:0")
                .set("log.dirs=" + data)
                .set("group.initial.rebalance.delay.ms=0")
                .set("offsets.topic.num.partitions=5");
        for (String setting : settings) {
            reader.set(setting);
        }
        if (!(reader.read() instanceof Reading.Accepted accepted)) {
            throw new IllegalArgumentException(reader.read().toString());
        }
        LiveHost host = LiveHost.builder().build();
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
        return new RunningNode(host, starting.get(60, TimeUnit.SECONDS));
    }

    public String address() {
        return broker.listeners().getFirst().advertised().toString();
    }

    /** What received frames and unsent responses take, outside of the heap. */
    public long bufferBytes() {
        return host.bufferBytes();
    }

    public Broker broker() {
        return broker;
    }

    @Override
    public void close() {
        CountDownLatch stopped = new CountDownLatch(1);
        broker.stop(stopped::countDown);
        try {
            if (!stopped.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the node did not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the node was stopping", e);
        }
        host.close();
    }
}
