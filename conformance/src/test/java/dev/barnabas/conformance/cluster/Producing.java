package dev.barnabas.conformance.cluster;

import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.Message;
import dev.barnabas.simulation.history.Partition;
import dev.barnabas.simulation.history.Payload;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An idempotent producer that writes numbered records to all partitions in turn, some hundred a second. */
final class Producing {

    private static final int PATIENCE_MS = 120_000;

    private final String name;
    private final Recording record;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread;
    private volatile boolean stopping;

    Producing(String bootstrapServers, String name, Recording record) {
        this.name = name;
        this.record = record;
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "client.id",
                        name,
                        // A node that is silent is given up soon; the client waits for 30 s otherwise.
                        "request.timeout.ms",
                        2_000,
                        "delivery.timeout.ms",
                        PATIENCE_MS,
                        "max.block.ms",
                        PATIENCE_MS),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        thread = Thread.ofPlatform().name(name).start(this::run);
    }

    private void run() {
        try {
            for (long number = 0; !stopping; number++) {
                Partition partition = record.partitions()
                        .get((int) (number % record.partitions().size()));
                send(partition, new Message(name, number));
                TimeUnit.MICROSECONDS.sleep(700);
            }
            producer.flush();
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            record.failed(e);
        }
    }

    private void send(Partition partition, Message message) {
        record.add(new Event.Sent(System.nanoTime(), partition, message));
        producer.send(
                new ProducerRecord<>(partition.topic(), partition.number(), null, Payload.encode(message, 100)),
                (metadata, error) -> {
                    if (error == null) {
                        record.add(new Event.Acknowledged(System.nanoTime(), partition, message, metadata.offset()));
                    } else if (!stopping || !(error instanceof KafkaException)) {
                        record.failed(error);
                    }
                });
    }

    /** Sends no more, and waits for all acknowledgements. */
    void finish() throws InterruptedException {
        stopping = true;
        thread.join();
        producer.close();
    }

    void stop() {
        stopping = true;
    }

    void join(Duration patience) {
        thread.interrupt();
        producer.close(patience);
    }
}
