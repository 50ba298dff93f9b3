package dev.barnabas.log;

import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A log that is used from outside of its loop: what is asked for is done there, and waited for. */
final class TestLog implements Opening, LogListener {
    private final World world;
    private @Nullable PartitionLog log;
    private @Nullable LogFault openFault;

    final List<Long> stableEndOffsets = new ArrayList<>();
    final List<Long> startOffsets = new ArrayList<>();
    final List<LogFault> faults = new ArrayList<>();
    final List<String> compactionFailures = new ArrayList<>();

    TestLog(World world) {
        this.world = world;
    }

    @Override
    public void opened(PartitionLog opened) {
        log = opened;
    }

    @Override
    public void failed(LogFault fault) {
        if (log == null) {
            openFault = fault;
        } else {
            faults.add(fault);
        }
    }

    @Override
    public void stableEndOffsetAdvanced(long stableEndOffset) {
        stableEndOffsets.add(stableEndOffset);
    }

    @Override
    public void logStartOffsetAdvanced(long logStartOffset) {
        startOffsets.add(logStartOffset);
    }

    @Override
    public void compactionFailed(String why) {
        compactionFailures.add(why);
    }

    boolean isSettled() {
        return log != null || openFault != null;
    }

    Optional<LogFault> openFault() {
        return Optional.ofNullable(openFault);
    }

    /** Whether it is neither closed nor offline. */
    boolean isInService() {
        return get().isOpen();
    }

    PartitionLog get() {
        PartitionLog opened = log;
        if (opened == null) {
            throw new AssertionError("not open: " + openFault);
        }
        return opened;
    }

    /** Appends as a client does, in leader epoch 1, and waits until it is written. */
    Written append(ByteBuffer batch) {
        return append(batch, AppendOrigin.CLIENT, 1);
    }

    Written append(ByteBuffer batch, AppendOrigin origin, int leaderEpoch) {
        return appendTogether(List.of(new Append(World.copy(batch), origin, leaderEpoch)))
                .getFirst();
    }

    /** Appends several in one turn of the loop. */
    List<Written> appendTogether(List<Append> appends) {
        List<Written> answers = new ArrayList<>();
        world.on(() -> {
            for (Append append : appends) {
                Written answer = new Written();
                answers.add(answer);
                get().append(append, answer);
            }
        });
        world.simulation.runUntil(
                "appends are answered",
                () -> answers.stream().allMatch(Written::isThere),
                java.time.Duration.ofMinutes(5));
        return answers;
    }

    /** Appends a batch of records with these values and waits until it is stable. */
    long appendValues(String... values) {
        long offset = append(Batches.of(values)).appended().lastOffset();
        awaitStable(offset + 1);
        return offset;
    }

    void awaitStable(long endOffset) {
        world.simulation.runUntil(
                "stable up to " + endOffset,
                () -> get().stableEndOffset() >= endOffset,
                java.time.Duration.ofMinutes(5));
    }

    void settle() {
        world.settle();
    }

    /** Goes on in a new segment. */
    void rollNow() {
        world.on(() -> {
            if (get().contents().active() != null && get().contents().active().size > 0) {
                get().tryRoll();
            }
        });
        world.settle();
    }

    /** Everything that is stable is replicated as far as need be. */
    void commit() {
        world.on(() -> get().highWatermark(get().stableEndOffset()));
    }

    ReadResult read(long offset, int maxBytes) {
        return read(offset, maxBytes, Long.MAX_VALUE);
    }

    ReadResult read(long offset, int maxBytes, long upToOffset) {
        return world.call(() -> get().read(offset, maxBytes, upToOffset, true));
    }

    ReadResult readCold(long offset, int maxBytes, long upToOffset) {
        return world.<ReadResult>ask(then -> get().readCold(offset, maxBytes, upToOffset, true, then))
                .result();
    }

    /** Reads wherever the batches are. */
    ReadResult readAnyhow(long offset, int maxBytes, long upToOffset) {
        ReadResult result = read(offset, maxBytes, upToOffset);
        return result instanceof ReadResult.Cold ? readCold(offset, maxBytes, upToOffset) : result;
    }

    List<RecordBatch> batches(ReadResult result) {
        return switch (result) {
            case ReadResult.Found found -> batches(found.records());
            case ReadResult.Nothing nothing -> List.of();
            case ReadResult.Cold cold -> throw new AssertionError("cold");
            case ReadResult.OutOfRange range -> throw new AssertionError(range.toString());
            case ReadResult.Damaged damaged -> throw new AssertionError(damaged.message());
        };
    }

    private List<RecordBatch> batches(FileRecords records) {
        return world.call(() -> {
            ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
            try {
                records.file().read(bytes, records.position());
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
            List<RecordBatch> found = new ArrayList<>();
            int size = 0;
            for (RecordBatch batch : RecordBatches.of(bytes.flip())) {
                if (!batch.crcValid()) {
                    throw new AssertionError("a bad CRC was served: " + batch);
                }
                found.add(batch);
                size += batch.sizeInBytes();
            }
            if (size != records.sizeInBytes()) {
                throw new AssertionError("not whole batches: " + records);
            }
            return found;
        });
    }

    /** All batches from an offset to the end. */
    List<RecordBatch> allBatches(long fromOffset) {
        List<RecordBatch> all = new ArrayList<>();
        long offset = fromOffset;
        while (offset < get().endOffset()) {
            List<RecordBatch> found = batches(readAnyhow(offset, 1_000_000, Long.MAX_VALUE));
            if (found.isEmpty()) {
                throw new AssertionError("nothing at " + offset + " of " + get().endOffset());
            }
            all.addAll(found);
            offset = found.getLast().endOffset();
        }
        return all;
    }

    /** The values of all records from the start. */
    List<String> values() {
        List<String> values = new ArrayList<>();
        for (RecordBatch batch : allBatches(get().logStartOffset())) {
            for (Record record : batch.records()) {
                ByteBuffer value = record.value();
                if (record.offset() >= get().logStartOffset() && value != null) {
                    values.add(StandardCharsets.UTF_8.decode(value.duplicate()).toString());
                }
            }
        }
        return values;
    }

    long deleteRecords(long beforeOffset) {
        return world.<Long>ask(then -> get().deleteRecords(beforeOffset, then)).result();
    }

    long truncate(long endOffset) {
        return world.<Long>ask(then -> get().truncate(endOffset, then)).result();
    }

    /** What came of an append. */
    static final class Written implements Appending {
        private @Nullable Appended appended;
        private @Nullable LogRefusal refusal;
        private int answers;

        @Override
        public void written(Appended where) {
            appended = where;
            answers++;
        }

        @Override
        public void refused(LogRefusal why) {
            refusal = why;
            answers++;
        }

        boolean isThere() {
            if (answers > 1) {
                throw new AssertionError("answered " + answers + " times");
            }
            return answers == 1;
        }

        Appended appended() {
            Appended where = appended;
            if (where == null) {
                throw new AssertionError("refused: " + refusal);
            }
            return where;
        }

        LogRefusal refusal() {
            LogRefusal why = refusal;
            if (why == null) {
                throw new AssertionError("not refused: " + appended);
            }
            return why;
        }

        boolean isRefused() {
            return refusal != null;
        }
    }
}
