package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.FakeCluster.FakePartition;
import dev.barnabas.client.FakeCluster.Refusal;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.simulation.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A consumer that is told its partitions. Groups have tests of their own. */
final class ConsumerTest {

    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeCluster brokers = new FakeCluster(new Simulation(1), 2);
    private final TestClient client = new TestClient(brokers, "client");

    @Test
    void readsAllPartitionsFromTheBeginning() {
        brokers.create("t", 2);
        append("t", 0, 0, 10);
        append("t", 1, 100, 110);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0, T1);

        List<String> values = pollUntil(consumer, 20);

        assertThat(values).containsExactlyInAnyOrderElementsOf(concat(0, 10, 100, 110));
        assertThat(client.make(() -> consumer.position(T0))).hasValue(10);
        assertThat(client.make(() -> consumer.lag(T0))).hasValue(0);
    }

    @Test
    void aPollReturnsAsSoonAsARecordComes() {
        brokers.create("t", 1);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        brokers.simulation.after(Duration.ofSeconds(7), "append", () -> append("t", 0, 0, 1));

        List<String> values = values(client.get(() -> consumer.poll(Duration.ofMinutes(1))));

        assertThat(values).containsExactly("v0");
        assertThat(brokers.simulation.now()).isLessThan(Duration.ofMillis(7_200));
    }

    @Test
    void aPollReturnsNothingWhenTheTimeIsUp() {
        brokers.create("t", 1);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);

        assertThat(client.get(() -> consumer.poll(SECOND)).isEmpty()).isTrue();
    }

    @Test
    void startsWhereTheResetPolicySays() {
        brokers.create("t", 1);
        append("t", 0, 0, 5);
        brokers.runFor(Duration.ofHours(2));
        append("t", 0, 5, 8);

        assertThat(pollUntil(consumer(ConsumerSettings.alone(), T0), 8)).hasSize(8);
        Consumer hourOld =
                consumer(ConsumerSettings.alone().withReset(new OffsetReset.ByDuration(Duration.ofHours(1))), T0);
        assertThat(pollUntil(hourOld, 3)).containsExactly("v5", "v6", "v7");
        Consumer latest = consumer(ConsumerSettings.alone().withReset(OffsetReset.latest()), T0);
        assertThat(client.get(() -> latest.poll(SECOND)).isEmpty()).isTrue();
        append("t", 0, 8, 9);
        assertThat(pollUntil(latest, 1)).containsExactly("v8");
        Consumer none = consumer(ConsumerSettings.alone().withReset(OffsetReset.none()), T0);
        assertThat(client.error(() -> none.poll(SECOND))).isInstanceOf(ClientError.NoOffset.class);
    }

    @Test
    void aSeekGoesAnywhereEvenIntoABatch() {
        brokers.create("t", 1);
        append("t", 0, 0, 10);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        pollUntil(consumer, 10);

        client.run(() -> consumer.seek(T0, 7));
        assertThat(pollUntil(consumer, 3)).containsExactly("v7", "v8", "v9");
        client.run(() -> consumer.seek(T0, OffsetReset.earliest()));
        assertThat(pollUntil(consumer, 10)).hasSize(10);
    }

    @Test
    void anOffsetThatIsGoneIsResetOrReported() {
        brokers.create("t", 1);
        append("t", 0, 0, 10);
        brokers.partition("t", 0).logStartOffset = 10;
        append("t", 0, 10, 12);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        client.run(() -> consumer.seek(T0, 3));

        assertThat(pollUntil(consumer, 2)).containsExactly("v10", "v11");

        Consumer strict = consumer(ConsumerSettings.alone().withReset(OffsetReset.none()), T0);
        client.run(() -> strict.seek(T0, 3));
        assertThat(client.error(() -> strict.poll(SECOND))).isInstanceOf(ClientError.NoOffset.class);
        client.run(() -> strict.seek(T0, 11));
        assertThat(pollUntil(strict, 1)).containsExactly("v11");
    }

    @Test
    void pausedPartitionsRest() {
        brokers.create("t", 2);
        append("t", 0, 0, 3);
        append("t", 1, 10, 13);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0, T1);
        client.run(() -> consumer.pause(List.of(T0)));

        assertThat(pollUntil(consumer, 3)).containsExactly("v10", "v11", "v12");
        assertThat(client.get(() -> consumer.poll(SECOND)).isEmpty()).isTrue();
        assertThat(client.make(consumer::paused)).containsExactly(T0);
        client.run(() -> consumer.resume(List.of(T0)));
        assertThat(pollUntil(consumer, 3)).containsExactly("v0", "v1", "v2");
    }

    @Test
    void noMoreThanTheBufferIsFetchedAhead() {
        brokers.create("t", 1);
        for (int i = 0; i < 100; i++) {
            append("t", 0, 1_000 * i, 1_000 * (i + 1));
        }
        ConsumerSettings.Fetch small = new ConsumerSettings.Fetch(1, SECOND, 1 << 20, 20_000, 30_000, 10);
        Consumer consumer = consumer(ConsumerSettings.alone().withFetch(small), T0);

        client.get(() -> consumer.poll(SECOND));
        brokers.runFor(Duration.ofSeconds(10));

        assertThat(brokers.requests(ApiKey.FETCH)).isLessThan(6);
        assertThat(pollUntil(consumer, 99_000)).hasSize(99_000);
    }

    @Test
    void sessionsSendOnlyWhatChanges() {
        brokers.create("t", 1);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        client.get(() -> consumer.poll(Duration.ofSeconds(5)));
        append("t", 0, 0, 5);

        assertThat(pollUntil(consumer, 5)).hasSize(5);
        assertThat(brokers.lastVersions.get(ApiKey.FETCH)).isEqualTo(ApiKey.FETCH.highestStableVersion());
    }

    @Test
    void aBrokerThatForgetsTheSessionIsToldAnew() {
        brokers.create("t", 1);
        append("t", 0, 0, 5);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        pollUntil(consumer, 5);

        brokers.hosts.forEach(host -> host.restart());
        append("t", 0, 5, 8);

        assertThat(pollUntil(consumer, 3)).containsExactly("v5", "v6", "v7");
    }

    @Test
    void theConsumerFollowsALeaderThatMoves() {
        brokers.create("t", 1);
        append("t", 0, 0, 5);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        pollUntil(consumer, 5);

        brokers.moveLeader("t", 0, 1);
        append("t", 0, 5, 8);

        assertThat(pollUntil(consumer, 3)).containsExactly("v5", "v6", "v7");
    }

    @Test
    void lostConnectionsSilenceAndPassingErrorsLoseNothingAndRepeatNothing() {
        brokers.create("t", 2);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0, T1);
        List<String> values = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            append("t", 0, 10 * round, 10 * round + 10);
            switch (round % 5) {
                case 0 -> brokers.dropConnections();
                case 1 -> brokers.refuse(ApiKey.FETCH, Refusal.DROP_AFTERWARDS);
                case 2 -> brokers.refuse(ApiKey.FETCH, Refusal.SILENCE);
                case 3 -> brokers.partition("t", 0).fetchErrors.add(ErrorCode.KAFKA_STORAGE_ERROR);
                default -> brokers.moveLeader("t", 0, round % 2);
            }
            values.addAll(pollUntil(consumer, 10));
        }

        assertThat(values).containsExactlyElementsOf(concat(0, 200));
    }

    @Test
    void whatWasFetchedBeforeADamagedBatchIsPolledFirst() {
        brokers.create("t", 1);
        append("t", 0, 0, 5);
        append("t", 0, 5, 10);
        append("t", 0, 10, 15);
        brokers.partition("t", 0).batches.getLast().put(70, (byte) 99);
        // One batch comes with each fetch.
        ConsumerSettings.Fetch small = new ConsumerSettings.Fetch(1, SECOND, 1 << 20, 1, 1 << 20, 500);
        Consumer consumer = consumer(ConsumerSettings.alone().withFetch(small), T0);

        assertThat(values(client.get(() -> consumer.poll(SECOND)))).containsExactly("v0", "v1", "v2", "v3", "v4");
        brokers.runFor(Duration.ofSeconds(10));
        assertThat(client.make(() -> consumer.position(T0))).hasValue(5);
        assertThat(values(client.get(() -> consumer.poll(SECOND)))).containsExactly("v5", "v6", "v7", "v8", "v9");

        assertThat(client.error(() -> consumer.poll(Duration.ofMinutes(1))).message())
                .contains("offset 10 is wrong");
        brokers.partition("t", 0).batches.removeLast();
        brokers.partition("t", 0).endOffset = 10;
        append("t", 0, 10, 15);
        assertThat(pollUntil(consumer, 5)).containsExactly("v10", "v11", "v12", "v13", "v14");
    }

    @Test
    void aBatchWithAWrongChecksumIsReported() {
        brokers.create("t", 1);
        append("t", 0, 0, 5);
        brokers.partition("t", 0).batches.getFirst().put(70, (byte) 99);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);

        assertThat(client.error(() -> consumer.poll(SECOND)).message())
                .contains("checksum")
                .contains("t-0");
    }

    @Test
    void topicsMayBeCreatedLater() {
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        brokers.simulation.after(Duration.ofSeconds(3), "create", () -> {
            brokers.create("t", 1);
            append("t", 0, 0, 1);
        });
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 10 && values.isEmpty(); i++) {
            client.result(() -> consumer.poll(Duration.ofSeconds(2))).map(polled -> values.addAll(values(polled)));
        }

        assertThat(values).containsExactly("v0");
    }

    @Test
    void oldBrokersGetTheirVersions() {
        brokers.highestVersions.put(ApiKey.FETCH, 4);
        brokers.highestVersions.put(ApiKey.METADATA, 4);
        brokers.highestVersions.put(ApiKey.LIST_OFFSETS, 1);
        brokers.create("t", 1);
        append("t", 0, 0, 5);

        assertThat(pollUntil(consumer(ConsumerSettings.alone(), T0), 5)).hasSize(5);
        assertThat(brokers.lastVersions).containsEntry(ApiKey.FETCH, 4);
    }

    @Test
    void onlyOnePollAtATimeAndNoneAfterTheClose() {
        brokers.create("t", 1);
        Consumer consumer = consumer(ConsumerSettings.alone(), T0);
        client.loop.execute(() -> consumer.poll(Duration.ofMinutes(1)));

        assertThat(client.error(() -> consumer.poll(SECOND))).isInstanceOf(ClientError.Invalid.class);
        client.get(() -> consumer.close(SECOND));
        assertThat(client.error(() -> consumer.poll(SECOND))).isInstanceOf(ClientError.Closed.class);
    }

    private Consumer consumer(ConsumerSettings settings, TopicPartition... partitions) {
        return client.make(() -> {
            Consumer consumer = new Consumer(client.cluster, settings);
            consumer.assign(List.of(partitions));
            return consumer;
        });
    }

    private List<String> pollUntil(Consumer consumer, int count) {
        List<String> values = new ArrayList<>();
        for (int polls = 0; values.size() < count; polls++) {
            if (polls > 20_000) {
                throw brokers.simulation.failure("only " + values, null);
            }
            values.addAll(values(client.get(() -> consumer.poll(SECOND))));
        }
        return values;
    }

    static List<String> values(Polled polled) {
        List<String> values = new ArrayList<>();
        polled.forEach((partition, record) -> values.add(FakeCluster.text(record.value())));
        return values;
    }

    private void append(String topic, int partition, int from, int to) {
        append(brokers.partition(topic, partition), brokers.simulation, from, to);
    }

    static void append(FakePartition partition, Simulation simulation, int from, int to) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Integer.MAX_VALUE);
        long now = 1_767_225_600_000L + simulation.now().toMillis();
        for (int i = from; i < to; i++) {
            builder.append(now, (byte[]) null, ("v" + i).getBytes(StandardCharsets.UTF_8), List.of());
        }
        partition.append(builder.build());
    }

    private static List<String> concat(int... bounds) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < bounds.length; i += 2) {
            IntStream.range(bounds[i], bounds[i + 1]).forEach(value -> values.add("v" + value));
        }
        return values;
    }
}
