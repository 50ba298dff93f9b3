package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.log.FileRecords;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.OffsetAtTime;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Records;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionRead;
import dev.barnabas.replication.ReadFrom;
import dev.barnabas.replication.Reader;
import dev.barnabas.share.AcquireLimits;
import dev.barnabas.share.Acquired;
import dev.barnabas.share.DeadLetters;
import dev.barnabas.share.Holder;
import dev.barnabas.share.ShareKey;
import dev.barnabas.share.SharePartition;
import dev.barnabas.share.ShareStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A partition that is led here, in one share group: reads its log for those who want records, one after the other,
 * wakes those who wait when there is something to get, and looks at the clock for the locks. Owned by the partition's
 * loop.
 */
final class LedShare implements SharePartition.Events {

    /** What nobody gets, like control records, is passed over in one go, up to a point. */
    private static final int READS_AT_ONCE = 16;

    private static final String BY_DURATION = "by_duration:";

    private final Partition partition;
    private final Loop loop;
    private final SharePartitionSettings settings;
    private final Decompressor decompressor;
    private final SharePartition share;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private Partition.@Nullable Watch watch;
    private long watchedFrom;
    private Loop.@Nullable Timer timer;
    private boolean isLoaded;
    private boolean isReading;
    private boolean isWaking;
    private long lastUsedNanos;

    LedShare(
            ShareKey key,
            Partition partition,
            SharePartitionSettings settings,
            ShareStore store,
            DeadLetters deadLetters,
            Decompressor decompressor) {
        this.partition = partition;
        this.loop = partition.loop();
        this.settings = settings;
        this.decompressor = decompressor;
        this.lastUsedNanos = loop.clock().nanos();
        this.share = new SharePartition(key, partition.leaderEpoch(), loop.clock(), store, settings, deadLetters, this);
    }

    /** To be called once. */
    void load() {
        share.load(partition.logStartOffset(), this::beginning, error -> {
            isLoaded = error == ErrorCode.NONE;
            wakeAll();
        });
    }

    /** What somebody got, or why not. */
    record Taken(ErrorCode error, List<Acquired> acquired, Records records) {
        static final Taken NOTHING = new Taken(ErrorCode.NONE, List.of(), MemoryRecords.EMPTY);

        static Taken refused(ErrorCode error) {
            return new Taken(error, List.of(), MemoryRecords.EMPTY);
        }

        long count() {
            return acquired.stream().mapToLong(Acquired::count).sum();
        }
    }

    SharePartition share() {
        return share;
    }

    Partition partition() {
        return partition;
    }

    boolean isUnusedSince(long nanos) {
        return lastUsedNanos - nanos < 0 && waiting.isEmpty() && !isReading && share.isIdle();
    }

    /** How many bytes could be read; a lot if some of them came back. */
    int readableBytes(int maxBytes) {
        if (!isLoaded || !share.mayAcquire(readableEnd())) {
            return 0;
        }
        if (share.nextFetchOffset() < share.endOffset()) {
            return Integer.MAX_VALUE;
        }
        return switch (partition.read(from(share.nextFetchOffset(), maxBytes))) {
            case PartitionRead.Found found -> found.records().sizeInBytes();
            case PartitionRead.Cold _, PartitionRead.Diverging _, PartitionRead.Refused _ -> Integer.MAX_VALUE;
        };
    }

    /**
     * Gives records to a member.
     *
     * @param then called once, perhaps in this call
     */
    void take(Holder holder, AcquireLimits limits, int maxBytes, Consumer<Taken> then) {
        loop.requireCurrent();
        lastUsedNanos = loop.clock().nanos();
        if (share.hasEnded()) {
            then.accept(Taken.refused(share.whyEnded()));
        } else if (!isLoaded || isReading) {
            then.accept(Taken.NOTHING);
        } else {
            isReading = true;
            read(holder, limits, maxBytes, READS_AT_ONCE, taken -> {
                isReading = false;
                armTimer();
                then.accept(taken);
                available();
            });
        }
    }

    private void read(Holder holder, AcquireLimits limits, int maxBytes, int reads, Consumer<Taken> then) {
        share.logStartMoved(partition.logStartOffset());
        if (!share.mayAcquire(readableEnd()) || reads == 0) {
            then.accept(Taken.NOTHING);
            return;
        }
        long offset = share.nextFetchOffset();
        Consumer<PartitionRead> have = read -> {
            switch (read) {
                case PartitionRead.Found found -> {
                    Taken taken = take(holder, limits, offset, found);
                    boolean goesOn = taken.error == ErrorCode.NONE
                            && taken.acquired.isEmpty()
                            && share.nextFetchOffset() > offset;
                    if (goesOn) {
                        read(holder, limits, maxBytes, reads - 1, then);
                    } else {
                        then.accept(taken);
                    }
                }
                case PartitionRead.Refused(ErrorCode error, long _) ->
                    // The start of the log has just moved: next time it is known.
                    then.accept(error == ErrorCode.OFFSET_OUT_OF_RANGE ? Taken.NOTHING : Taken.refused(error));
                case PartitionRead.Cold _, PartitionRead.Diverging _ ->
                    throw new IllegalStateException("not an answer to a share group");
            }
        };
        ReadFrom from = from(offset, maxBytes);
        PartitionRead read = partition.read(from);
        if (read instanceof PartitionRead.Cold) {
            partition.readCold(from, have);
        } else {
            have.accept(read);
        }
    }

