package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Which replicas partitions are to have, in the format of Kafka's {@code kafka-reassign-partitions}:
 *
 * <pre>{"version":1,"partitions":[{"topic":"logs","partition":0,"replicas":[1,2,3],"log_dirs":["any","any","any"]}]}
 * </pre>
 *
 * <p>{@code version} and {@code log_dirs} may be left out; nothing but {@code any} can stand in the latter.
 */
record ReassignmentPlan(Map<TopicPartition, List<Integer>> replicas) {

    private static final int VERSION = 1;

    ReassignmentPlan {
        replicas = Collections.unmodifiableMap(new TreeMap<>(replicas));
    }

    /** @throws IllegalArgumentException with a message for the user, if the text is not such a plan */
    static ReassignmentPlan parse(String json) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), json)) {
            Map<TopicPartition, List<Integer>> replicas = new TreeMap<>();
            expect(parser, parser.nextToken(), JsonToken.START_OBJECT, "an object");
            boolean found = false;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if ("version".equals(name)) {
                    expect(parser, value, JsonToken.VALUE_NUMBER_INT, "the number of the version");
                    if (parser.getIntValue() != VERSION) {
                        throw wrong(parser, "version " + parser.getIntValue() + " is not known");
                    }
                } else if ("partitions".equals(name)) {
                    found = true;
                    expect(parser, value, JsonToken.START_ARRAY, "a list of partitions");
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        readPartition(parser, replicas);
                    }
                } else {
                    parser.skipChildren();
                }
            }
            if (!found || replicas.isEmpty()) {
                throw new IllegalArgumentException("there are no \"partitions\" in it");
            }
            return new ReassignmentPlan(replicas);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void readPartition(JsonParser parser, Map<TopicPartition, List<Integer>> all) {
        expect(parser, parser.currentToken(), JsonToken.START_OBJECT, "a partition as an object");
        @Nullable String topic = null;
        int partition = -1;
        List<Integer> replicas = List.of();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "topic" -> {
                    expect(parser, value, JsonToken.VALUE_STRING, "the name of a topic");
                    topic = parser.getString();
                }
                case "partition" -> {
                    expect(parser, value, JsonToken.VALUE_NUMBER_INT, "the number of a partition");
                    partition = parser.getIntValue();
                }
                case "replicas" -> replicas = brokers(parser, value);
                case "log_dirs" -> requireAny(parser, value);
                default -> parser.skipChildren();
            }
        }
        if (topic == null || partition < 0 || replicas.isEmpty()) {
            throw wrong(parser, "a partition needs \"topic\", \"partition\" and \"replicas\"");
        }
        if (all.put(new TopicPartition(topic, partition), replicas) != null) {
            throw wrong(parser, topic + "-" + partition + " stands there twice");
        }
    }

    private static List<Integer> brokers(JsonParser parser, JsonToken value) {
        expect(parser, value, JsonToken.START_ARRAY, "a list of brokers");
        List<Integer> brokers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "the id of a broker");
            brokers.add(parser.getIntValue());
        }
        return List.copyOf(brokers);
    }

    private static void requireAny(JsonParser parser, JsonToken value) {
        expect(parser, value, JsonToken.START_ARRAY, "a list of directories");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!"any".equals(parser.getString())) {
                throw wrong(parser, "brokers choose directories themselves: only \"any\" can stand in log_dirs");
            }
        }
    }

    private static void expect(JsonParser parser, @Nullable JsonToken token, JsonToken expected, String what) {
        if (token != expected) {
            throw wrong(parser, "expected " + what);
        }
    }

    private static IllegalArgumentException wrong(JsonParser parser, String what) {
        return new IllegalArgumentException(
                "line " + parser.currentTokenLocation().getLineNr() + ": " + what);
    }

    /** For {@link Json}, as it can be read again. */
    Object document() {
        List<Object> partitions = new ArrayList<>();
        replicas.forEach((id, brokers) ->
                partitions.add(ordered("topic", id.topic(), "partition", id.partition(), "replicas", brokers)));
        return ordered("version", VERSION, "partitions", partitions);
    }
}
