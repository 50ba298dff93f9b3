package dev.barnabas.coordinator;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A partition in memory whose appends and commits a test can hold back or refuse. */
public final class MemoryShardLog implements ShardLog {
    private final Loop loop;
    private final int leaderEpoch;
    private final List<ShardRecord> records;
    private final List<Integer> batchSizes = new ArrayList<>();
    private final Queue<Runnable> heldAppends = new ArrayDeque<>();
    private final Queue<Runnable> heldReads = new ArrayDeque<>();
    private Runnable onHighWatermark = () -> {};
    private int maxBatchBytes = 1_000_000;
    private long highWatermark;
    private boolean commits = true;
    private boolean writes = true;
    private boolean reads = true;
    private @Nullable ErrorCode refusal;

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
        this.records = new ArrayList<>(records);
        this.highWatermark = records.size();
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
            records.addAll(batch);
            batchSizes.add(batch.size());
            then.written(records.size());
            commit();
        };
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
    public void replay(Replaying then) {
        List<ShardRecord> all = List.copyOf(records);
        int half = all.size() / 2;
        read(() -> then.records(all.subList(0, half), half));
        read(() -> then.records(all.subList(half, all.size()), all.size()));
        read(() -> then.done(all.size()));
    }

    private void read(Runnable chunk) {
        if (reads) {
            loop.execute(chunk);
        } else {
            heldReads.add(chunk);
        }
    }

    /** Everything that was ever written. */
    public List<ShardRecord> records() {
        return List.copyOf(records);
    }

    /** What is committed: all that survives when the leader is lost. */
    public List<ShardRecord> committed() {
        return List.copyOf(records.subList(0, (int) highWatermark));
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
        if (commits && highWatermark < records.size()) {
            highWatermark = records.size();
            onHighWatermark.run();
        }
    }
}
