package dev.barnabas.replication;

import dev.barnabas.log.Appended;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A marker on its way into a partition: whoever keeps state by the partition's records learns of it in the order of the
 * log. Owned by the partition's loop.
 */
final class MarkerAppend implements Partition.Answer {
    private static final int MOST_BYTES = 128;

    private final Partition partition;
    private final long producerId;
    private final short producerEpoch;
    private final EndTxnMarker marker;
    private final Partition.Answer then;

    MarkerAppend(
            Partition partition, long producerId, short producerEpoch, EndTxnMarker marker, Partition.Answer then) {
        this.partition = partition;
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.marker = marker;
        this.then = then;
    }

    ByteBuffer batch() {
        RecordBatchBuilder batch =
                new RecordBatchBuilder(MOST_BYTES).producer(producerId, producerEpoch, RecordBatch.NO_SEQUENCE);
        batch.appendEndTxnMarker(partition.loop().clock().wallMs(), marker);
        return batch.build();
    }

    @Override
    public void written(@Nullable Appended appended) {
        if (appended != null && !appended.duplicate()) {
            partition
                    .listener()
                    .transactionEnded(
                            partition, producerId, producerEpoch, marker.committed(), appended.lastOffset() + 1);
        }
        then.written(appended);
    }

    @Override
    public void acknowledged(Appended appended) {
        then.acknowledged(appended);
    }

    @Override
    public void refused(LogRefusal refusal) {
        then.refused(refusal);
    }
}
