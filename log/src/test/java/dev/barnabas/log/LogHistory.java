package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.Dice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * What is known of a log from what was asked of it and how it answered: what must be in it, what may be, and what must
 * not be any more. Every batch is unique, so it is known again.
 */
final class LogHistory {
    private static final int RETRIED = 5;

    private final Dice dice;
    /** In the log as far as is known, by base offset. */
    private final TreeMap<Long, Batch> written = new TreeMap<>();
    /** Asked for and not answered yet. */
    private final List<Batch> inFlight = new ArrayList<>();

    private final Map<Long, Writer> writers = new LinkedHashMap<>();
    private int batches;
    private int leaderEpoch = 1;
    private long clockMs = Batches.NOW_MS;

    /** Stable as the log said. */
    private long stableEnd;
    /** As the log said. */
    private long start;
    /** Everything written is still there: only the process crashed. */
    private boolean nothingWrittenIsLost;

    private boolean diskMayBeFull;
    /** To where truncations would cut that are under way, or came to no good end. */
    private final List<Long> truncating = new ArrayList<>();
    /** Where the log would begin anew, likewise. */
    private final List<Long> restarting = new ArrayList<>();

    LogHistory(Dice dice) {
        this.dice = dice;
    }

    /** A batch that was asked for. */
    private record Batch(int number, ByteBuffer bytes, int records, int leaderEpoch, long timestampMs, Writer writer) {
        RecordBatch view() {
            return RecordBatch.at(bytes, 0);
        }
    }

    /** A producer. One without an id has no sequence. */
    private static final class Writer {
        private final long id;
        private int epoch;
        private int nextSequence;

        Writer(long id) {
            this.id = id;
        }
    }

    long endOffset() {
        return written.isEmpty() ? start : Math.max(start, end(written.lastEntry()));
    }

    private static long end(Map.Entry<Long, Batch> batch) {
        return batch.getKey() + batch.getValue().records;
    }

    void diskMayBeFull() {
        diskMayBeFull = true;
    }

    void processCrashed() {
        nothingWrittenIsLost = true;
    }

    void powerLost() {
        nothingWrittenIsLost = false;
    }

    /** The log was closed in order. */
    void restarted() {
        nothingWrittenIsLost = true;
    }

    void observed(PartitionLog log) {
        stableEnd = Math.max(stableEnd, log.stableEndOffset());
        start = Math.max(start, log.logStartOffset());
        log.highWatermark(Math.max(log.highWatermark(), log.stableEndOffset()));
    }

    // What is asked of the log, on its loop.

    void append(PartitionLog log, BooleanSupplier isOnline) {
        Writer writer = dice.chance(0.7)
                ? writers.computeIfAbsent(dice.between(1, 3), Writer::new)
                : new Writer(RecordBatch.NO_PRODUCER_ID);
        int records = (int) dice.magnitude(1, 5);
        clockMs += dice.between(-500, 1_000);
        int number = batches++;
        String[] values = new String[records];
        for (int i = 0; i < records; i++) {
            values[i] = number + "/" + i + "/" + "x".repeat((int) dice.magnitude(1, 1_000));
        }
        ByteBuffer bytes = Batches.records(
                        Batches.builder()
                                .producer(
                                        writer.id,
                                        (short) (writer.id < 0 ? -1 : writer.epoch),
                                        writer.id < 0 ? -1 : writer.nextSequence),
                        clockMs,
                        values)
                .build();
        Batch batch = new Batch(number, World.copy(bytes), records, leaderEpoch, clockMs, writer);
        writer.nextSequence += records;
        inFlight.add(batch);
        log.append(new Append(bytes, AppendOrigin.CLIENT, leaderEpoch), new Appending() {
            @Override
            public void written(Appended appended) {
                inFlight.remove(batch);
                assertThat(appended.duplicate()).isFalse();
                assertThat(appended.baseOffset()).isEqualTo(endOffset());
                written.put(appended.baseOffset(), batch);
            }

            @Override
            public void refused(LogRefusal refusal) {
                if (isOnline.getAsBoolean()) {
                    // Else nobody knows whether it was written.
                    inFlight.remove(batch);
                }
                resynchronise(writer);
            }
        });
    }

