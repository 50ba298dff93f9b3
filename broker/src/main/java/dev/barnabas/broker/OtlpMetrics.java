package dev.barnabas.broker;

import dev.barnabas.protocol.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The numbers in what clients push: {@code MetricsData} of OpenTelemetry's protocol, version 1, in protocol buffers.
 * Gauges and sums are taken, which is all that Kafka's clients send; everything else is passed over.
 *
 * <pre>
 *   MetricsData    1: ResourceMetrics*
 *   ResourceMetrics 2: ScopeMetrics*          ScopeMetrics 2: Metric*
 *   Metric         1: name   5: Gauge   7: Sum        Gauge, Sum 1: NumberDataPoint*
 *   NumberDataPoint 4: double   6: fixed 64-bit integer   7: KeyValue*
 *   KeyValue       1: key    2: AnyValue       AnyValue 1: string  2: bool  3: integer  4: double
 * </pre>
 */
final class OtlpMetrics {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

    private final int most;
    private final List<Point> points = new ArrayList<>();

    /** One number. */
    record Point(String metric, NavigableMap<String, String> attributes, double value) {}

    private OtlpMetrics(int most) {
        this.most = most;
    }

    /**
     * @param most what comes after so many numbers is left out
     * @throws MalformedMessageException if the bytes are something else
     */
    static List<Point> read(ByteBuffer bytes, int most) {
        OtlpMetrics metrics = new OtlpMetrics(most);
        fields(bytes, (field, wire, in) -> {
            if (field == 1 && wire == BYTES) {
                metrics.resource(message(in));
                return true;
            }
            return false;
        });
        return List.copyOf(metrics.points);
    }

    private void resource(ByteBuffer bytes) {
        fields(bytes, (field, wire, in) -> {
            if (field == 2 && wire == BYTES) {
                scope(message(in));
                return true;
            }
            return false;
        });
    }

    private void scope(ByteBuffer bytes) {
        fields(bytes, (field, wire, in) -> {
            if (field == 2 && wire == BYTES) {
                metric(message(in));
                return true;
            }
            return false;
        });
    }

    private void metric(ByteBuffer bytes) {
        String[] name = {""};
        List<ByteBuffer> numbers = new ArrayList<>();
        fields(bytes, (field, wire, in) -> {
            if (field == 1 && wire == BYTES) {
                name[0] = text(in);
                return true;
            }
            if ((field == 5 || field == 7) && wire == BYTES) {
                numbers.add(message(in));
                return true;
            }
            return false;
        });
        for (ByteBuffer each : numbers) {
            fields(each, (field, wire, in) -> {
                if (field == 1 && wire == BYTES) {
                    point(name[0], message(in));
                    return true;
                }
                return false;
            });
        }
    }

    private void point(String metric, ByteBuffer bytes) {
        double[] value = {0};
        NavigableMap<String, String> attributes = new TreeMap<>();
        fields(bytes, (field, wire, in) -> {
            if (field == 4 && wire == FIXED64) {
                value[0] = Double.longBitsToDouble(fixed64(in));
                return true;
            }
            if (field == 6 && wire == FIXED64) {
                value[0] = (double) fixed64(in);
                return true;
            }
            if (field == 7 && wire == BYTES) {
                attribute(message(in), attributes);
                return true;
            }
            return false;
        });
        if (points.size() < most) {
            points.add(new Point(metric, attributes, value[0]));
        }
    }

    private static void attribute(ByteBuffer bytes, NavigableMap<String, String> into) {
        String[] key = {""};
        String[] value = {""};
        fields(bytes, (field, wire, in) -> {
            if (field == 1 && wire == BYTES) {
                key[0] = text(in);
                return true;
            }
            if (field == 2 && wire == BYTES) {
                value[0] = anyValue(message(in));
                return true;
            }
            return false;
        });
        into.put(key[0], value[0]);
    }

    private static String anyValue(ByteBuffer bytes) {
        String[] value = {""};
        fields(bytes, (field, wire, in) -> {
            if (field == 1 && wire == BYTES) {
                value[0] = text(in);
                return true;
            }
            if ((field == 2 || field == 3) && wire == VARINT) {
                long number = varint(in);
                value[0] = field == 2 ? Boolean.toString(number != 0) : Long.toString(number);
                return true;
            }
            if (field == 4 && wire == FIXED64) {
                value[0] = Double.toString(Double.longBitsToDouble(fixed64(in)));
                return true;
            }
            return false;
        });
        return value[0];
    }

    /** One field of a message. */
    private interface Field {

        /** @return whether it has read the value; otherwise it is passed over */
        boolean read(int field, int wire, ByteBuffer in);
    }

    private static void fields(ByteBuffer bytes, Field each) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int field = (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
            int wire = (int) (tag & 7);
            if (!each.read(field, wire, in)) {
                skip(wire, in);
            }
        }
    }

    private static void skip(int wire, ByteBuffer in) {
        switch (wire) {
            case VARINT -> varint(in);
            case FIXED64 -> fixed64(in);
            case BYTES -> message(in);
            case FIXED32 -> advance(in, Integer.BYTES);
            default -> throw new MalformedMessageException("a field of wire type " + wire);
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            if (!in.hasRemaining()) {
                throw new MalformedMessageException("a number ends too early");
            }
            byte next = in.get();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("a number of more than " + LONGEST_VARINT + " bytes");
    }

    private static long fixed64(ByteBuffer in) {
        int at = in.position();
        advance(in, Long.BYTES);
        return in.getLong(at);
    }

    private static ByteBuffer message(ByteBuffer in) {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw new MalformedMessageException(
                    "a field of " + length + " bytes where " + in.remaining() + " are left");
        }
        ByteBuffer message = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return message;
    }

    private static String text(ByteBuffer in) {
        return StandardCharsets.UTF_8.decode(message(in)).toString();
    }

    private static void advance(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new MalformedMessageException("a field ends too early");
        }
        in.position(in.position() + bytes);
    }
}
