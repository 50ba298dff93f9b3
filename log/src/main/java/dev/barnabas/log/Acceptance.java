package dev.barnabas.log;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.BatchCheck;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordRules;
import dev.barnabas.protocol.record.TimestampType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether batches may enter a log, as far as that depends on themselves and on the settings, and gives them the
 * form in which they are stored (timestamps, compression). What depends on the log's contents is decided by the
 * {@link Appender}. Owned by a loop, shared by its logs.
 */
final class Acceptance {
    private final Decompressor decompressor = new Decompressor();
    private final Map<CompressionSpec, Compressor> compressors = new HashMap<>();

    /**
     * Sets the batches of the append, or its refusal: what is wrong with them whatever the settings are. A batch that a
     * producer sends again may be looked up now.
     */
    void read(PendingAppend append) {
        switch (append.origin) {
            case CLIENT -> readProduced(append);
            case COORDINATOR, REPLICATION -> checkStored(append);
        }
    }

    /** Refuses what the settings do not allow; else gives it the form in which it is stored. */
    void admit(PendingAppend append, RecordBatch batch, LogSettings.Batches settings, long nowMs) {
        int size = append.bytes.remaining();
        if (size > settings.maxBytes()) {
            append.refusal = tooLarge(size, settings.maxBytes());
            return;
        }
        append.refusal = checkRecords(batch, settings, nowMs);
        if (append.refusal == null) {
            shape(append, batch, settings, nowMs);
        }
    }

    private void checkStored(PendingAppend append) {
        ByteBuffer bytes = append.bytes;
        int position = bytes.position();
        do {
            switch (BatchCheck.stored(bytes, position)) {
                case BatchCheck.Refused refused -> {
                    append.refusal = refusal(refused);
                    return;
                }
                case BatchCheck.Accepted accepted -> {
                    add(append, accepted.batch());
                    position += accepted.batch().sizeInBytes();
                }
            }
        } while (position < bytes.limit() && append.refusal == null);
    }

    private static void add(PendingAppend append, RecordBatch batch) {
        EndTxnMarker marker = null;
        try {
            marker = LogContents.marker(batch);
        } catch (CorruptRecordException corrupt) {
            append.refusal = new LogRefusal(ErrorCode.CORRUPT_MESSAGE, String.valueOf(corrupt.getMessage()));
        }
        if (append.first == null) {
            append.first = batch;
            append.marker = marker;
        } else {
            if (append.others.isEmpty()) {
                append.others = new ArrayList<>();
            }
            append.others.add(batch);
        }
    }

    private static void readProduced(PendingAppend append) {
        switch (BatchCheck.produced(append.bytes)) {
            case BatchCheck.Refused refused -> append.refusal = refusal(refused);
            case BatchCheck.Accepted accepted -> append.first = accepted.batch();
        }
    }

    private @Nullable LogRefusal checkRecords(RecordBatch batch, LogSettings.Batches settings, long nowMs) {
        boolean createTime = settings.timestampType() == TimestampType.CREATE_TIME;
        RecordRules rules = new RecordRules(
                settings.keysRequired(), Long.MIN_VALUE, Long.MAX_VALUE, settings.maxDecompressedBytes());
        if (createTime) {
            rules = rules.withTimestampsAround(nowMs, settings.timestampBeforeMaxMs(), settings.timestampAfterMaxMs());
        }
        if (!isDeep(batch, settings, rules)) {
            return null;
        }
        switch (BatchCheck.deep(batch, rules, decompressor)) {
            case BatchCheck.Refused refused -> {
                return refusal(refused);
            }
            case BatchCheck.Accepted accepted -> {
                if (createTime && accepted.maxTimestamp() != batch.maxTimestamp()) {
                    batch.setMaxTimestamp(accepted.maxTimestamp());
                }
                return null;
            }
        }
    }

    /** Whether every record has to be looked at. */
    private static boolean isDeep(RecordBatch batch, LogSettings.Batches settings, RecordRules rules) {
        boolean wanted = switch (settings.check()) {
            case HEADERS -> false;
            case PLAIN_RECORDS -> !batch.isCompressed();
            case ALL_RECORDS -> true;
        };
        boolean boundedBefore = settings.timestampType() == TimestampType.CREATE_TIME
                && settings.timestampBeforeMaxMs() != Long.MAX_VALUE;
        boolean boundedSize =
                batch.isCompressed() && settings.maxDecompressedBytes() < LogSettings.MAX_DECOMPRESSED_BYTES;
        return wanted
                || settings.keysRequired()
                || boundedBefore
                || boundedSize
                || isRecompressed(batch, settings)
                || !rules.acceptsTimestampsOf(batch);
    }

    private static boolean isRecompressed(RecordBatch batch, LogSettings.Batches settings) {
        CompressionSpec wanted = settings.compression();
        return wanted != null && wanted.compression() != batch.compression();
    }

    private void shape(PendingAppend append, RecordBatch batch, LogSettings.Batches settings, long nowMs) {
        RecordBatch shaped = batch;
        if (isRecompressed(batch, settings)) {
            ByteBuffer bytes = recompress(batch, settings);
            if (bytes.remaining() > settings.maxBytes()) {
                append.refusal = tooLarge(bytes.remaining(), settings.maxBytes());
                return;
            }
            append.bytes = bytes;
            shaped = RecordBatch.at(bytes, 0);
            append.first = shaped;
        }
        if (settings.timestampType() == TimestampType.LOG_APPEND_TIME) {
            shaped.setLogAppendTime(nowMs);
            append.logAppendTimeMs = nowMs;
        }
    }

    private ByteBuffer recompress(RecordBatch batch, LogSettings.Batches settings) {
        CompressionSpec wanted = settings.compression();
        Compressor compressor = wanted == null ? null : compressors.computeIfAbsent(wanted, Compressor::new);
        RecordBatchBuilder builder = new RecordBatchBuilder(Integer.MAX_VALUE - 64, compressor)
                .transactional(batch.isTransactional())
                .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence());
        for (Record record : batch.records(decompressor)) {
            builder.append(record);
        }
        return builder.build();
    }

    private static LogRefusal tooLarge(int size, int max) {
        return new LogRefusal(
                ErrorCode.MESSAGE_TOO_LARGE,
                "The record batch has " + size + " bytes, and max.message.bytes of the topic is " + max);
    }

    private static LogRefusal refusal(BatchCheck.Refused refused) {
        List<LogRefusal.RecordError> records = refused.records().stream()
                .map(each -> new LogRefusal.RecordError(each.index(), each.message()))
                .toList();
        return new LogRefusal(refused.reason().errorCode(), refused.message(), records);
    }

    void close() {
        decompressor.close();
        compressors.values().forEach(Compressor::close);
    }
}
