package dev.barnabas.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces at an even pace with the official client (idempotent, acks=all), to all partitions in turn, while somebody
 * else breaks brokers; says how long partitions were without acknowledgements, and compares in the end what was
 * acknowledged with what is there.
 *
 * <p>Arguments: addresses, topic, its partitions, records per second, request.timeout.ms. Commands on the standard
 * input, each answered by one line: {@code window} begins one; {@code settled} waits until every partition has been
 * acknowledged for two seconds and answers with the longest gap of the window in milliseconds; {@code finish} answers
 * with the numbers of acknowledged, refused, lost, doubled and reordered records.
 */
final class PacedProducer {

    /** Tells its records from those with which the topic was tried out, which have none. */
    private static final byte[] KEY = {1};

    private static final int RECORD_BYTES = 100;
    private static final long FLOWING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(150);

    private final String addresses;
    private final String topic;
    private final int partitions;
    private final Acknowledgements acknowledgements;
    private volatile boolean finishing;

    private PacedProducer(String addresses, String topic, int partitions) {
        this.addresses = addresses;
        this.topic = topic;
        this.partitions = partitions;
        this.acknowledgements = new Acknowledgements(partitions);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        new PacedProducer(arguments[0], arguments[1], Integer.parseInt(arguments[2]))
                .run(Integer.parseInt(arguments[3]), arguments[4]);
    }

    private void run(int perSecond, String requestTimeoutMs) throws IOException, InterruptedException {
        Thread pace = Thread.ofPlatform().start(() -> produce(perSecond, requestTimeoutMs));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            switch (command) {
                case "window" -> {
                    acknowledgements.beginWindow();
                    System.out.println("begun");
                }
                case "settled" -> System.out.println(settled() / 1_000_000);
                case "finish" -> {
                    finishing = true;
                    pace.join();
                    System.out.println(verify());
                    return;
                }
                default -> throw new IOException("no such command: " + command);
            }
        }
        // Whoever gave the commands is gone.
        System.exit(1);
    }

    private void produce(int perSecond, String requestTimeoutMs) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        addresses,
                        "acks",
                        "all",
                        "enable.idempotence",
                        "true",
                        "request.timeout.ms",
                        requestTimeoutMs),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            long begin = System.nanoTime();
            for (long record = 0; !finishing; record++) {
                int partition = (int) (record % partitions);
                long number = record / partitions;
                byte[] value = new byte[RECORD_BYTES];
                ByteBuffer.wrap(value).putLong(number);
                producer.send(new ProducerRecord<>(topic, partition, KEY, value), (metadata, error) -> {
                    if (error == null) {
                        acknowledgements.acknowledged(partition, number, metadata.offset());
                    } else {
                        acknowledgements.refused(error);
                    }
                });
                long due = begin + (record + 1) * 1_000_000_000 / perSecond;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
            producer.close(Duration.ofSeconds(60));
        }
    }

    private long settled() throws InterruptedException {
        long begin = System.nanoTime();
        long flowingSince = begin;
        while (System.nanoTime() - flowingSince < QUIET_NANOS && System.nanoTime() - begin < GIVE_UP_NANOS) {
            Thread.sleep(20);
            if (acknowledgements.waitingNanos() > FLOWING_NANOS) {
                flowingSince = System.nanoTime();
            }
        }
        return acknowledgements.longestGapNanos();
    }

    private String verify() {
        ReadBack found = ReadBack.of(addresses, topic, partitions, acknowledgements);
        if (!acknowledgements.errors().isEmpty()) {
            System.err.println(acknowledgements.errors());
        }
        return acknowledgements.count() + " " + acknowledgements.errorCount() + " " + found.lost() + " "
                + found.doubled() + " " + found.reordered();
    }
}
