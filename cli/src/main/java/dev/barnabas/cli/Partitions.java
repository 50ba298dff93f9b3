package dev.barnabas.cli;

import dev.barnabas.client.TopicPartition;
import java.util.List;
import java.util.stream.Collectors;

/** Partitions and brokers as people write and read them. */
final class Partitions {

    private Partitions() {}

    /** {@code TOPIC-0}; topics may have dashes in their names. */
    static TopicPartition parse(String text) {
        int dash = text.lastIndexOf('-');
        String index = text.substring(dash + 1);
        if (dash < 1 || !index.matches("[0-9]{1,9}")) {
            throw Failure.usage("expected TOPIC-PARTITION such as logs-0, not \"" + text + "\"");
        }
        return new TopicPartition(text.substring(0, dash), Integer.parseInt(index));
    }

    /** In columns: {@code 1,2,3}. */
    static String joined(List<Integer> brokers) {
        return brokers.isEmpty() ? "-" : brokers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** In sentences: {@code broker 1}, {@code brokers 1, 2 and 3}. */
    static String named(List<Integer> brokers) {
        if (brokers.size() == 1) {
            return "broker " + brokers.getFirst();
        }
        List<String> first = brokers.subList(0, brokers.size() - 1).stream()
                .map(String::valueOf)
                .toList();
        return "brokers " + String.join(", ", first) + " and " + brokers.getLast();
    }

    /** {@code 1 partition}, {@code 3 partitions}. */
    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
