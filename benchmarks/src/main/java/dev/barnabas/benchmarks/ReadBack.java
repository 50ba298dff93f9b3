package dev.barnabas.benchmarks;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a topic holds in the end, next to what was acknowledged. The value of a record begins with its number in its
 * partition; records without a key are somebody else's.
 *
 * @param lost acknowledged, but not there, or there only at another offset
 * @param doubled there more than once
 * @param reordered behind a record that was sent later
 */
record ReadBack(long lost, long doubled, long reordered) {

    static ReadBack of(String addresses, String topic, int partitions, Acknowledgements acknowledgements) {
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        List<OfPartition> read = IntStream.range(0, partitions)
                .mapToObj(partition -> new OfPartition(new HashMap<>(acknowledgements.offsetByNumber(partition))))
                .toList();
        long doubled = 0;
        long reordered = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", addresses), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (record.key() == null) {
                        continue;
                    }
                    long number = ByteBuffer.wrap(record.value()).getLong();
                    OfPartition of = read.get(record.partition());
                    of.missing.remove(number, record.offset());
                    if (!of.seen.add(number)) {
                        doubled++;
                    } else if (number < of.last) {
                        reordered++;
                    }
                    of.last = Math.max(of.last, number);
                }
            }
        }
        return new ReadBack(read.stream().mapToLong(of -> of.missing.size()).sum(), doubled, reordered);
    }

    /** What was read of a partition so far. */
    private static final class OfPartition {
        /** Offsets of acknowledged records by number. */
        private final Map<Long, Long> missing;

        private final Set<Long> seen = new HashSet<>();
        private long last = -1;

        OfPartition(Map<Long, Long> missing) {
            this.missing = missing;
        }
    }
}
