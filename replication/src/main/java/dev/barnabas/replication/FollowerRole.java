package dev.barnabas.replication;

import dev.barnabas.log.Append;
import dev.barnabas.log.AppendOrigin;
import dev.barnabas.log.Appended;
import dev.barnabas.log.Appending;
import dev.barnabas.log.EpochEnd;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.PartitionLog;
import dev.barnabas.protocol.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This node follows a leader in one term, or knows that there is none. Owned by the partition's loop.
 *
 * <pre>
 *   READY -- batches ---------------> APPENDING -- written, or refused --> READY
 *     |  ^
 *     |  +-------------- done -----------------+
 *     +-- diverging, or out of range ----> CUTTING
 * </pre>
 *
 * Only when READY, and everything that is here is stable, there is a position to fetch from: its offset tells the
 * leader that it is. While the disk is full there is none either: what came would only have to be thrown away.
 *
 * <p>What is to be cut off is found out by comparing epochs (KIP-101, KIP-279), never by the high watermark that it
 * knew: the leader answers a fetch by where the follower's last epoch, or the one before it, ended (KIP-320), and the
 * follower goes back to there, again and again until the logs agree.
 */
final class FollowerRole implements Role {
    private final Partition partition;
    private final PartitionLog log;
    private final int leader;
    private final int leaderEpoch;
    private int partitionEpoch;

    private State state = State.READY;
    /** Somebody has asked for the position when there was none. */
    private boolean awaited;
    /** Called when the answer that came last has been dealt with. */
    private @Nullable Consumer<ErrorCode> then;
    /** Up to where the log was asked to begin, to follow the leader's. */
    private long startAskedFor;

    private @Nullable ErrorCode ended;

    private enum State {
        READY,
        APPENDING,
        CUTTING
    }

    FollowerRole(Partition partition, Following given) {
        this.partition = partition;
        this.log = partition.log();
        this.leader = given.leader();
        this.leaderEpoch = given.leaderEpoch();
        this.partitionEpoch = given.partitionEpoch();
    }

    /** To be called once this is the partition's role. */
    void begin() {
        partition.listener().positionChanged(partition);
    }

    /** Something else is agreed on in the same term. */
    void learn(int version) {
        partitionEpoch = version;
    }

