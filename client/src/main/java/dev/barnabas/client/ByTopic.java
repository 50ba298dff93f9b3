package dev.barnabas.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Requests group partitions by topic. */
final class ByTopic {

    private ByTopic() {}

    /** One result for each topic and its partitions, both in order. */
    static <T> List<T> map(
            Collection<TopicPartition> partitions, BiFunction<String, List<TopicPartition>, T> function) {
        List<T> results = new ArrayList<>();
        group(partitions).forEach((topic, some) -> results.add(function.apply(topic, some)));
        return results;
    }

    static Map<String, List<TopicPartition>> group(Collection<TopicPartition> partitions) {
        Map<String, List<TopicPartition>> topics = new TreeMap<>();
        partitions.stream()
                .sorted()
                .forEach(id -> topics.computeIfAbsent(id.topic(), absent -> new ArrayList<>())
                        .add(id));
        return topics;
    }
}
