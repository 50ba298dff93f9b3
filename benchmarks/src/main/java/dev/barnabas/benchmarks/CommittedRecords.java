package dev.barnabas.benchmarks;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How long records of transactions are on their way to a consumer that reads committed records, with the official
 * client: from the call of {@code send}, and from the call of {@code commitTransaction}, until {@code poll} has
 * returned them.
 *
 * <p>Arguments: address, topic (with one partition), number of transactions, records in each, how long a transaction is
 * in milliseconds (its records are sent evenly over that time), bytes per record. A transaction begins when the one
 * before has been received.
 */
final class CommittedRecords {

    private static final int NUMBER_BYTES = Integer.BYTES;

    private CommittedRecords() {}

    public static void main(String[] arguments) {
        String topic = arguments[1];
        int transactions = Integer.parseInt(arguments[2]);
        int each = Integer.parseInt(arguments[3]);
        long apart = Long.parseLong(arguments[4]) * 1_000_000 / each;
        byte[] value = new byte[Math.max(NUMBER_BYTES, Integer.parseInt(arguments[5]))];
        long[] fromSend = new long[transactions * each];
        long[] fromCommit = new long[transactions];
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", arguments[0], "transactional.id", "bench-" + topic),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", arguments[0], "isolation.level", "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
            consumer.assign(partition);
            consumer.seekToEnd(partition);
            consumer.position(partition.getFirst());
            producer.initTransactions();
            long[] sentAt = new long[each];
            for (int transaction = 0; transaction < transactions; transaction++) {
                producer.beginTransaction();
                long begin = System.nanoTime();
                for (int i = 0; i < each; i++) {
                    for (long left = begin + i * apart - System.nanoTime();
                            left > 0;
                            left = begin + i * apart - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    ByteBuffer.wrap(value).putInt(i);
                    sentAt[i] = System.nanoTime();
                    producer.send(new ProducerRecord<>(topic, value.clone()));
                }
                for (long left = begin + each * apart - System.nanoTime();
                        left > 0;
                        left = begin + each * apart - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                // The consumer has to wait for the records while they are committed, as one in another process would.
                long committing = System.nanoTime();
                Thread commit = Thread.ofPlatform().start(producer::commitTransaction);
                for (int received = 0; received < each; ) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
                        int number = ByteBuffer.wrap(record.value()).getInt();
                        fromSend[transaction * each + number] = System.nanoTime() - sentAt[number];
                        received++;
                    }
                }
                fromCommit[transaction] = System.nanoTime() - committing;
                join(commit);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "from send p50 %.3f ms, p99 %.3f ms; from commit p50 %.3f ms, p99 %.3f ms%n",
                at(fromSend, 0.5),
                at(fromSend, 0.99),
                at(fromCommit, 0.5),
                at(fromCommit, 0.99));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double at(long[] nanos, double part) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) (sorted.length * part)] / 1e6;
    }
}
