package dev.barnabas.broker;

import dev.barnabas.coordinator.ProducerInTransaction;
import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.TransactionEnd;
import dev.barnabas.host.Loop;
import dev.barnabas.log.Appended;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.Verifications;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.ControlRecordType;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordBatches;
import dev.barnabas.replication.Partition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a shard live in a partition. Owned by the partition's loop. */
final class PartitionShardLog implements ShardLog {

    private static final int REPLAY_CHUNK_BYTES = 1 << 20;
    private static final Logger log = LoggerFactory.getLogger(PartitionShardLog.class);
    private static final Duration DISCARD_LIMIT = Duration.ofSeconds(30);
    private static final Duration HEALING = Duration.ofSeconds(1);
    /** As long as another replica that has what is damaged here may well be away. */
    private static final int HEALING_ATTEMPTS = 600;

    private final Partition partition;
    private final int maxBatchBytes;
    private Runnable listener = () -> {};
    private Ending ending = (_, _) -> {};

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
        ProducerInTransaction producer = records.getFirst().producer();
        if (producer != null) {
            batch.producer(producer.producerId(), producer.producerEpoch(), RecordBatch.NO_SEQUENCE)
                    .transactional(true);
        }
        for (ShardRecord record : records) {
            if (!batch.append(now, record.key(), record.value(), List.of())) {
                then.refused(ErrorCode.RECORD_LIST_TOO_LARGE);
                return;
            }
        }
        long verification = producer == null ? Verifications.NONE : producer.verification();
        partition.appendForCoordinator(batch.build(), verification, new Partition.Answer() {
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
    public long startOffset() {
        return partition.logStartOffset();
    }

    @Override
    public void discardBefore(long offset) {
        if (!partition.leads() || offset > partition.highWatermark()) {
            return;
        }
        long deadlineNanos = loop().clock().nanos() + DISCARD_LIMIT.toNanos();
        partition.deleteRecords(offset, deadlineNanos, new LogAnswer<>() {
            @Override
            public void done(Long lowWatermark) {
                log.debug("Records were given up partition={} before={}", partition.id(), lowWatermark);
            }

            @Override
            public void refused(LogRefusal refusal) {
                // Some replica has not done it yet; the next time more is given up.
                log.debug("Records are not given up yet partition={} why={}", partition.id(), refusal.message());
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

    @Override
    public void onTransactionEnd(Ending whenEnded) {
        ending = whenEnded;
    }

    /** A marker was written, in the turn and in the order of the log. */
    void transactionEnded(TransactionEnd end, long endOffset) {
        ending.ended(end, endOffset);
    }

    /** The partition's high watermark has advanced. */
    void highWatermarkAdvanced() {
        listener.run();
    }

    @Override
    public void replay(Replaying then) {
        replay(partition.logStartOffset(), partition.endOffset(), HEALING_ATTEMPTS, then);
    }

    private void replay(long fromOffset, long endOffset, int attempts, Replaying then) {
        if (fromOffset >= endOffset) {
            then.done(endOffset);
            return;
        }
        partition.log().load(fromOffset, REPLAY_CHUNK_BYTES, endOffset, new LogAnswer<>() {
            @Override
            public void done(ByteBuffer batches) {
                Chunk chunk = new Chunk(fromOffset, then);
                try {
                    RecordBatches.of(batches).forEach(chunk::add);
                } catch (CorruptRecordException e) {
                    then.failed(String.valueOf(e.getMessage()));
                    return;
                }
                chunk.tell();
                if (chunk.next == fromOffset) {
                    // Nothing is left before the end: compaction or an aborted tail took it.
                    then.done(endOffset);
                    return;
                }
                replay(chunk.next, endOffset, attempts, then);
            }

            @Override
            public void refused(LogRefusal refusal) {
                if (refusal.error() == ErrorCode.KAFKA_STORAGE_ERROR && partition.leads() && attempts > 1) {
                    // What is damaged is being fetched from another replica.
                    partition.loop().schedule(HEALING, () -> replay(fromOffset, endOffset, attempts - 1, then));
                } else {
                    then.failed(refusal.message());
                }
            }
        });
    }

    /** Some batches, told as records and ends of transactions, in their order. */
    private static final class Chunk {
        private final Replaying then;
        private List<ShardRecord> records = new ArrayList<>();
        private long next;

        Chunk(long fromOffset, Replaying then) {
            this.next = fromOffset;
            this.then = then;
        }

        void add(RecordBatch batch) {
            if (batch.isControl()) {
                tell();
                next = batch.endOffset();
                for (Record record : batch.records()) {
                    if (ControlRecordType.of(record).endsTransaction()) {
                        boolean committed = EndTxnMarker.of(record).committed();
                        then.transactionEnded(
                                new TransactionEnd(batch.producerId(), batch.producerEpoch(), committed), next);
                    }
                }
                return;
            }
            ProducerInTransaction producer = batch.isTransactional()
                    ? new ProducerInTransaction(batch.producerId(), batch.producerEpoch())
                    : null;
            for (Record record : batch.records()) {
                ByteBuffer key = record.key();
                if (key != null) {
                    records.add(new ShardRecord(key, record.value(), producer));
                }
            }
            next = batch.endOffset();
        }

        /** The records since the last end of a transaction. */
        void tell() {
            if (!records.isEmpty()) {
                then.records(records, next);
                records = new ArrayList<>();
            }
        }
    }
}
