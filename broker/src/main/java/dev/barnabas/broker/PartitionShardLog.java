package dev.barnabas.broker;

import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.host.Loop;
import dev.barnabas.log.Appended;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordBatches;
import dev.barnabas.replication.Partition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets a shard live in a partition. Owned by the partition's loop. */
final class PartitionShardLog implements ShardLog {

    private static final int REPLAY_CHUNK_BYTES = 1 << 20;

    private final Partition partition;
    private final int maxBatchBytes;
    private Runnable listener = () -> {};

    PartitionShardLog(Partition partition, int maxBatchBytes) {
        this.partition = partition;
        this.maxBatchBytes = maxBatchBytes;
    }

    @Override
    public Loop loop() {
        return partition.loop();
    }

    @Override
    public String name() {
        return partition.id().toString();
    }

    @Override
    public int leaderEpoch() {
        return partition.leaderEpoch();
    }

    @Override
    public int maxBatchBytes() {
        return maxBatchBytes;
    }

    @Override
    public void append(List<ShardRecord> records, Appending then) {
        long now = loop().clock().wallMs();
        RecordBatchBuilder batch = new RecordBatchBuilder(maxBatchBytes);
        for (ShardRecord record : records) {
            if (!batch.append(now, record.key(), record.value(), List.of())) {
                then.refused(ErrorCode.RECORD_LIST_TOO_LARGE);
                return;
            }
        }
        partition.appendForCoordinator(batch.build(), new Partition.Answer() {
            @Override
            public void written(@Nullable Appended appended) {
                if (appended != null) {
                    then.written(appended.lastOffset() + 1);
                }
            }

            @Override
            public void acknowledged(Appended appended) {
                // The shard's host follows the high watermark.
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.refused(refusal.error());
            }
        });
    }

    @Override
    public long highWatermark() {
        return partition.highWatermark();
    }

    @Override
    public void onHighWatermark(Runnable whenAdvanced) {
        listener = whenAdvanced;
    }

    /** The partition's high watermark has advanced. */
    void highWatermarkAdvanced() {
        listener.run();
    }

    @Override
    public void replay(Replaying then) {
        replay(partition.logStartOffset(), partition.endOffset(), then);
    }

    private void replay(long fromOffset, long endOffset, Replaying then) {
        if (fromOffset >= endOffset) {
            then.done(endOffset);
            return;
        }
        partition.log().load(fromOffset, REPLAY_CHUNK_BYTES, endOffset, new LogAnswer<>() {
            @Override
            public void done(ByteBuffer batches) {
                long next = fromOffset;
                List<ShardRecord> records = new ArrayList<>();
                try {
                    for (RecordBatch batch : RecordBatches.of(batches)) {
                        next = batch.endOffset();
                        if (!batch.isControl()) {
                            addRecords(batch, records);
                        }
                    }
                } catch (CorruptRecordException e) {
                    then.failed(String.valueOf(e.getMessage()));
                    return;
                }
                if (next == fromOffset) {
                    // Nothing is left before the end: compaction or an aborted tail took it.
                    then.done(endOffset);
                    return;
                }
                then.records(records, next);
                replay(next, endOffset, then);
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.failed(refusal.message());
            }
        });
    }

    private static void addRecords(RecordBatch batch, List<ShardRecord> records) {
        for (Record record : batch.records()) {
            ByteBuffer key = record.key();
            if (key != null) {
                records.add(new ShardRecord(key, record.value()));
            }
        }
    }
}
