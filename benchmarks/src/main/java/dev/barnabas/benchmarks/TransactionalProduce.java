package dev.barnabas.benchmarks;

import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces as fast as it can with the official client, in one transaction after the other.
 *
 * <p>Arguments: address, topic, number of records, bytes per record, how long a transaction is in milliseconds. The
 * time counts from the first {@code beginTransaction} until the last {@code commitTransaction} has returned.
 */
final class TransactionalProduce {

    private TransactionalProduce() {}

    public static void main(String[] arguments) {
        String topic = arguments[1];
        long records = Long.parseLong(arguments[2]);
        byte[] value = new byte[Integer.parseInt(arguments[3])];
        long length = Long.parseLong(arguments[4]) * 1_000_000;
        // As ProducerPerformance does: what is sent does not compress, and costs nothing to make.
        new Random(1).nextBytes(value);
        long transactions = 0;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", arguments[0], "transactional.id", "bench-" + topic),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            long begin = System.nanoTime();
            for (long sent = 0; sent < records; transactions++) {
                producer.beginTransaction();
                long end = System.nanoTime() + length;
                while (sent < records && System.nanoTime() - end < 0) {
                    producer.send(new ProducerRecord<>(topic, value));
                    sent++;
                }
                producer.commitTransaction();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(Locale.ROOT, "%.1f records/s in %d transactions%n", records / seconds, transactions);
        }
    }
}
