package dev.barnabas.coordinator;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A partition in memory whose appends and commits a test can hold back or refuse. */
public final class MemoryShardLog implements ShardLog {
    private final Loop loop;
    private final int leaderEpoch;
    private final List<Entry> entries;
    private final List<Integer> batchSizes = new ArrayList<>();
    private final Queue<Runnable> heldAppends = new ArrayDeque<>();
    private final Queue<Runnable> heldReads = new ArrayDeque<>();
    private Runnable onHighWatermark = () -> {};
    private Ending onTransactionEnd = (_, _) -> {};
    private int maxBatchBytes = 1_000_000;
    private long discardedBefore;
    private long highWatermark;
    private boolean commits = true;
    private boolean writes = true;
    private boolean reads = true;
    private @Nullable ErrorCode refusal;

    /** What is at one offset. */
    private sealed interface Entry {

        record Of(ShardRecord record) implements Entry {}

        record End(TransactionEnd end) implements Entry {}
    }

    public MemoryShardLog(Loop loop) {
        this(loop, List.of());
    }

    /** Starts with what another leader left. */
    public MemoryShardLog(Loop loop, List<ShardRecord> records) {
        this(loop, records, 1);
    }

    public MemoryShardLog(Loop loop, List<ShardRecord> records, int leaderEpoch) {
        this.loop = loop;
        this.leaderEpoch = leaderEpoch;
        this.entries = new ArrayList<>();
        records.forEach(record -> entries.add(new Entry.Of(record)));
        this.highWatermark = entries.size();
    }

    /** The log as the next leader has it, with the ends of transactions: all of it, or what is committed. */
    public MemoryShardLog next(boolean all) {
        MemoryShardLog next = new MemoryShardLog(loop, List.of(), leaderEpoch);
        next.entries.addAll(all ? entries : entries.subList(0, (int) highWatermark));
        next.highWatermark = next.entries.size();
        return next;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public String name() {
        return "memory-0";
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public int maxBatchBytes() {
        return maxBatchBytes;
    }

    @Override
    public void append(List<ShardRecord> batch, Appending then) {
        Runnable append = () -> {
            if (refusal != null) {
                then.refused(refusal);
                return;
            }
            batch.forEach(record -> entries.add(new Entry.Of(record)));
            batchSizes.add(batch.size());
            then.written(entries.size());
            commit();
        };
        whenWriting(append);
    }

    /** Somebody else writes the end of a transaction. */
    public void end(TransactionEnd end) {
        whenWriting(() -> {
            entries.add(new Entry.End(end));
            onTransactionEnd.ended(end, entries.size());
            commit();
        });
    }

    private void whenWriting(Runnable append) {
        if (writes) {
            append.run();
        } else {
            heldAppends.add(append);
        }
    }

    @Override
    public long highWatermark() {
        return highWatermark;
    }

    @Override
    public void onHighWatermark(Runnable listener) {
        onHighWatermark = listener;
    }

    @Override
    public void onTransactionEnd(Ending listener) {
        onTransactionEnd = listener;
    }

    @Override
    public void replay(Replaying then) {
        List<Entry> all = List.copyOf(entries);
        int half = all.size() / 2;
        read(() -> chunk(all, 0, half, then));
        read(() -> chunk(all, half, all.size(), then));
        read(() -> then.done(all.size()));
    }

    private static void chunk(List<Entry> all, int from, int to, Replaying then) {
        List<ShardRecord> records = new ArrayList<>();
        for (int offset = from; offset < to; offset++) {
            switch (all.get(offset)) {
                case Entry.Of(ShardRecord record) -> records.add(record);
                case Entry.End(TransactionEnd end) -> {
                    then.records(List.copyOf(records), offset);
                    records.clear();
                    then.transactionEnded(end, offset + 1L);
                }
            }
        }
        then.records(records, to);
    }

    private void read(Runnable chunk) {
        if (reads) {
            loop.execute(chunk);
        } else {
            heldReads.add(chunk);
        }
    }

    @Override
    public void discardBefore(long offset) {
        discardedBefore = offset;
    }

    /** What is before it the shard has given up; it is still here, for tests. */
    public long discardedBefore() {
        return discardedBefore;
    }

    /** All records that were ever written. */
    public List<ShardRecord> records() {
        return records(entries);
    }

    /** Those that are committed: what survives when the leader is lost. */
    public List<ShardRecord> committed() {
        return records(entries.subList(0, (int) highWatermark));
    }

    private static List<ShardRecord> records(List<Entry> entries) {
        return entries.stream()
                .flatMap(entry -> entry instanceof Entry.Of(ShardRecord record) ? Stream.of(record) : Stream.empty())
                .toList();
    }

    /** How many records each append had. */
    List<Integer> batchSizes() {
        return batchSizes;
    }

    public void maxBatchBytes(int bytes) {
        maxBatchBytes = bytes;
    }

    /** From now on appends are refused; null: they are not. */
    public void refuse(@Nullable ErrorCode why) {
        refusal = why;
    }

    /** From now on what is written is, or is not, committed at once. */
    public void commits(boolean nowCommits) {
        commits = nowCommits;
        commit();
    }

    /** From now on appends are, or are not, answered at once. */
    public void writes(boolean nowWrites) {
        writes = nowWrites;
        for (Runnable append = heldAppends.poll(); writes && append != null; append = heldAppends.poll()) {
            append.run();
        }
    }

    /** From now on a replay goes on, or does not. */
    public void reads(boolean nowReads) {
        reads = nowReads;
        for (Runnable read = heldReads.poll(); reads && read != null; read = heldReads.poll()) {
            loop.execute(read);
        }
    }

    private void commit() {
        if (commits && highWatermark < entries.size()) {
            highWatermark = entries.size();
            onHighWatermark.run();
        }
    }
}
