package dev.barnabas.replication;

import dev.barnabas.host.Loop;
import dev.barnabas.log.Append;
import dev.barnabas.log.AppendOrigin;
import dev.barnabas.log.Appended;
import dev.barnabas.log.EpochEnd;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogFault;
import dev.barnabas.log.LogListener;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.Opening;
import dev.barnabas.log.PartitionLog;
import dev.barnabas.log.ReadResult;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this node leads. It decides how far the partition may be read (the high watermark) and when an
 * append is acknowledged. Owned by the partition's loop: everything is called there, and every answer comes there.
 *
 * <p>The high watermark is the smallest stable end offset of the in-sync replicas; as long as this node is the only
 * replica it is the log's own.
 */
public final class Partition {

    private final PartitionId id;
    private final Loop loop;
    private final PartitionLog log;
    private final Listener listener;
    private int leaderEpoch = -1;
    private final Acknowledgements acknowledgements;

    private final List<Watch> watches = new ArrayList<>();

    private long highWatermark;
    private boolean failed;

    private Partition(PartitionId id, Loop loop, PartitionLog log, Listener listener) {
        this.id = id;
        this.loop = loop;
        this.log = log;
        this.listener = listener;
        this.acknowledgements = new Acknowledgements(loop);
        this.highWatermark = log.highWatermark();
    }

    /**
     * Opens the partition's log, recovering it if need be. It neither leads nor follows until it is told to.
     *
     * @param nodeId this node
     */
    public static void open(
            PartitionId id,
            int nodeId,
            LogDirectory directory,
            PartitionSettings settings,
            Loop loop,
            InSyncChanges changes,
            Listener listener,
            Opened then) {
        LogEvents events = new LogEvents();
        directory.open(id.folder(), settings.log(), events, new Opening() {
            @Override
            public void opened(PartitionLog log) {
                Partition partition = new Partition(id, loop, log, listener);
                events.partition = partition;
                then.opened(partition);
            }

            @Override
            public void failed(LogFault fault) {
                then.failed(fault);
            }
        });
    }

    public PartitionId id() {
        return id;
    }

    public Loop loop() {
        return loop;
    }

    /** The leader's term as far as is known here; -1 if nothing is. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Whether this node leads. */
    public boolean leads() {
        return leaderEpoch >= 0;
    }

    /** The node that leads, if there is one and it is known. */
    public OptionalInt leader() {
        return OptionalInt.empty();
    }

    /**
     * This node leads from now on. What is older than what is known already (by the leader epoch, within one by the
     * partition epoch) changes nothing.
     */
    public void lead(Leadership given) {
        loop.requireCurrent();
        if (given.leaderEpoch() > leaderEpoch) {
            leaderEpoch = given.leaderEpoch();
            log.beginLeaderEpoch(leaderEpoch);
            advance();
        }
    }

    /** This node follows from now on; as {@link #lead}. */
    public void follow(Following given) {
        loop.requireCurrent();
    }

    /** What a follower asks its leader for next; empty if it has to wait, or does not follow anybody. */
    public Optional<FetchPosition> fetchPosition() {
        return Optional.empty();
    }

    /**
     * The leader has answered.
     *
     * @param asked the position from which the follower asked; an answer to an earlier one changes nothing
     * @param then called once, when {@link #fetchPosition} can be asked again: with NONE, or with an error after which
     *     the follower had better pause
     */
    public void fetched(FetchPosition asked, Fetched answer, Consumer<ErrorCode> then) {
        loop.requireCurrent();
    }

    /** To be called now and then of a partition that leads: followers that lag are no longer in sync. */
    public void checkFollowers() {
        loop.requireCurrent();
    }

    public long highWatermark() {
        return highWatermark;
    }

    public long logStartOffset() {
        return log.logStartOffset();
    }

    /** The offset that the next record gets. */
    public long endOffset() {
        return log.endOffset();
    }

    public long sizeInBytes() {
        return log.sizeInBytes();
    }

    /** Up to where there is no open transaction (exclusive); at most the high watermark. */
    public long lastStableOffset() {
        return Math.min(highWatermark, log.firstUnstableOffset().orElse(Long.MAX_VALUE));
    }

    /** The log, for what concerns it alone: timestamps, producers, settings, how far compaction and scrub are. */
    public PartitionLog log() {
        return log;
    }

    /** Records of a producer. */
    public void append(ByteBuffer batches, Acks acks, long deadlineNanos, Answer then) {
        append(batches, AppendOrigin.CLIENT, acks, deadlineNanos, then);
    }

    /**
     * Records of a coordinator of this node; they are acknowledged when all in-sync replicas have them, however long it
     * takes.
     */
    public void appendForCoordinator(ByteBuffer batches, Answer then) {
        append(batches, AppendOrigin.COORDINATOR, Acks.ALL, Long.MAX_VALUE, then);
    }

