package dev.barnabas.cli;

import dev.barnabas.client.ProducerRecord;
import dev.barnabas.protocol.record.Header;
import dev.barnabas.protocol.record.Record;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;

/**
 * Records as JSON objects, the same for reading and writing: {@code key}, {@code value}, {@code headers},
 * {@code timestamp} in milliseconds since 1970, {@code partition}, and when written {@code topic} and {@code offset}.
 * What is not UTF-8 stands in base64 under {@code keyBase64} and {@code valueBase64}.
 */
final class RecordJson {

    private RecordJson() {}

    /** The record as a tree for {@link Json}. */
    static Map<String, @Nullable Object> tree(@Nullable String topic, int partition, Record record) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        if (topic != null) {
            tree.put("topic", topic);
            tree.put("partition", partition);
        }
        tree.put("offset", record.offset());
        tree.put("timestamp", record.timestamp());
        bytes(tree, "key", record.key());
        bytes(tree, "value", record.value());
        List<Object> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("key", header.key());
            bytes(one, "value", header.value());
            headers.add(one);
        }
        tree.put("headers", headers);
        return tree;
    }

    private static void bytes(Map<String, @Nullable Object> tree, String name, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            tree.put(name, null);
            return;
        }
        try {
            tree.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(bytes.duplicate())
                            .toString());
        } catch (CharacterCodingException notText) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            tree.put(name + "Base64", Base64.getEncoder().encodeToString(copy));
        }
    }

    /**
     * A record from a line.
     *
     * @throws IllegalArgumentException with a message for the user, if the line is not such an object
     */
    static ProducerRecord parse(String topic, byte[] line) {
        ByteBuffer key = null;
        ByteBuffer value = null;
        int partition = ProducerRecord.ANY;
        long timestamp = ProducerRecord.NOW;
        List<Header> headers = List.of();
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "key" -> key = content(parser);
                    case "value" -> value = content(parser);
                    case "keyBase64" -> key = base64(parser);
                    case "valueBase64" -> value = base64(parser);
                    case "partition" -> {
                        if (parser.currentToken() != JsonToken.VALUE_NULL) {
                            partition = parser.getIntValue();
                        }
                    }
                    case "timestamp" -> timestamp = timestamp(parser);
                    case "headers" -> headers = headers(parser);
                    // What consume --json writes can be produced again.
                    case "topic", "offset" -> parser.skipChildren();
                    default ->
                        throw new IllegalArgumentException("unknown field \"" + name
                                + "\"; known are key, value, headers, timestamp, partition, keyBase64, valueBase64");
                }
            }
            return new ProducerRecord(topic, partition, timestamp, key, value, headers);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a timestamp: " + e.getMessage(), e);
        }
    }

    /** Text as it is; anything else but null as its JSON. */
    private static @Nullable ByteBuffer content(JsonParser parser) {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> utf8(parser.getString());
            case NOT_AVAILABLE,
                    START_OBJECT,
                    END_OBJECT,
                    START_ARRAY,
                    END_ARRAY,
                    PROPERTY_NAME,
                    VALUE_EMBEDDED_OBJECT,
                    VALUE_NUMBER_INT,
                    VALUE_NUMBER_FLOAT,
                    VALUE_TRUE,
                    VALUE_FALSE -> {
                StringWriter text = new StringWriter();
                try (JsonGenerator generator = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
                    generator.copyCurrentStructure(parser);
                }
                yield utf8(text.toString());
            }
        };
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer base64(JsonParser parser) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(parser.getString()));
    }

    private static long timestamp(JsonParser parser) {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> ProducerRecord.NOW;
            case VALUE_STRING -> Instant.parse(parser.getString()).toEpochMilli();
            case NOT_AVAILABLE,
                    START_OBJECT,
                    END_OBJECT,
                    START_ARRAY,
                    END_ARRAY,
                    PROPERTY_NAME,
                    VALUE_EMBEDDED_OBJECT,
                    VALUE_NUMBER_INT,
                    VALUE_NUMBER_FLOAT,
                    VALUE_TRUE,
                    VALUE_FALSE -> parser.getLongValue();
        };
    }

    /** Either {@code {"name": "value"}} or {@code [{"key": "name", "value": "value"}]}. */
    private static List<Header> headers(JsonParser parser) {
        List<Header> headers = new ArrayList<>();
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                headers.add(new Header(name, content(parser)));
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                headers.add(header(parser));
            }
        } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
            throw new IllegalArgumentException("headers must be an object, or a list of objects with key and value");
        }
        return headers;
    }

    private static Header header(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("a header in a list must be an object with key and value");
        }
        String key = null;
        ByteBuffer value = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "key" -> key = parser.getString();
                case "value" -> value = content(parser);
                case "valueBase64" -> value = base64(parser);
                default -> throw new IllegalArgumentException("unknown field of a header: \"" + name + "\"");
            }
        }
        if (key == null) {
            throw new IllegalArgumentException("a header has no key");
        }
        return new Header(key, value);
    }
}
