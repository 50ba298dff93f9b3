package dev.barnabas.protocol;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.jspecify.annotations.Nullable;

/** Kafka's own classes for the messages, as the judge of ours. */
final class OfficialCodec {
    private OfficialCodec() {}

    /** The same values in an instance of Kafka's class, copied field by field. */
    static org.apache.kafka.common.protocol.Message convert(Subject subject, Message message) {
        return (org.apache.kafka.common.protocol.Message) struct(subject.official(), subject.official(), message);
    }

    static ByteBuffer write(org.apache.kafka.common.protocol.Message official, int version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(official.size(cache, (short) version));
        official.write(new ByteBufferAccessor(bytes), cache, (short) version);
        return bytes.flip();
    }

    static org.apache.kafka.common.protocol.Message read(Subject subject, ByteBuffer bytes, int version) {
        org.apache.kafka.common.protocol.Message official =
                (org.apache.kafka.common.protocol.Message) Reflection.create(subject.official());
        official.read(new ByteBufferAccessor(bytes.duplicate()), (short) version);
        return official;
    }

    private static Object struct(Class<?> topLevel, Class<?> type, Object ours) {
        Object official = Reflection.create(type);
        for (RecordComponent component : ours.getClass().getRecordComponents()) {
            Method setter = Reflection.setter(type, component.getName());
            Object value = Reflection.call(component.getAccessor(), ours);
            Reflection.call(setter, official, value(topLevel, setter.getParameterTypes()[0], value));
        }
        return official;
    }

    private static @Nullable Object value(Class<?> topLevel, Class<?> wanted, @Nullable Object ours) {
        return switch (ours) {
            case null -> null;
            case MemoryRecords records ->
                org.apache.kafka.common.record.internal.MemoryRecords.readableRecords(records.buffer());
            case ByteBuffer buffer -> wanted == byte[].class ? bytes(buffer) : buffer;
            case Uuid uuid -> new org.apache.kafka.common.Uuid(uuid.mostSignificantBits(), uuid.leastSignificantBits());
            case List<?> list -> list(topLevel, wanted, list);
            case Record struct ->
                struct(topLevel, Reflection.nested(topLevel, struct.getClass().getSimpleName()), struct);
            default -> ours;
        };
    }

    private static Object list(Class<?> topLevel, Class<?> wanted, List<?> ours) {
        @SuppressWarnings("unchecked")
        Collection<Object> official =
                wanted == List.class ? new ArrayList<>() : (Collection<Object>) Reflection.create(wanted);
        for (Object element : ours) {
            official.add(value(topLevel, Object.class, element));
        }
        return official;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
