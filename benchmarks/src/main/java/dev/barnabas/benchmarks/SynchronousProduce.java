package dev.barnabas.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces one record with acks=all, waits for the acknowledgement, and only then produces the next, with the official
 * client. The first records are not counted: while a client's process is young, its own compiling is most of what one
 * sees, whoever answers.
 *
 * <p>Arguments: address, topic (with one partition), number of records, bytes per record.
 */
final class SynchronousProduce {

    private static final int NOT_COUNTED = 5_000;

    private SynchronousProduce() {}

    public static void main(String[] arguments) throws ExecutionException, InterruptedException {
        String topic = arguments[1];
        long[] nanos = new long[Integer.parseInt(arguments[2])];
        byte[] value = new byte[Integer.parseInt(arguments[3])];
        Random random = new Random(1);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", arguments[0], "acks", "all", "linger.ms", "0"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = -NOT_COUNTED; i < nanos.length; i++) {
                random.nextBytes(value);
                long begin = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, value)).get();
                if (i >= 0) {
                    nanos[i] = System.nanoTime() - begin;
                }
            }
        }
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms%n",
                at(nanos, 0.5),
                at(nanos, 0.99),
                at(nanos, 0.999));
    }

    private static double at(long[] sorted, double part) {
        return sorted[(int) (sorted.length * part)] / 1e6;
    }
}
