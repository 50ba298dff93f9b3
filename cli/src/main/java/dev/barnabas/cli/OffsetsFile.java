package dev.barnabas.cli;

import dev.barnabas.client.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Offsets of a group as lines with commas, as Apache Kafka's {@code kafka-consumer-groups} exports and reads them:
 * topic, partition and offset, with the group in front where there are several groups. Names of topics need no quotes;
 * those of groups stand in them where they contain a comma.
 */
final class OffsetsFile {

    private OffsetsFile() {}

    static String line(TopicPartition partition, long offset) {
        return partition.topic() + "," + partition.partition() + "," + offset;
    }

    /**
     * What a file says about a group; lines about others are left out.
     *
     * @throws Failure if it cannot be read, or a line is not understood
     */
    static Map<TopicPartition, Long> read(Path file, String group) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw Failure.failed("cannot read " + file + ": " + e.getMessage());
        }
        Map<TopicPartition, Long> offsets = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty()) {
                read(file + ", line " + (i + 1), line, group, offsets);
            }
        }
        return offsets;
    }

    private static void read(String where, String line, String group, Map<TopicPartition, Long> into) {
        String[] cells = line.split(",");
        int last = cells.length - 1;
        boolean understood = last >= 2
                && cells[last].strip().matches("[0-9]{1,18}")
                && cells[last - 1].strip().matches("[0-9]{1,9}");
        if (!understood) {
            throw Failure.failed(where + ": expected TOPIC,PARTITION,OFFSET and not \"" + line + "\"");
        }
        String named = unquoted(String.join(",", List.of(cells).subList(0, last - 2)));
        if (last == 2 || named.equals(group)) {
            into.put(
                    new TopicPartition(unquoted(cells[last - 2]), Integer.parseInt(cells[last - 1].strip())),
                    Long.parseLong(cells[last].strip()));
        }
    }

    private static String unquoted(String cell) {
        String text = cell.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1).replace("\"\"", "\"")
                : text;
    }
}
