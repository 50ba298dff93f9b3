package dev.barnabas.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces one record with acks=all, waits until a consumer has it, and only then produces the next, with the official
 * client: how long a record is on its way through a broker that has nothing else to do. Kafka's own EndToEndLatency
 * tool does the same and reports whole milliseconds, which is more than most records take.
 *
 * <p>Arguments: address, topic (with one partition), number of records, bytes per record.
 */
final class OneAtATime {

    private OneAtATime() {}

    public static void main(String[] arguments) throws ExecutionException, InterruptedException {
        String topic = arguments[1];
        int records = Integer.parseInt(arguments[2]);
        byte[] value = new byte[Integer.parseInt(arguments[3])];
        Map<String, Object> common = Map.of("bootstrap.servers", arguments[0]);
        Map<String, Object> acks = Map.of("bootstrap.servers", arguments[0], "acks", "all", "linger.ms", "0");
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(acks, new ByteArraySerializer(), new ByteArraySerializer());
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(common, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
            consumer.assign(partition);
            consumer.seekToEnd(partition);
            consumer.position(partition.getFirst());
            long[] nanos = new long[records];
            Random random = new Random(1);
            for (int i = 0; i < records; i++) {
                random.nextBytes(value);
                long begin = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, value)).get();
                int received = 0;
                while (received == 0) {
                    received = consumer.poll(Duration.ofSeconds(10)).count();
                }
                nanos[i] = System.nanoTime() - begin;
            }
            Arrays.sort(nanos);
            System.out.printf(
                    Locale.ROOT,
                    "p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms%n",
                    at(nanos, 0.5),
                    at(nanos, 0.99),
                    at(nanos, 0.999));
        }
    }

    private static double at(long[] sorted, double part) {
        return sorted[(int) (sorted.length * part)] / 1e6;
    }
}
