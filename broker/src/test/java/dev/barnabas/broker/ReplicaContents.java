package dev.barnabas.broker;

import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Whether two replicas that are at the same end hold the same. */
final class ReplicaContents {

    private final TreeMap<Long, Record> byOffset = new TreeMap<>();
    private final Map<ByteBuffer, Record> newest = new HashMap<>();

    private ReplicaContents(ByteBuffer batches) {
        for (RecordBatch batch : RecordBatches.of(batches.duplicate())) {
            if (batch.isControl()) {
                continue;
            }
            for (Record record : batch.records()) {
                byOffset.put(record.offset(), record);
                ByteBuffer key = record.key();
                if (key != null && record.value() == null) {
                    newest.remove(key);
                } else if (key != null) {
                    newest.put(key, record);
                }
            }
        }
    }

    /** The same bytes. */
    static boolean areEqual(ByteBuffer one, ByteBuffer other) {
        return one.equals(other);
    }

    /**
     * The same as far as every replica compacts for itself: whatever both still have at an offset is the same, and so
     * is the newest record of every key.
     */
    static boolean areEqualWhenCompacted(ByteBuffer one, ByteBuffer other) {
        if (areEqual(one, other)) {
            return true;
        }
        ReplicaContents first = new ReplicaContents(one);
        ReplicaContents second = new ReplicaContents(other);
        return first.newest.equals(second.newest)
                && first.byOffset.entrySet().stream()
                        .allMatch(record -> record.getValue()
                                .equals(second.byOffset.getOrDefault(record.getKey(), record.getValue())));
    }
}