    private void append(ByteBuffer batches, AppendOrigin origin, Acks acks, long deadlineNanos, Answer then) {
        loop.requireCurrent();
        if (failed) {
            then.written(null);
            then.refused(OFFLINE);
            return;
        }
        AppendInFlight append = new AppendInFlight(this, acks, deadlineNanos, batches.remaining(), then);
        log.append(new Append(batches, origin, leaderEpoch), append);
    }

    /** Finds batches to send, without blocking. */
    public PartitionRead read(ReadFrom wanted) {
        loop.requireCurrent();
        PartitionRead refused = checkReader(wanted);
        if (refused != null) {
            return refused;
        }
        return found(wanted, log.read(wanted.offset(), wanted.maxBytes(), readableEnd(wanted), wanted.minOneBatch()));
    }

    /** The same for what is not in memory: found and loaded on a worker. */
    public void readCold(ReadFrom wanted, Consumer<PartitionRead> then) {
        log.readCold(
                wanted.offset(),
                wanted.maxBytes(),
                readableEnd(wanted),
                wanted.minOneBatch(),
                new LogAnswer<ReadResult>() {
                    @Override
                    public void done(ReadResult result) {
                        then.accept(found(wanted, result));
                    }

                    @Override
                    public void refused(LogRefusal refusal) {
                        then.accept(new PartitionRead.Refused(ErrorCode.KAFKA_STORAGE_ERROR));
                    }
                });
    }

    /**
     * Tells whenever more becomes readable than up to {@code fromOffset}, with the number of bytes that came; at once
     * if that is already so.
     */
    public Watch watch(long fromOffset, Reader reader, LongConsumer came) {
        loop.requireCurrent();
        Watch watch = new Watch(came);
        watches.add(watch);
        if (highWatermark > fromOffset) {
            // How much it is does not matter: the watcher reads again and sees.
            came.accept(Integer.MAX_VALUE);
        }
        return watch;
    }

    /** Where an epoch of this partition ended (OffsetForLeaderEpoch). */
    public Optional<EpochEnd> endOfLeaderEpoch(int epoch) {
        loop.requireCurrent();
        if (epoch == leaderEpoch) {
            return Optional.of(new EpochEnd(leaderEpoch, log.endOffset()));
        }
        return log.endOfLeaderEpoch(epoch);
    }

    /** Whether a client that believes in this leader epoch may be served: NONE, or the error that tells it why not. */
    public ErrorCode checkLeaderEpoch(int currentLeaderEpoch) {
        if (currentLeaderEpoch < 0 || currentLeaderEpoch == leaderEpoch) {
            return ErrorCode.NONE;
        }
        return currentLeaderEpoch < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
    }

    /**
     * Deletes the records before an offset, at most up to the high watermark, and answers with the new log start
     * offset.
     *
     * @param beforeOffset -1 for the high watermark
     */
    public void deleteRecords(long beforeOffset, LogAnswer<Long> then) {
        loop.requireCurrent();
        long before = beforeOffset == -1 ? highWatermark : beforeOffset;
        if (before < 0 || before > highWatermark) {
            then.refused(new LogRefusal(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Records can be deleted up to the high watermark " + highWatermark + ", not up to " + before,
                    List.of()));
            return;
        }
        log.deleteRecords(before, then);
    }

    public void changeSettings(PartitionSettings settings) {
        log.changeSettings(settings.log());
    }

