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
        Map<Integer, Map<Long, Long>> missing = new HashMap<>();
        Map<Integer, Set<Long>> seen = new HashMap<>();
        Map<Integer, Long> last = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            missing.put(partition, new HashMap<>(acknowledgements.offsetByNumber(partition)));
            seen.put(partition, new HashSet<>());
            last.put(partition, -1L);
        }
        long doubled = 0;
        long reordered = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", addresses), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (record.key() == null) {
                        continue;
                    }
                    long number = ByteBuffer.wrap(record.value()).getLong();
                    missing.get(record.partition()).remove(number, record.offset());
                    if (!seen.get(record.partition()).add(number)) {
                        doubled++;
                    } else if (number < last.get(record.partition())) {
                        reordered++;
                    }
                    last.merge(record.partition(), number, Math::max);
                }
            }
        }
        return new ReadBack(missing.values().stream().mapToLong(Map::size).sum(), doubled, reordered);
    }
}
