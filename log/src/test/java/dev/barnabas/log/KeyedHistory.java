package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.simulation.Dice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What was written to a compacted log, and whether what is found there is what must be: the last value of every key, in
 * order, and nothing that had been replaced or deleted. A reader that sees only committed transactions is part of it,
 * as in a client.
 */
final class KeyedHistory {
    private final Dice dice;
    private final LongSupplier nowMs;
    private final int keys;
    private final long deleteRetentionMs;
    private final Map<Compression, Compressor> compressors = new HashMap<>();

    /** What is in the log, as far as is known, or was removed by compaction; by offset. */
    private final TreeMap<Long, Written> written = new TreeMap<>();
    /** Asked for and not answered. */
    private final List<Batch> inFlight = new ArrayList<>();
    /** Offsets that were not found below the high watermark any more. */
    private final Set<Long> gone = new HashSet<>();

    private final Map<Long, Writer> writers = new HashMap<>();
    private int values;
    private long clockMs = Batches.NOW_MS;
    private long stableEnd;
    private long start;
    private long highWatermark;
    /** Truncations under way: what they would cut is not committed meanwhile. */
    private int truncating;

    /** @param nowMs the time on the wall */
    KeyedHistory(Dice dice, LongSupplier nowMs, int keys, long deleteRetentionMs) {
        this.dice = dice;
        this.nowMs = nowMs;
        this.keys = keys;
        this.deleteRetentionMs = deleteRetentionMs;
    }

    /** A record. */
    private record Written(@Nullable String key, @Nullable String value, long timestampMs, Batch batch) {}

    /** A batch that was asked for. */
    private record Batch(ByteBuffer bytes, AppendOrigin origin, Writer writer, long askedAtMs) {
        RecordBatch view() {
            return RecordBatch.at(bytes, 0);
        }
    }

    /** A producer. Those with even ids write transactions. */
    private static final class Writer {
        private final long id;
        private int epoch;
        private int nextSequence;
        private boolean inTransaction;

        Writer(long id) {
            this.id = id;
        }

        boolean isTransactional() {
            return id > 0 && id % 2 == 0;
        }
    }

    void observed(PartitionLog log) {
        stableEnd = Math.max(stableEnd, log.stableEndOffset());
        start = Math.max(start, log.logStartOffset());
        if (truncating == 0 && dice.chance(0.5)) {
            highWatermark = Math.max(highWatermark, stableEnd);
            log.highWatermark(Math.max(log.highWatermark(), log.stableEndOffset()));
        }
        clockMs += dice.between(0, 3);
    }

    // What is asked of the log, on its loop.

    void append(PartitionLog log) {
        Writer writer = dice.chance(0.6)
                ? writers.computeIfAbsent(dice.between(1, 4), Writer::new)
                : new Writer(RecordBatch.NO_PRODUCER_ID);
        if (writer.inTransaction && dice.chance(0.4)) {
            boolean commits = dice.chance(0.5);
            writer.inTransaction = false;
            ask(
                    log,
                    new Batch(
                            Batches.marker(writer.id, writer.epoch, commits, 1),
                            AppendOrigin.COORDINATOR,
                            writer,
                            nowMs.getAsLong()));
            return;
        }
        int records = (int) dice.magnitude(1, 8);
        String[] assignments = new String[records];
        for (int i = 0; i < records; i++) {
            String value = dice.chance(0.25) ? "" : values++ + "/" + "x".repeat((int) dice.magnitude(1, 300));
            assignments[i] = "k" + dice.between(0, keys - 1) + "=" + value;
        }
        Compression codec = dice.pick(List.of(Compression.NONE, Compression.LZ4, Compression.GZIP));
        RecordBatchBuilder builder = new RecordBatchBuilder(
                Integer.MAX_VALUE - 64,
                compressors.computeIfAbsent(codec, each -> new Compressor(CompressionSpec.of(each))));
        if (writer.id > 0) {
            builder.producer(writer.id, (short) writer.epoch, writer.nextSequence);
            builder.transactional(writer.isTransactional());
            writer.nextSequence += records;
            writer.inTransaction = writer.isTransactional();
        }
        ByteBuffer bytes = Batches.keyed(builder, clockMs, assignments).build();
        ask(log, new Batch(World.copy(bytes), AppendOrigin.CLIENT, writer, nowMs.getAsLong()));
    }

    private void ask(PartitionLog log, Batch batch) {
        inFlight.add(batch);
        log.append(new Append(World.copy(batch.bytes), batch.origin, 1), new Appending() {
            @Override
            public void written(Appended appended) {
                inFlight.remove(batch);
                note(appended.baseOffset(), batch);
            }

            @Override
            public void refused(LogRefusal refusal) {
                resynchronise(batch.writer);
            }
        });
    }