    /** Ends the role and closes the log in order; whatever waits is refused. */
    public void close(Runnable then) {
        stop(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        log.close(whenEnded(then));
    }

    /** Ends the role and deletes the log. */
    public void delete(Runnable then) {
        stop(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        log.delete(whenEnded(then));
    }

    private static LogAnswer<Long> whenEnded(Runnable then) {
        return new LogAnswer<>() {
            @Override
            public void done(Long result) {
                then.run();
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.run();
            }
        };
    }

    private void stop(ErrorCode why) {
        loop.requireCurrent();
        failed = true;
        acknowledgements.refuseAll(new LogRefusal(why, "The partition is no longer on this broker", List.of()));
        // Readers find out when they read again.
        for (Watch watch : List.copyOf(watches)) {
            watch.came.accept(Integer.MAX_VALUE);
        }
    }

    /** An append is in the log. */
    void written(AppendInFlight append) {
        acknowledgements.add(append);
        advance();
        acknowledgements.expire(append);
    }

    /** Moves the high watermark to what the in-sync replicas have, and answers and wakes who waited for it. */
    private void advance() {
        long stable = log.stableEndOffset();
        long readable = stable;
        boolean moved = readable > highWatermark;
        if (moved) {
            highWatermark = readable;
            log.highWatermark(readable);
        }
        long cameBytes = acknowledgements.advance(stable, readable);
        if (moved) {
            listener.highWatermarkAdvanced(this);
            if (!watches.isEmpty()) {
                for (Watch watch : List.copyOf(watches)) {
                    watch.came.accept(Math.max(1, cameBytes));
                }
            }
        }
    }

    private void logFailed(LogFault fault) {
        stop(ErrorCode.KAFKA_STORAGE_ERROR);
        listener.failed(this, fault);
    }

    private @Nullable PartitionRead checkReader(ReadFrom wanted) {
        if (failed) {
            return new PartitionRead.Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        ErrorCode epochError = checkLeaderEpoch(wanted.currentLeaderEpoch());
        if (epochError != ErrorCode.NONE) {
            return new PartitionRead.Refused(epochError);
        }
        if (wanted.lastFetchedEpoch() >= 0) {
            Optional<EpochEnd> end = endOfLeaderEpoch(wanted.lastFetchedEpoch());
            if (end.isEmpty()) {
                return new PartitionRead.Refused(ErrorCode.OFFSET_OUT_OF_RANGE);
            }
            EpochEnd known = end.get();
            if (known.leaderEpoch() < wanted.lastFetchedEpoch() || known.endOffset() < wanted.offset()) {
                return new PartitionRead.Diverging(
                        known.leaderEpoch(), known.endOffset(), highWatermark, log.logStartOffset());
            }
        }
        return null;
    }

    private long readableEnd(ReadFrom wanted) {
        return committedOnly(wanted) ? lastStableOffset() : highWatermark;
    }

    private static boolean committedOnly(ReadFrom wanted) {
        return wanted.reader() instanceof Reader.Client client && client.committedOnly();
    }

    private PartitionRead found(ReadFrom wanted, ReadResult result) {
        return switch (result) {
            case ReadResult.Found(var records) -> found(wanted, records);
            case ReadResult.Nothing() -> found(wanted, MemoryRecords.EMPTY);
            case ReadResult.Cold() -> new PartitionRead.Cold();
            case ReadResult.OutOfRange _ -> new PartitionRead.Refused(ErrorCode.OFFSET_OUT_OF_RANGE);
            case ReadResult.Damaged _ -> new PartitionRead.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
        };
    }

    private PartitionRead.Found found(ReadFrom wanted, Records records) {
        long readableEnd = readableEnd(wanted);
        return new PartitionRead.Found(
                records,
                highWatermark,
                lastStableOffset(),
                log.logStartOffset(),
                readableEnd,
                committedOnly(wanted) && records.sizeInBytes() > 0
                        ? log.abortedTransactions(wanted.offset(), readableEnd)
                        : List.of());
    }

    private static final LogRefusal OFFLINE =
            new LogRefusal(ErrorCode.NOT_LEADER_OR_FOLLOWER, "The partition is no longer on this broker", List.of());

    /** What comes of an append: {@link #written} once, and then one of the other two. */
    public interface Answer {

        /**
         * The buffer is free again.
         *
         * @param appended where the records are in this log, not yet acknowledged; null if they are refused
         */
        void written(@Nullable Appended appended);

        void acknowledged(Appended appended);

        void refused(LogRefusal refusal);
    }

    /** Who has to know what becomes of a partition; called on its loop. */
    public interface Listener {

        void highWatermarkAdvanced(Partition partition);

        /** The leader has another set of in-sync replicas. */
        void inSyncReplicasChanged(Partition partition);

        /**
         * A follower may fetch, from a leader or in a term that it did not fetch from before; or does not follow
         * anybody any more. See {@link Partition#fetchPosition}.
         */
        void positionChanged(Partition partition);

        /** The log is not compacted any more, see {@link dev.barnabas.log.LogListener}. */
        void compactionFailed(Partition partition, String why);

        /** Something stored is damaged, see {@link dev.barnabas.log.LogListener}. */
        void damageFound(Partition partition, LogDamage damage);

        /** The partition is offline until it is opened anew. */
        void failed(Partition partition, LogFault fault);
    }

    /** What comes of {@link #open}. */
    public interface Opened {
        void opened(Partition partition);

        void failed(LogFault fault);
    }

    /** Somebody who waits for more to read. */
    public final class Watch {
        private final LongConsumer came;

        private Watch(LongConsumer came) {
            this.came = came;
        }

        /** Tells no more. Only on the partition's loop. */
        public void stop() {
            loop.requireCurrent();
            watches.remove(this);
        }
    }

    /** Passes the log's events on once there is a partition. */
    private static final class LogEvents implements LogListener {
        private @Nullable Partition partition;

        @Override
        public void stableEndOffsetAdvanced(long stableEndOffset) {
            if (partition != null) {
                partition.advance();
            }
        }

        @Override
        public void logStartOffsetAdvanced(long logStartOffset) {
            // Readers learn of it with their next response.
        }

        @Override
        public void compactionFailed(String why) {
            if (partition != null) {
                partition.listener.compactionFailed(partition, why);
            }
        }

        @Override
        public void damageFound(LogDamage damage) {
            if (partition != null) {
                partition.listener.damageFound(partition, damage);
            }
        }

        @Override
        public void failed(LogFault fault) {
            if (partition != null) {
                partition.logFailed(fault);
            }
        }
    }
}
