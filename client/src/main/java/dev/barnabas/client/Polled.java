package dev.barnabas.client;

import dev.barnabas.protocol.record.Record;
import java.util.List;
import java.util.function.BiConsumer;

/** What came out of a poll: records by partition, possibly none. */
public record Polled(List<FetchedRecords> partitions) {

    static final Polled NOTHING = new Polled(List.of());

    public Polled {
        partitions = List.copyOf(partitions);
    }

    public boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** Calls back for each record; those of one partition come in order. */
    public void forEach(BiConsumer<TopicPartition, Record> action) {
        for (FetchedRecords records : partitions) {
            for (Record record : records) {
                action.accept(records.partition(), record);
            }
        }
    }
}
