package dev.barnabas.conformance.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.jspecify.annotations.Nullable;

/**
 * One instance of an application that counts words and joins two topics within a window, exactly once. It has
 * everything that needs a coordinator: repartition topics, state with changelogs, copartitioned sources.
 */
final class Application implements AutoCloseable {
    static final String ID = "story";
    static final String LINES = "lines";
    static final String COUNTS = "counts";
    static final String LEFT = "left";
    static final String RIGHT = "right";
    static final String JOINED = "joined";
    static final Duration WINDOW = Duration.ofMinutes(1);

    private final KafkaStreams streams;
    private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();

    /**
     * @param protocol {@code classic} or {@code streams}
     * @param state for this instance alone
     */
    Application(String address, String protocol, Path state, Map<String, String> more) {
        Properties settings = new Properties();
        settings.put("application.id", ID);
        settings.put("bootstrap.servers", address);
        settings.put("group.protocol", protocol);
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("state.dir", state.toString());
        settings.put("num.stream.threads", "2");
        settings.put("commit.interval.ms", "100");
        settings.put("statestore.cache.max.bytes", "0");
        settings.put("default.key.serde", Serdes.StringSerde.class.getName());
        settings.put("default.value.serde", Serdes.StringSerde.class.getName());
        settings.put("auto.offset.reset", "earliest");
        settings.putAll(new HashMap<>(more));
        this.streams = new KafkaStreams(topology(), settings);
        streams.setUncaughtExceptionHandler(error -> {
            failed.compareAndSet(null, error);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
    }

    private static org.apache.kafka.streams.Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(LINES)
                .flatMapValues(line -> List.of(line.split(" ")))
                .groupBy((_, word) -> word)
                .count()
                .toStream()
                .to(COUNTS, Produced.with(Serdes.String(), Serdes.Long()));
        KStream<String, String> left = builder.stream(LEFT);
        KStream<String, String> right = builder.stream(RIGHT);
        left.join(
                        right,
                        (one, other) -> one + "+" + other,
                        JoinWindows.ofTimeDifferenceAndGrace(WINDOW, Duration.ofDays(1)))
                .to(JOINED);
        return builder.build();
    }

    boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** The tasks that it processes. */
    int activeTasks() {
        return streams.metadataForLocalThreads().stream()
                .mapToInt(thread -> thread.activeTasks().size())
                .sum();
    }

    int standbyTasks() {
        return streams.metadataForLocalThreads().stream()
                .mapToInt(thread -> thread.standbyTasks().size())
                .sum();
    }

    @Nullable
    Throwable failure() {
        return failed.get();
    }

    @Override
    public void close() {
        streams.close(Duration.ofSeconds(60));
    }

    /** Says at once that it leaves for good, as one does that is taken out of service. */
    void leave() {
        streams.close(CloseOptions.timeout(Duration.ofSeconds(60))
                .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
    }
}
