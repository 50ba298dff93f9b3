package dev.barnabas.broker;

import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
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

    /** What is not the same, for people. */
    static String difference(ByteBuffer one, ByteBuffer other, boolean compacted) {
        return compacted ? new ReplicaContents(one).difference(new ReplicaContents(other)) : difference(one, other);
    }

    private String difference(ReplicaContents other) {
        StringBuilder text = new StringBuilder();
        byOffset.forEach((offset, record) -> {
            Record there = other.byOffset.get(offset);
            if (there != null && !there.equals(record)) {
                text.append("other records at ").append(offset).append(", ");
            }
        });
        newest.forEach((key, record) -> {
            Record there = other.newest.get(key);
            if (!record.equals(there)) {
                text.append("one's newest of a key is at ")
                        .append(record.offset())
                        .append(", the other's ")
                        .append(there == null ? "gone" : "at " + there.offset())
                        .append(", ");
            }
        });
        other.newest.forEach((key, record) -> {
            if (!newest.containsKey(key)) {
                text.append("only the other has a key, at ")
                        .append(record.offset())
                        .append(", ");
            }
        });
        return text + ends() + " and " + other.ends();
    }

    private String ends() {
        return byOffset.isEmpty() ? "nothing" : byOffset.firstKey() + " to " + byOffset.lastKey();
    }

    private static String difference(ByteBuffer one, ByteBuffer other) {
        Iterator<RecordBatch> first = RecordBatches.of(one.duplicate()).iterator();
        Iterator<RecordBatch> second = RecordBatches.of(other.duplicate()).iterator();
        while (first.hasNext() && second.hasNext()) {
            RecordBatch here = first.next();
            RecordBatch there = second.next();
            if (!here.bytes().equals(there.bytes())) {
                return text(here) + " and " + text(there);
            }
        }
        return first.hasNext() ? text(first.next()) + " and the end" : "the end and more";
    }

    private static String text(RecordBatch batch) {
        return batch.baseOffset() + " to " + batch.lastOffset() + " in epoch " + batch.partitionLeaderEpoch() + ", "
                + batch.recordCount() + " records of producer " + batch.producerId() + ", CRC " + batch.crc();
    }
}
