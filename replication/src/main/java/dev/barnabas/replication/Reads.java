package dev.barnabas.replication;

import dev.barnabas.log.EpochEnd;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.PartitionLog;
import dev.barnabas.log.ReadResult;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Records;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who may read what of a partition, and where the logs of leader and reader part. Owned by the partition's loop. */
final class Reads {
    private final Partition partition;
    private final PartitionLog log;

    Reads(Partition partition) {
        this.partition = partition;
        this.log = partition.log();
    }

    PartitionRead read(ReadFrom wanted) {
        PartitionRead refused = check(wanted);
        if (refused != null) {
            return refused;
        }
        if (wanted.reader() instanceof Reader.Follower follower && partition.role() instanceof LeaderRole leader) {
            // What the follower tells with its offset may move the high watermark, which it gets to know at once.
            leader.fetched(follower, wanted.offset());
        }
        return found(wanted, log.read(wanted.offset(), wanted.maxBytes(), readableEnd(wanted), wanted.minOneBatch()));
    }

    void readCold(ReadFrom wanted, Consumer<PartitionRead> then) {
        PartitionRead refused = check(wanted);
        if (refused != null) {
            then.accept(refused);
            return;
        }
        int roleThen = partition.roles().count();
        log.readCold(
                wanted.offset(),
                wanted.maxBytes(),
                readableEnd(wanted),
                wanted.minOneBatch(),
                new LogAnswer<ReadResult>() {
                    @Override
                    public void done(ReadResult result) {
                        // What was readable then may since have been cut off.
                        then.accept(partition.roles().count() == roleThen ? found(wanted, result) : notHere());
                    }

                    @Override
                    public void refused(LogRefusal refusal) {
                        then.accept(new PartitionRead.Refused(ErrorCode.KAFKA_STORAGE_ERROR));
                    }
                });
    }

    private static PartitionRead notHere() {
        return new PartitionRead.Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private @Nullable PartitionRead check(ReadFrom wanted) {
        ErrorCode error = partition.checkLeaderEpoch(wanted.currentLeaderEpoch());
        if (error == ErrorCode.NONE) {
            error = checkReader(wanted);
        }
        if (error != ErrorCode.NONE) {
            return new PartitionRead.Refused(error);
        }
        if (partition.role() instanceof FollowerRole && wanted.offset() > log.highWatermark()) {
            // What is here behind it may not be the leader's; and whether the leader has more, nobody here knows.
            return wanted.offset() > log.endOffset() ? new PartitionRead.Refused(ErrorCode.OFFSET_NOT_AVAILABLE) : null;
        }
        PartitionRead diverging = checkDivergence(wanted);
        return diverging != null ? diverging : checkRange(wanted);
    }

    private ErrorCode checkReader(ReadFrom wanted) {
        return switch (partition.role()) {
            case Role.None _, Role.Suspended _ -> ErrorCode.NOT_LEADER_OR_FOLLOWER;
            case LeaderRole leader ->
                wanted.reader() instanceof Reader.Follower follower
                        ? leader.check(follower, wanted.currentLeaderEpoch())
                        : ErrorCode.NONE;
            case FollowerRole _ ->
                wanted.reader() instanceof Reader.Client client && client.mayReadFollower()
                        ? ErrorCode.NONE
                        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
        };
    }

    /** Whether the reader has something that is not here (KIP-320). */
    private @Nullable PartitionRead checkDivergence(ReadFrom wanted) {
        if (wanted.lastFetchedEpoch() < 0) {
            return null;
        }
        Optional<EpochEnd> end = partition.endOfLeaderEpoch(wanted.lastFetchedEpoch());
        if (end.isEmpty()) {
            return outOfRange();
        }
        EpochEnd known = end.get();
        return known.leaderEpoch() < wanted.lastFetchedEpoch() || known.endOffset() < wanted.offset()
                ? new PartitionRead.Diverging(
                        known.leaderEpoch(), known.endOffset(), log.highWatermark(), log.logStartOffset())
                : null;
    }

    private @Nullable PartitionRead checkRange(ReadFrom wanted) {
        return wanted.offset() < log.logStartOffset() || wanted.offset() > log.endOffset() ? outOfRange() : null;
    }

    private PartitionRead outOfRange() {
        return new PartitionRead.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, log.logStartOffset());
    }

    private long readableEnd(ReadFrom wanted) {
        return switch (wanted.reader()) {
            case Reader.Follower _ -> log.endOffset();
            case Reader.Client client -> partition.readableEnd(client);
        };
    }

    private PartitionRead found(ReadFrom wanted, ReadResult result) {
        return switch (result) {
            case ReadResult.Found(var records) -> found(wanted, records);
            case ReadResult.Nothing() -> found(wanted, MemoryRecords.EMPTY);
            case ReadResult.Cold() -> new PartitionRead.Cold();
            case ReadResult.OutOfRange _ -> outOfRange();
            case ReadResult.Damaged _ -> new PartitionRead.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
        };
    }

    private PartitionRead.Found found(ReadFrom wanted, Records records) {
        long readableEnd = readableEnd(wanted);
        boolean committedOnly = wanted.reader() instanceof Reader.Client client && client.committedOnly();
        return new PartitionRead.Found(
                records,
                log.highWatermark(),
                partition.lastStableOffset(),
                log.logStartOffset(),
                readableEnd,
                committedOnly && records.sizeInBytes() > 0
                        ? log.abortedTransactions(wanted.offset(), readableEnd)
                        : List.of());
    }
}