    /** The producer begins anew after an error. */
    private static void resynchronise(Writer writer) {
        writer.epoch++;
        writer.nextSequence = 0;
    }

    void beginEpoch(PartitionLog log) {
        leaderEpoch++;
        log.beginLeaderEpoch(leaderEpoch);
    }

    void deleteRecords(PartitionLog log) {
        long before = dice.between(start, Math.max(start, stableEnd));
        log.deleteRecords(before, new LogAnswer<>() {
            @Override
            public void done(Long result) {
                assertThat(result).isGreaterThanOrEqualTo(before);
                start = Math.max(start, result);
            }

            @Override
            public void refused(LogRefusal refusal) {}
        });
    }

    void truncate(PartitionLog log) {
        long to = dice.between(Math.max(start, endOffset() - 20), endOffset());
        truncating.add(to);
        log.truncate(to, new LogAnswer<>() {
            @Override
            public void done(Long result) {
                truncating.remove(to);
                cut(result);
                assertThat(log.endOffset())
                        .as("end after truncating to %s, start %s", to, log.logStartOffset())
                        .isEqualTo(endOffset());
            }

            @Override
            public void refused(LogRefusal refusal) {
                // It went offline, or the start has moved on meanwhile: what was truncated then is open.
            }
        });
    }

    private void cut(long endOffset) {
        while (!written.isEmpty() && end(written.lastEntry()) > endOffset) {
            written.pollLastEntry();
        }
        stableEnd = Math.min(stableEnd, endOffset);
        writers.values().forEach(LogHistory::resynchronise);
    }

    void restartAt(PartitionLog log) {
        long offset = Math.max(0, endOffset() + dice.between(-10, 10));
        restarting.add(offset);
        log.restartAt(offset, new LogAnswer<>() {
            @Override
            public void done(Long result) {
                assertThat(result).isEqualTo(offset);
                restarting.remove(offset);
                emptied(offset);
            }

            @Override
            public void refused(LogRefusal refusal) {}
        });
    }

    private void emptied(long offset) {
        written.clear();
        start = offset;
        stableEnd = offset;
        writers.values().forEach(LogHistory::resynchronise);
    }

    // What is found after a crash, from outside.

    /** The log has been opened: what must be there is, and what is there may be. From now on it is what is known. */
    void recovered(TestLog log, World world) {
        PartitionLog real = log.get();
        if (real.endOffset() == real.logStartOffset() && restarting.contains(real.endOffset())) {
            emptied(real.endOffset());
        }
        assertThat(real.stableEndOffset()).isEqualTo(real.endOffset());
        long promised = nothingWrittenIsLost ? endOffset() : Math.min(stableEnd, endOffset());
        long kept = truncating.stream().mapToLong(this::boundary).reduce(promised, Math::min);
        assertThat(real.endOffset()).as("end offset").isGreaterThanOrEqualTo(kept);
        if (!diskMayBeFull) {
            assertThat(real.logStartOffset()).as("log start offset").isGreaterThanOrEqualTo(start);
        }

        List<RecordBatch> found = log.allBatches(real.logStartOffset());
        TreeMap<Long, Batch> now = new TreeMap<>();
        long next = found.isEmpty() ? real.endOffset() : found.getFirst().baseOffset();
        assertThat(next).isLessThanOrEqualTo(real.endOffset());
        for (RecordBatch batch : found) {
            assertThat(batch.baseOffset()).isEqualTo(next);
            now.put(next, known(batch));
            next = batch.endOffset();
        }
        assertThat(next).isEqualTo(real.endOffset());

        written.clear();
        written.putAll(now);
        inFlight.clear();
        stableEnd = real.endOffset();
        start = real.logStartOffset();
        truncating.clear();
        restarting.clear();
        nothingWrittenIsLost = false;
        diskMayBeFull = false;
        world.simulation.note("history", "recovered " + start + " to " + stableEnd + ": " + real.recovery());
    }