    private Taken take(Holder holder, AcquireLimits limits, long offset, PartitionRead.Found found) {
        if (!(found.records() instanceof FileRecords records)) {
            return Taken.NOTHING;
        }
        if (share.hasEnded()) {
            return Taken.refused(share.whyEnded());
        }
        try {
            ShareLog log = share.isOrdered()
                    ? ShareLog.readKeys(records, found.abortedTransactions(), decompressor)
                    : ShareLog.read(records, found.abortedTransactions());
            List<Acquired> acquired = share.acquire(holder, limits, offset, log.spans());
            return acquired.isEmpty() ? Taken.NOTHING : new Taken(ErrorCode.NONE, acquired, log.holding(acquired));
        } catch (IOException e) {
            return Taken.refused(ErrorCode.CORRUPT_MESSAGE);
        }
    }

    private ReadFrom from(long offset, int maxBytes) {
        return new ReadFrom(offset, maxBytes, true, -1, -1, reader());
    }

    private Reader.Client reader() {
        return new Reader.Client(settings.committedOnly(), false);
    }

    private long readableEnd() {
        return settings.committedOnly() ? partition.lastStableOffset() : partition.highWatermark();
    }

    /** A task that runs once, when there may be something to get; the one who waits longest comes first. */
    void await(Runnable woken) {
        if (share.hasEnded()) {
            woken.run();
        } else {
            waiting.add(woken);
            available();
        }
    }

    void forget(Runnable woken) {
        waiting.remove(woken);
        if (waiting.isEmpty()) {
            unwatch();
        }
    }

    /** There may be something to get: those who wait try, each once. */
    @Override
    public void available() {
        armTimer();
        if (isWaking || !isLoaded) {
            return;
        }
        isWaking = true;
        for (int left = waiting.size(); left > 0 && mayWake(); left--) {
            waiting.remove().run();
        }
        isWaking = false;
        if (!waiting.isEmpty() && share.isActive()) {
            watch();
        }
    }

    private boolean mayWake() {
        return !waiting.isEmpty() && !isReading && share.mayAcquire(readableEnd());
    }

    private void wakeAll() {
        List<Runnable> woken = new ArrayList<>(waiting);
        waiting.clear();
        woken.forEach(Runnable::run);
    }

    private void watch() {
        long from = Math.max(share.endOffset(), readableEnd());
        if (watch == null || watchedFrom != from) {
            unwatch();
            watchedFrom = from;
            watch = partition.watch(from, reader(), _ -> available());
        }
    }

    private void unwatch() {
        if (watch != null) {
            watch.stop();
            watch = null;
        }
    }

    private void armTimer() {
        if (timer != null || !share.isActive()) {
            return;
        }
        long next = share.nextTickNanos();
        if (next != Long.MAX_VALUE) {
            Duration delay = Duration.ofNanos(Math.max(0, next - loop.clock().nanos()));
            timer = loop.schedule(delay, this::tick);
        }
    }

    private void tick() {
        timer = null;
        share.tick();
        armTimer();
    }

    /** This node does not lead any more, or has forgotten it. */
    void close(ErrorCode why) {
        share.close(why);
    }

    @Override
    public void ended(ErrorCode why) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        unwatch();
        wakeAll();
    }

    /** Where the group begins, as its setting says. */
    private void beginning(BiConsumer<ErrorCode, Long> then) {
        String reset = settings.offsetReset();
        if (reset.equals("earliest")) {
            then.accept(ErrorCode.NONE, partition.logStartOffset());
        } else if (reset.startsWith(BY_DURATION)) {
            long from = loop.clock().wallMs()
                    - Duration.parse(reset.substring(BY_DURATION.length())).toMillis();
            partition.log().offsetForTimestamp(from, new LogAnswer<>() {
                @Override
                public void done(Optional<OffsetAtTime> found) {
                    then.accept(ErrorCode.NONE, found.map(OffsetAtTime::offset).orElseGet(partition::highWatermark));
                }

                @Override
                public void refused(LogRefusal refusal) {
                    then.accept(refusal.error(), -1L);
                }
            });
        } else {
            then.accept(ErrorCode.NONE, partition.highWatermark());
        }
    }
}