    int leaderId() {
        return leader;
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public int partitionEpoch() {
        return partitionEpoch;
    }

    @Override
    public OptionalInt leader() {
        return leader == Following.NO_LEADER ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    /** The log is being changed: until that is over nobody can lead with it. */
    @Override
    public boolean isBusy() {
        return state != State.READY;
    }

    Optional<FetchPosition> position() {
        if (ended != null || leader == Following.NO_LEADER) {
            return Optional.empty();
        }
        if (state != State.READY || then != null || !isStable()) {
            awaited = true;
            return Optional.empty();
        }
        if (!log.hasRoom()) {
            return Optional.empty();
        }
        return Optional.of(new FetchPosition(
                leader, leaderEpoch, log.endOffset(), lastEpoch(), log.logStartOffset(), log.highWatermark()));
    }

    private boolean isStable() {
        return log.stableEndOffset() >= log.endOffset();
    }

    /** The epoch of the last record. Not the latest epoch: that may have begun here, and have no records. */
    private int lastEpoch() {
        return log.leaderEpochAt(log.endOffset() - 1).orElse(-1);
    }

    void fetched(FetchPosition asked, Fetched answer, Consumer<ErrorCode> whenDone) {
        boolean current = position()
                .filter(now -> now.leader() == asked.leader()
                        && now.leaderEpoch() == asked.leaderEpoch()
                        && now.offset() == asked.offset()
                        && now.lastFetchedEpoch() == asked.lastFetchedEpoch())
                .isPresent();
        if (!current) {
            whenDone.accept(ErrorCode.NONE);
            return;
        }
        then = whenDone;
        switch (answer) {
            case Fetched.Batches batches
            when !batches.batches().hasRemaining() -> {
                learn(batches);
                answered(ErrorCode.NONE);
            }
            case Fetched.Batches batches -> append(batches);
            case Fetched.Diverging diverging -> goBack(diverging);
            case Fetched.Refused(ErrorCode error, long leaderStart) -> {
                if (error == ErrorCode.OFFSET_OUT_OF_RANGE && leaderStart >= 0 && beginsAnewAt(leaderStart)) {
                    restartAt(leaderStart);
                } else {
                    answered(error);
                }
            }
        }
    }

    /** Whether nothing that is here is of use: the leader's log begins behind it, or it is nothing. */
    private boolean beginsAnewAt(long leaderStart) {
        long end = log.endOffset();
        return leaderStart > end || (log.logStartOffset() == end && leaderStart != end);
    }

    private void append(Fetched.Batches answer) {
        ByteBuffer batches = answer.batches();
        long end = log.endOffset();
        long base = batches.remaining() < Long.BYTES ? -1 : batches.getLong(batches.position());
        boolean nothingToKeep = log.logStartOffset() == end || answer.logStartOffset() >= end;
        if (base >= 0 && base < end && nothingToKeep) {
            // The leader's log starts within a batch. It comes whole; then the log start follows.
            state = State.CUTTING;
            log.restartAt(base, whenCut(() -> appendNow(answer)));
        } else {
            appendNow(answer);
        }
    }

    private void appendNow(Fetched.Batches answer) {
        state = State.APPENDING;
        log.append(new Append(answer.batches(), AppendOrigin.REPLICATION, leaderEpoch), new Appending() {
            @Override
            public void written(Appended appended) {
                if (ended == null) {
                    learn(answer);
                }
                changed();
            }

            @Override
            public void refused(LogRefusal refusal) {
                notChanged(refusal.error());
            }
        });
    }

    /** The answer tells that this log, up to its end, is the beginning of the leader's. */
    private void learn(Fetched.Batches answer) {
        long end = log.endOffset();
        long highWatermark = Math.min(answer.highWatermark(), end);
        if (highWatermark > log.highWatermark()) {
            log.highWatermark(highWatermark);
            // How much it is was counted when it came, by nobody: the watcher reads again and sees.
            partition.highWatermarkMoved(Integer.MAX_VALUE);
        }
        long start = Math.min(answer.logStartOffset(), end);
        if (start > Math.max(log.logStartOffset(), startAskedFor)) {
            startAskedFor = start;
            log.deleteRecords(start, WHATEVER);
        }
    }

    private void goBack(Fetched.Diverging answer) {
        Optional<EpochEnd> here = log.endOfLeaderEpoch(answer.epoch());
        long target = Math.min(answer.endOffset(), here.map(EpochEnd::endOffset).orElse(Long.MAX_VALUE));
        if (target < 0 || target >= log.endOffset()) {
            // No leader that knows what it says answers so.
            answered(ErrorCode.UNKNOWN_SERVER_ERROR);
        } else if (target < log.logStartOffset()) {
            restartAt(answer.logStartOffset() >= 0 ? answer.logStartOffset() : target);
        } else {
            state = State.CUTTING;
            log.truncate(target, whenCut(this::changed));
        }
    }

    private void restartAt(long offset) {
        state = State.CUTTING;
        log.restartAt(offset, whenCut(this::changed));
    }

    private LogAnswer<Long> whenCut(Runnable next) {
        return new LogAnswer<>() {
            @Override
            public void done(Long result) {
                startAskedFor = 0;
                if (ended == null) {
                    next.run();
                } else {
                    changed();
                }
            }

            @Override
            public void refused(LogRefusal refusal) {
                notChanged(refusal.error());
            }
        };
    }

    private void changed() {
        state = State.READY;
        ErrorCode why = ended;
        if (why != null) {
            answered(why);
        } else if (isStable()) {
            answered(ErrorCode.NONE);
        }
        partition.roles().settled();
    }

    private void notChanged(ErrorCode error) {
        state = State.READY;
        answered(error);
        partition.roles().settled();
    }

    @Override
    public void stableEndAdvanced() {
        if (state == State.READY && ended == null && isStable()) {
            answered(ErrorCode.NONE);
        }
    }

    private void answered(ErrorCode error) {
        Consumer<ErrorCode> waiting = then;
        then = null;
        if (waiting != null) {
            waiting.accept(error);
        }
        if (awaited && ended == null && isStable() && state == State.READY && then == null) {
            awaited = false;
            partition.listener().positionChanged(partition);
        }
    }

    @Override
    public void end(ErrorCode why, String message) {
        ended = why;
        if (state == State.READY) {
            answered(why);
        }
        // Else later: what came still belongs to the log.
    }

    private static final LogAnswer<Long> WHATEVER = new LogAnswer<>() {
        @Override
        public void done(Long result) {}

        @Override
        public void refused(LogRefusal refusal) {
            // The log is offline, and its listener was told; or the disk is full, and a later fetch tells it again.
        }
    };
}
