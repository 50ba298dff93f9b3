package dev.barnabas.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Share consumers of the official client, with default settings (each poll acknowledges what the one before has
 * returned), that read a topic from its beginning, each on a thread of its own.
 *
 * <p>Arguments: address, topic, group, consumers, records to be acknowledged. The time counts from the first
 * acknowledgement that a broker has confirmed until there are so many.
 */
final class ShareConsumption {

    private ShareConsumption() {}

    public static void main(String[] arguments) throws ExecutionException, InterruptedException {
        String address = arguments[0];
        String group = arguments[2];
        int consumers = Integer.parseInt(arguments[3]);
        long wanted = Long.parseLong(arguments[4]);
        readFromTheBeginning(address, group);
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong begin = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < consumers; i++) {
            Thread.ofPlatform().daemon().start(() -> {
                try (KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(
                        Map.of("bootstrap.servers", address, "group.id", group),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
                    consumer.setAcknowledgementCommitCallback((offsets, error) -> {
                        if (error == null) {
                            begin.compareAndSet(0, System.nanoTime());
                            long records = offsets.values().stream()
                                    .mapToLong(Set::size)
                                    .sum();
                            if (acknowledged.addAndGet(records) >= wanted) {
                                done.countDown();
                            }
                        }
                    });
                    consumer.subscribe(List.of(arguments[1]));
                    while (done.getCount() > 0) {
                        consumer.poll(Duration.ofMillis(500));
                    }
                }
            });
        }
        done.await();
        double seconds = (System.nanoTime() - begin.get()) / 1e9;
        System.out.printf(Locale.ROOT, "%.1f acknowledged/s%n", acknowledged.get() / seconds);
        System.exit(0);
    }

    private static void readFromTheBeginning(String address, String group)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, group),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}