    /** A truncation removes the whole batch that holds its offset. */
    private long boundary(long offset) {
        Map.Entry<Long, Batch> holding = written.lowerEntry(offset);
        return holding != null && end(holding) > offset ? holding.getKey() : offset;
    }

    /** The batch that was asked for and is this one. */
    private Batch known(RecordBatch found) {
        Batch batch = written.get(found.baseOffset());
        if (batch != null && isSame(batch, found)) {
            return batch;
        }
        return inFlight.stream()
                .filter(each -> isSame(each, found))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody appended " + found + " there"));
    }

    private static boolean isSame(Batch batch, RecordBatch found) {
        int header = 21;
        return batch.bytes
                        .slice(header, batch.bytes.limit() - header)
                        .equals(found.bytes().slice(header, found.sizeInBytes() - header))
                && batch.leaderEpoch == found.partitionLeaderEpoch();
    }

    void checkContents(List<RecordBatch> batches) {
        for (RecordBatch batch : batches) {
            Batch expected = written.get(batch.baseOffset());
            assertThat(expected != null && isSame(expected, batch)).isTrue();
        }
    }

    /** What a producer sent last and is in the log is known as a duplicate; a gap is not accepted. */
    void checkProducers(TestLog log) {
        for (Writer writer : writers.values()) {
            List<Map.Entry<Long, Batch>> own = written.entrySet().stream()
                    .filter(each -> each.getValue().writer == writer)
                    .toList();
            if (own.isEmpty()) {
                resynchronise(writer);
                continue;
            }
            RecordBatch last = own.getLast().getValue().view();
            for (Map.Entry<Long, Batch> sent : own.subList(Math.max(0, own.size() - RETRIED), own.size())) {
                Batch batch = sent.getValue();
                if (batch.view().producerEpoch() == last.producerEpoch()) {
                    Appended again = log.append(batch.bytes).appended();
                    assertThat(again.duplicate()).as("duplicate").isTrue();
                    assertThat(again.baseOffset()).isEqualTo(sent.getKey());
                    assertThat(again.lastOffset()).isEqualTo(sent.getKey() + batch.records - 1);
                }
            }
            ByteBuffer gap = Batches.of(writer.id, last.producerEpoch(), last.lastSequence() + 2, "gap");
            assertThat(log.append(gap).isRefused()).as("a gap is refused").isTrue();
            // What was lost on the way is sent again, as new batches.
            writer.epoch = last.producerEpoch();
            writer.nextSequence = last.lastSequence() + 1;
            assertThat(log.get().endOffset()).isEqualTo(endOffset());
        }
    }

    long anyTimestamp() {
        List<Batch> all = List.copyOf(written.values());
        return all.isEmpty() ? 0 : dice.pick(all).timestampMs + dice.between(-1, 1);
    }

    Optional<Long> offsetForTimestamp(long timestampMs, long startOffset) {
        return written.entrySet().stream()
                .filter(each -> each.getValue().timestampMs >= timestampMs
                        && each.getKey() + each.getValue().records > startOffset)
                .map(each -> Math.max(each.getKey(), startOffset))
                .findFirst();
    }

    /** Epochs begin where their first batch is. */
    void checkEpochs(TestLog log) {
        long start = log.get().logStartOffset();
        for (Map.Entry<Long, Batch> each : written.entrySet()) {
            if (each.getKey() >= start) {
                assertThat(log.get().leaderEpochAt(each.getKey())).hasValue(each.getValue().leaderEpoch);
            }
        }
    }
}