    private static void resynchronise(Writer writer) {
        writer.epoch++;
        writer.nextSequence = 0;
    }

    private void note(long baseOffset, Batch batch) {
        for (Record record : batch.view().records()) {
            written.put(
                    baseOffset + record.offset(),
                    new Written(text(record.key()), text(record.value()), record.timestamp(), batch));
        }
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? null
                : StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }

    void deleteRecords(PartitionLog log) {
        long before = dice.between(start, Math.max(start, highWatermark));
        log.deleteRecords(before, new LogAnswer<>() {
            @Override
            public void done(Long result) {
                start = Math.max(start, result);
            }

            @Override
            public void refused(LogRefusal refusal) {}
        });
    }

    /** A follower gives up what it has above the high watermark. */
    void truncate(PartitionLog log) {
        long to = dice.between(highWatermark, Math.max(highWatermark, log.endOffset()));
        truncating++;
        log.truncate(to, new LogAnswer<>() {
            @Override
            public void done(Long result) {
                truncating--;
                stableEnd = log.stableEndOffset();
                written.tailMap(result).clear();
                writers.values().forEach(KeyedHistory::resynchronise);
            }

            @Override
            public void refused(LogRefusal refusal) {
                truncating--;
            }
        });
    }

    // What is found, from outside.

    void recovered(TestLog log) {
        PartitionLog real = log.get();
        assertThat(real.endOffset()).as("end offset").isGreaterThanOrEqualTo(highWatermark);
        assertThat(real.logStartOffset()).as("log start offset").isGreaterThanOrEqualTo(0);
        // A follower, or a leader, is told anew; until then readers of committed records would stand further back.
        log.commit();
        highWatermark = real.endOffset();
        written.tailMap(real.endOffset()).clear();
        for (RecordBatch batch : log.allBatches(real.logStartOffset())) {
            if (batch.recordCount() > 0 && !isKnown(batch)) {
                note(batch.baseOffset(), inFlight(batch));
            }
        }
        inFlight.clear();
        truncating = 0;
        stableEnd = real.endOffset();
        start = Math.max(start, real.logStartOffset());
        for (Writer writer : writers.values()) {
            writer.inTransaction = real.producers().stream()
                    .anyMatch(each -> each.producerId() == writer.id && each.transactionStartOffset() >= 0);
        }
        check(log);
        checkProducers(log);
    }

    private Written known(long offset) {
        Written record = written.get(offset);
        if (record == null) {
            throw new AssertionError("nothing was written at " + offset);
        }
        return record;
    }

