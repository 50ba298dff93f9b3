package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.FakeCluster.FakePartition;
import dev.barnabas.client.FakeCluster.Refusal;
import dev.barnabas.client.ProducerSettings.Acks;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.NetworkFaults;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ProducerTest {

    private final FakeCluster brokers = new FakeCluster(new Simulation(1), 2);
    private final TestClient client = new TestClient(brokers, "client");

    /** Writes down what becomes of records. */
    private static final class Ledger implements Delivery {
        final List<Long> offsets = new ArrayList<>();
        final List<ClientError> errors = new ArrayList<>();

        @Override
        public void delivered(TopicPartition partition, long offset, long timestampMs) {
            offsets.add(offset);
        }

        @Override
        public void failed(ClientError error) {
            errors.add(error);
        }
    }

    @Test
    void aRecordIsDeliveredWithItsOffsetAndTimestamp() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.defaults());

        Delivered first = client.get(() -> producer.send(record("one").withTimestampMs(1234)));
        Delivered second = client.get(() -> producer.send(record("two")));

        assertThat(first).isEqualTo(new Delivered(new TopicPartition("t", 0), 0, 1234));
        assertThat(second.offset()).isEqualTo(1);
        assertThat(second.timestampMs()).isEqualTo(client.host.clock().wallMs() - elapsedSince(second));
        assertThat(brokers.partition("t", 0).values()).containsExactly("one", "two");
    }

    private long elapsedSince(Delivered delivered) {
        return client.host.clock().wallMs() - delivered.timestampMs();
    }

    @Test
    void recordsThatComeTogetherTravelTogether() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.defaults());
        Ledger ledger = new Ledger();

        sendAll(producer, ledger, IntStream.range(0, 100).mapToObj(i -> "v" + i).toList());
        client.get(producer::flush);

        assertThat(ledger.offsets).hasSize(100);
        assertThat(brokers.partition("t", 0).batches).hasSize(1);
    }

    @Test
    void aFullBatchDoesNotLinger() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.builder()
                .linger(Duration.ofMinutes(1))
                .deliveryTimeout(Duration.ofMinutes(2))
                .batchBytes(1_000)
                .build());
        Ledger ledger = new Ledger();

        sendAll(
                producer,
                ledger,
                IntStream.range(0, 20).mapToObj(i -> "x".repeat(200)).toList());
        brokers.runFor(Duration.ofSeconds(1));

        assertThat(ledger.offsets).hasSizeBetween(12, 19);
        assertThat(brokers.partition("t", 0).batches).hasSizeGreaterThan(2);
    }

    @Test
    void everyCompressionCanBeReadBack() {
        for (Compression compression : Compression.values()) {
            brokers.create(compression.name(), 1);
            Producer producer =
                    producer(ProducerSettings.builder().compression(compression).build());
            Ledger ledger = new Ledger();

            for (int i = 0; i < 1_000; i++) {
                String value = "a value that compresses well, number " + i;
                client.loop.execute(
                        () -> producer.trySend(ProducerRecord.ofText(compression.name(), null, value), ledger));
            }
            client.get(producer::flush);

            assertThat(brokers.partition(compression.name(), 0).records()).hasSize(1_000);
        }
    }

    @Test
    void recordsWithTheSameKeyShareAPartitionAndOthersSpread() {
        brokers.create("t", 4);
        Producer producer = producer(ProducerSettings.builder().batchBytes(200).build());
        Ledger ledger = new Ledger();
        for (int i = 0; i < 400; i++) {
            String key = i % 2 == 0 ? "key" : null;
            client.loop.execute(() -> producer.trySend(ProducerRecord.ofText("t", key, "value"), ledger));
        }
        client.get(producer::flush);

        int withKey = 0;
        for (FakePartition partition : brokers.topic("t").partitions) {
            assertThat(partition.records()).hasSizeGreaterThan(10);
            withKey += partition.records().stream().anyMatch(record -> record.key() != null) ? 1 : 0;
        }
        assertThat(withKey).isEqualTo(1);
    }

    @Test
    void aRecordCanNameItsPartition() {
        brokers.create("t", 3);
        Producer producer = producer(ProducerSettings.defaults());

        Delivered delivered = client.get(() -> producer.send(record("x").withPartition(2)));

        assertThat(delivered.partition()).isEqualTo(new TopicPartition("t", 2));
    }

    @Test
    void recordsWaitUntilTheirTopicIsCreated() {
        Producer producer = producer(ProducerSettings.defaults());
        brokers.simulation.after(Duration.ofSeconds(20), "create", () -> brokers.create("t", 1));

        assertThat(client.get(() -> producer.send(record("x"))).offset()).isZero();
    }

    @Test
    void aTopicThatNeverComesIsATimeout() {
        Producer producer = producer(ProducerSettings.defaults());

        ClientError error = client.error(() -> producer.send(record("x")));

        assertThat(error).isInstanceOf(ClientError.TimedOut.class);
        assertThat(error.message()).contains("topic t is not known after 60000 ms");
    }

    @Test
    void theBufferIsBoundedAndTellsWhenThereIsRoom() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.builder()
                .bufferBytes(10_000)
                .maxRequestBytes(2_000)
                .batchBytes(1_000)
                .build());
        Ledger ledger = new Ledger();
        List<String> events = new ArrayList<>();

        client.run(() -> {
            int taken = 0;
            while (producer.trySend(record("x".repeat(500)), ledger)) {
                taken++;
            }
            events.add(taken + " taken");
            producer.whenRoom(() -> events.add("room"));
        });
        assertThat(events).hasSize(1);
        assertThat(producer.bufferedBytes()).isLessThanOrEqualTo(10_000);
        brokers.runFor(Duration.ofSeconds(5));

        assertThat(events).endsWith("room");
        assertThat(producer.bufferedBytes()).isZero();
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedAtOnce() {
        Producer producer = producer(ProducerSettings.defaults());

        ClientError error = client.error(() -> producer.send(record("x".repeat(2_000_000))));

        assertThat(error)
                .isInstanceOfSatisfying(
                        ClientError.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
    }

    @Test
    void aBatchThatIsTooLargeForTheTopicIsSplit() {
        brokers.create("t", 1);
        brokers.partition("t", 0).produceErrors.add(ErrorCode.MESSAGE_TOO_LARGE);
        Producer producer = producer(ProducerSettings.defaults());
        Ledger ledger = new Ledger();

        sendAll(producer, ledger, List.of("a", "b", "c", "d", "e"));
        client.get(producer::flush);

        assertThat(brokers.partition("t", 0).values()).containsExactly("a", "b", "c", "d", "e");
        assertThat(brokers.partition("t", 0).batches).hasSize(2);
        assertThat(ledger.offsets).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(producer.bufferedBytes()).isZero();
    }

    @Test
    void aLostAnswerDoesNotWriteTwice() {
        brokers.create("t", 1);
        brokers.refuse(ApiKey.PRODUCE, Refusal.DROP_AFTERWARDS, Refusal.DROP_AFTERWARDS);
        Producer producer = producer(ProducerSettings.defaults());

        Delivered delivered = client.get(() -> producer.send(record("once")));

        assertThat(delivered.offset()).isZero();
        assertThat(brokers.partition("t", 0).values()).containsExactly("once");
    }

    @Test
    void aBrokerThatFallsSilentIsGivenUpAndTheRecordSentAgain() {
        brokers.create("t", 1);
        brokers.refuse(ApiKey.PRODUCE, Refusal.SILENCE);
        Producer producer = producer(ProducerSettings.defaults());

        assertThat(client.get(() -> producer.send(record("x"))).offset()).isZero();
        assertThat(brokers.simulation.now()).isGreaterThan(Duration.ofSeconds(30));
    }

    @Test
    void theProducerFollowsALeaderThatMoves() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.defaults());
        client.get(() -> producer.send(record("before")));

        brokers.moveLeader("t", 0, 1);
        client.get(() -> producer.send(record("after")));

        assertThat(brokers.partition("t", 0).values()).containsExactly("before", "after");
    }

    @Test
    void aRefusedRecordFailsWithTheBrokersErrorAndTheNextGoesThrough() {
        brokers.create("t", 1);
        brokers.partition("t", 0).produceErrors.add(ErrorCode.INVALID_RECORD);
        Producer producer = producer(ProducerSettings.defaults());

        ClientError error = client.error(() -> producer.send(record("bad")));
        client.get(() -> producer.send(record("good")));

        assertThat(error)
                .isInstanceOfSatisfying(
                        ClientError.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_RECORD));
        assertThat(brokers.partition("t", 0).values()).containsExactly("good");
    }

    @Test
    void aBrokerThatHasForgottenTheProducerIsToldANewEpoch() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.defaults());
        client.get(() -> producer.send(record("one")));
        brokers.partition("t", 0).producers.clear();

        Delivered delivered = client.get(() -> producer.send(record("two")));

        assertThat(delivered.offset()).isEqualTo(1);
        RecordBatch last = RecordBatch.at(brokers.partition("t", 0).batches.getLast(), 0);
        assertThat(last.producerEpoch()).isEqualTo((short) 1);
        assertThat(last.baseSequence()).isZero();
    }

    @Test
    void aRecordThatCannotBeDeliveredInTimeFailsAndLaterOnesDoNot() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.builder()
                .deliveryTimeout(Duration.ofSeconds(5))
                .build());
        client.get(() -> producer.send(record("before")));
        for (int i = 0; i < 200; i++) {
            brokers.partition("t", 0).produceErrors.add(ErrorCode.NOT_ENOUGH_REPLICAS);
        }

        assertThat(client.error(() -> producer.send(record("never")))).isInstanceOf(ClientError.TimedOut.class);
        brokers.partition("t", 0).produceErrors.clear();
        client.get(() -> producer.send(record("after")));

        assertThat(brokers.partition("t", 0).values()).containsExactly("before", "after");
    }

    @Test
    void withoutAcknowledgementsRecordsAreDeliveredWhenTheyAreSent() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.builder().acks(Acks.NONE).build());
        Ledger ledger = new Ledger();

        sendAll(producer, ledger, List.of("a", "b", "c"));
        client.get(producer::flush);
        brokers.runFor(Duration.ofSeconds(1));

        assertThat(ledger.offsets).containsExactly(-1L, -1L, -1L);
        assertThat(brokers.partition("t", 0).values()).containsExactly("a", "b", "c");
    }

    @Test
    void closingDeliversWhatWasAcceptedAndRefusesWhatComesLater() {
        brokers.create("t", 1);
        Producer producer = producer(
                ProducerSettings.builder().linger(Duration.ofSeconds(30)).build());
        Ledger ledger = new Ledger();
        sendAll(producer, ledger, List.of("a", "b"));

        client.get(() -> producer.close(Duration.ofSeconds(10)));

        assertThat(ledger.offsets).containsExactly(0L, 1L);
        assertThat(client.error(() -> producer.send(record("late")))).isInstanceOf(ClientError.Closed.class);
    }

    @Test
    void whatCannotBeDeliveredUntilTheCloseFails() {
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.defaults());
        client.get(() -> producer.send(record("first")));
        brokers.hosts.forEach(host -> host.crash());
        Ledger ledger = new Ledger();
        sendAll(producer, ledger, List.of("a", "b"));

        client.get(() -> producer.close(Duration.ofSeconds(3)));

        assertThat(ledger.errors).hasSize(2).allMatch(error -> error instanceof ClientError.Closed);
    }

    @Test
    void oldBrokersGetTheirVersions() {
        brokers.highestVersions.put(ApiKey.PRODUCE, 3);
        brokers.highestVersions.put(ApiKey.METADATA, 4);
        brokers.create("t", 1);
        Producer producer = producer(ProducerSettings.defaults());

        assertThat(client.get(() -> producer.send(record("x"))).offset()).isZero();
        assertThat(brokers.lastVersions).containsEntry(ApiKey.PRODUCE, 3);
    }

    /** Everything goes wrong that can go wrong between a producer and its brokers. */
    @Test
    void whateverGoesWrongAcknowledgedRecordsAreThereOnceAndInOrder() {
        Seeds.check(60, simulation -> {
            FakeCluster cluster = new FakeCluster(simulation, 3);
            cluster.create("t", 3);
            TestClient sender = new TestClient(cluster, "sender");
            Producer producer = sender.make(() -> new Producer(
                    sender.cluster,
                    ProducerSettings.builder()
                            .batchBytes(300)
                            .deliveryTimeout(Duration.ofSeconds(90))
                            .build()));
            simulation
                    .network()
                    .faults(NetworkFaults.NONE
                            .withLatency(Duration.ofNanos(100_000), Duration.ofMillis(20))
                            .withSpikes(0.02, Duration.ofSeconds(2))
                            .withResets(0.01)
                            .withRefusals(0.1));
            var dice = simulation.dice("trouble");
            Map<String, Long> acknowledged = new HashMap<>();
            int[] settled = {0};
            int records = 400;
            for (int i = 0; i < records; i++) {
                String value = "v" + i;
                int partition = i % 3;
                simulation.after(
                        Duration.ofMillis(dice.nextInt(20_000)),
                        "send",
                        () -> sender.loop.execute(() ->
                                producer.trySend(record(value).withPartition(partition), new Delivery() {
                                    @Override
                                    public void delivered(TopicPartition id, long offset, long timestampMs) {
                                        settled[0]++;
                                        acknowledged.put(value, offset);
                                    }

                                    @Override
                                    public void failed(ClientError error) {
                                        settled[0]++;
                                    }
                                })));
            }
            for (int i = 0; i < 30; i++) {
                int what = dice.nextInt(5);
                int partition = dice.nextInt(3);
                int broker = dice.nextInt(3);
                simulation.after(Duration.ofMillis(dice.nextInt(20_000)), "trouble " + what, () -> {
                    switch (what) {
                        case 0 -> cluster.moveLeader("t", partition, broker);
                        case 1 -> cluster.dropConnections();
                        case 2 ->
                            cluster.partition("t", partition).produceErrors.add(ErrorCode.NOT_ENOUGH_REPLICAS);
                        case 3 ->
                            cluster.partition("t", partition).produceErrors.add(ErrorCode.REQUEST_TIMED_OUT);
                        default -> cluster.refuse(ApiKey.PRODUCE, Refusal.DROP_AFTERWARDS, Refusal.SILENCE);
                    }
                });
            }
            simulation.runUntil("all are settled", () -> settled[0] == records, Duration.ofMinutes(10));

            for (int partition = 0; partition < 3; partition++) {
                List<String> values = cluster.partition("t", partition).values();
                assertThat(new HashSet<>(values)).as("no duplicates").hasSameSizeAs(values);
            }
            acknowledged.forEach((value, offset) -> {
                int partition = Integer.parseInt(value.substring(1)) % 3;
                List<String> values = cluster.partition("t", partition).values();
                assertThat(values).contains(value);
                if (offset >= 0) {
                    assertThat(values.get(offset.intValue())).isEqualTo(value);
                }
            });
            assertThat(producer.bufferedBytes()).isZero();
        });
    }

    private Producer producer(ProducerSettings settings) {
        return client.make(() -> new Producer(client.cluster, settings));
    }

    private void sendAll(Producer producer, Delivery delivery, List<String> values) {
        client.run(() -> values.forEach(value -> producer.trySend(record(value), delivery)));
    }

    private static ProducerRecord record(String value) {
        return ProducerRecord.ofText("t", null, value);
    }
}