    private boolean isKnown(RecordBatch batch) {
        for (Record record : batch.records()) {
            Written known = written.get(record.offset());
            if (known == null || !isSame(known, record)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(Written known, Record record) {
        return java.util.Objects.equals(known.key, text(record.key()))
                && java.util.Objects.equals(known.value, text(record.value()))
                && known.timestampMs == record.timestamp();
    }

    /** What was written and not acknowledged was not compacted either: it is there as it was. */
    private Batch inFlight(RecordBatch found) {
        return inFlight.stream()
                .filter(each -> each.view().crc() == found.crc())
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody appended " + found + " there"));
    }

    /** Compares everything in the log with what was written. */
    void check(TestLog log) {
        PartitionLog real = log.get();
        long from = real.logStartOffset();
        List<RecordBatch> batches = log.allBatches(from);
        long upTo = real.endOffset();
        long next = 0;
        Set<Long> found = new HashSet<>();
        for (RecordBatch batch : batches) {
            assertThat(batch.baseOffset()).isGreaterThanOrEqualTo(next);
            next = batch.endOffset();
            long last = -1;
            for (Record record : batch.records()) {
                assertThat(record.offset()).isGreaterThan(last).isLessThan(next);
                last = record.offset();
                Written known = written.get(record.offset());
                assertThat(known != null && isSame(known, record))
                        .as("%s in %s is what was written: %s", record, batch, known)
                        .isTrue();
                found.add(record.offset());
            }
        }
        assertThat(next).as("end").isIn(0L, upTo);
        assertThat(found).as("what was gone stays gone").noneMatch(gone::contains);
        written.headMap(highWatermark).keySet().stream()
                .filter(offset -> offset >= from && offset < upTo && !found.contains(offset))
                .forEach(gone::add);
        checkKeys(log, batches, from, upTo);
    }

    private void checkKeys(TestLog log, List<RecordBatch> batches, long from, long upTo) {
        Map<String, Long> lastWritten = new HashMap<>();
        Set<Long> visible = visible(written, upTo);
        long stable = Math.max(from, log.get().firstUnstableOffset().orElse(upTo));
        for (long offset : written.subMap(from, stable).keySet()) {
            if (visible.contains(offset)) {
                lastWritten.put(String.valueOf(known(offset).key), offset);
            }
        }
        Map<String, Long> lastRead = new HashMap<>();
        for (Record record : committed(log, batches, from, upTo)) {
            assertThat(visible).as("a committed record").contains(record.offset());
            lastRead.put(String.valueOf(text(record.key())), record.offset());
        }
        lastWritten.forEach((key, offset) -> {
            Written last = known(offset);
            Long read = lastRead.get(key);
            if (last.value != null || read != null) {
                assertThat(read)
                        .as(
                                "the last record of %s below %s, among %s",
                                key, stable, describe(log, key, batches, visible))
                        .isEqualTo(offset);
            } else {
                assertThat(nowMs.getAsLong() - last.batch.askedAtMs)
                        .as(
                                "how long the tombstone of %s at %s, below %s, was kept: %s",
                                key, offset, stable, describe(log, key, batches, visible))
                        .isGreaterThanOrEqualTo(deleteRetentionMs);
            }
        });
    }

    private String describe(TestLog log, String key, List<RecordBatch> batches, Set<Long> visible) {
        StringBuilder text = new StringBuilder();
        written.forEach((offset, each) -> {
            if (key.equals(each.key)) {
                text.append(offset).append(each.value == null ? " tombstone" : " value");
                text.append(" of ").append(each.batch.writer.id).append(visible.contains(offset) ? "" : " not visible");
                text.append(", ");
            }
        });
        text.append(log.get().producers());
        batches.forEach(each -> text.append("\n").append(each));
        return text.toString();
    }

    /** The offsets of records whose transaction was committed, or that belong to none. */
    private static Set<Long> visible(SortedMap<Long, Written> all, long upTo) {
        Set<Long> visible = new HashSet<>();
        Map<Long, List<Long>> open = new HashMap<>();
        all.headMap(upTo).forEach((offset, each) -> {
            RecordBatch batch = each.batch.view();
            if (batch.isControl()) {
                List<Long> ended = open.remove(batch.producerId());
                if (ended != null && commits(batch)) {
                    visible.addAll(ended);
                }
            } else if (batch.isTransactional()) {
                open.computeIfAbsent(batch.producerId(), id -> new ArrayList<>())
                        .add(offset);
            } else {
                visible.add(offset);
            }
        });
        return visible;
    }

    private static boolean commits(RecordBatch batch) {
        EndTxnMarker marker = LogContents.marker(batch);
        return marker != null && marker.committed();
    }

    /** As a consumer does it that reads only what was committed. */
    private static List<Record> committed(TestLog log, List<RecordBatch> batches, long from, long upTo) {
        long stable = log.get().firstUnstableOffset().orElse(upTo);
        List<AbortedTransaction> transactions = log.get().abortedTransactions(from, upTo).stream()
                .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset))
                .toList();
        int begun = 0;
        Set<Long> aborted = new HashSet<>();
        List<Record> records = new ArrayList<>();
        for (RecordBatch batch : batches) {
            if (batch.baseOffset() >= stable) {
                break;
            }
            while (begun < transactions.size() && transactions.get(begun).firstOffset() <= batch.lastOffset()) {
                aborted.add(transactions.get(begun++).producerId());
            }
            if (batch.isControl()) {
                if (batch.recordCount() > 0 && !commits(batch)) {
                    aborted.remove(batch.producerId());
                }
            } else if (!batch.isTransactional() || !aborted.contains(batch.producerId())) {
                for (Record record : batch.records()) {
                    if (record.offset() >= from) {
                        records.add(record);
                    }
                }
            }
        }
        return records;
    }

    /** What a producer sent last is known as a duplicate, and a gap is not accepted. */
    private void checkProducers(TestLog log) {
        for (Writer writer : writers.values()) {
            List<Long> own = written.entrySet().stream()
                    .filter(each -> each.getValue().batch.writer.equals(writer))
                    .map(Map.Entry::getKey)
                    .toList();
            if (own.isEmpty()) {
                resynchronise(writer);
                continue;
            }
            Batch last = known(own.getLast()).batch;
            RecordBatch view = last.view();
            if (!view.isControl()) {
                Appended again = log.append(last.bytes).appended();
                assertThat(again.duplicate()).as("duplicate").isTrue();
                assertThat(again.lastOffset()).isEqualTo(own.getLast());
                ByteBuffer gap = Batches.keyed(
                                Batches.builder()
                                        .producer(writer.id, view.producerEpoch(), view.lastSequence() + 2)
                                        .transactional(writer.isTransactional()),
                                Batches.NOW_MS,
                                "gap=1")
                        .build();
                assertThat(log.append(gap).isRefused()).as("a gap is refused").isTrue();
            }
            resynchronise(writer);
        }
    }
}
