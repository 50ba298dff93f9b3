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
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.Opening;
import dev.barnabas.log.PartitionLog;
import dev.barnabas.log.Verifications;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.EndTxnMarker;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A partition on this node: its log, and the role that the node has for the time being. Owned by the partition's loop:
 * everything is called there, and every answer comes there.
 *
 * <p>{@link Roles} says which role that is, {@link LeaderRole} and {@link FollowerRole} what it means; {@link Reads} is
 * the same for both.
 */
public final class Partition {

    static final LogRefusal NOT_LEADER =
            new LogRefusal(ErrorCode.NOT_LEADER_OR_FOLLOWER, "This broker does not lead the partition", List.of());

    private final PartitionId id;
    private final int nodeId;
    private final Loop loop;
    private final PartitionLog log;
    private final Listener listener;
    private final Watches watches = new Watches();
    private final Roles roles;
    private final Reads reads;

    private PartitionSettings settings;

    private Partition(
            PartitionId id,
            int nodeId,
            PartitionLog log,
            PartitionSettings settings,
            Loop loop,
            InSyncChanges changes,
            Listener listener) {
        this.id = id;
        this.nodeId = nodeId;
        this.log = log;
        this.settings = settings;
        this.loop = loop;
        this.listener = listener;
        this.roles = new Roles(this, changes);
        this.reads = new Reads(this);
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
        PartitionLogEvents events = new PartitionLogEvents();
        directory.open(id.folder(), settings.log(), events, new Opening() {
            @Override
            public void opened(PartitionLog log) {
                Partition partition = new Partition(id, nodeId, log, settings, loop, changes, listener);
                events.belongTo(partition);
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

    /** Whether this node leads. */
    public boolean leads() {
        return roles.current() instanceof LeaderRole;
    }

    /** The node that leads, if there is one and it is known. */
    public OptionalInt leader() {
        return roles.current().leader();
    }

    /** The leader's term as far as is known here; -1 if nothing is. */
    public int leaderEpoch() {
        return roles.current().leaderEpoch();
    }

    /**
     * This node leads from now on. What is older than what is known already (by the leader epoch, within one by the
     * partition epoch) changes nothing.
     *
     * <p>The term must have begun since this process was started: the records that one before it had appended, and
     * followers fetched, may be lost here, and others must not take their offsets in the same term.
     */
    public void lead(Leadership given) {
        loop.requireCurrent();
        roles.lead(given);
    }

    /** This node follows from now on; as {@link #lead}, but for any term. */
    public void follow(Following given) {
        loop.requireCurrent();
        roles.follow(given);
    }

    /**
     * This node may have been replaced as leader without knowing it yet: if it leads, it serves nobody, until it
     * resumes or is told of another term. Without effect if it does not lead.
     */
    public void suspend() {
        loop.requireCurrent();
        roles.suspend();
    }

    /** Ends {@link #suspend}: this node had not been replaced. */
    public void resume() {
        loop.requireCurrent();
        roles.resume();
    }

    /** What a follower asks its leader for next; empty if it has to wait, or does not follow anybody. */
    public Optional<FetchPosition> fetchPosition() {
        loop.requireCurrent();
        return roles.current() instanceof FollowerRole follower && !roles.isChanging()
                ? follower.position()
                : Optional.empty();
    }

    /**
     * The leader has answered.
     *
     * @param asked the position from which the follower asked; an answer to an earlier one changes nothing
     * @param then called once, perhaps in this call, when {@link #fetchPosition} can be asked again: with NONE, or with
     *     an error after which the follower had better pause. The answer's batches belong to the partition until then
     */
    public void fetched(FetchPosition asked, Fetched answer, Consumer<ErrorCode> then) {
        loop.requireCurrent();
        if (roles.current() instanceof FollowerRole follower && !roles.isChanging()) {
            follower.fetched(asked, answer, then);
        } else {
            then.accept(ErrorCode.NONE);
        }
    }

    /**
     * To be called now and then, at least every quarter of {@link PartitionSettings#replicaMaxLag}, of every partition
     * that leads and has followers: those that lag are no longer in sync, and what was refused is asked for again.
     */
    public void checkFollowers() {
        loop.requireCurrent();
        if (roles.current() instanceof LeaderRole leader) {
            leader.checkFollowers();
        }
    }

    /** How far the followers are; empty if this node does not lead. */
    public List<FollowerState> followers() {
        return roles.current() instanceof LeaderRole leader ? leader.followers() : List.of();
    }

    /** The replicas that are agreed to be in sync; empty if this node does not lead. */
    public List<Integer> inSyncReplicas() {
        return roles.current() instanceof LeaderRole leader ? leader.inSyncReplicas() : List.of();
    }

    public long highWatermark() {
        return log.highWatermark();
    }

    /**
     * Whether this node leads and its high watermark is not less than any that an earlier leader had: until then the
     * end of the partition, as clients see it, might seem to go back (KIP-207: OFFSET_NOT_AVAILABLE).
     */
    public boolean knowsHighWatermark() {
        return roles.current() instanceof LeaderRole leader && leader.knowsHighWatermark();
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

    /**
     * Up to where there is no open transaction (exclusive); at most the high watermark, and not before the log start,
     * even if a transaction that is open has begun there.
     */
    public long lastStableOffset() {
        long unstable = log.firstUnstableOffset().orElse(Long.MAX_VALUE);
        return Math.min(log.highWatermark(), Math.max(unstable, log.logStartOffset()));
    }

    /** Up to where a client may read (exclusive). */
    long readableEnd(Reader.Client client) {
        return client.committedOnly() ? lastStableOffset() : log.highWatermark();
    }

    /** The log, for what concerns it alone: timestamps, producers, settings, how far compaction and scrub are. */
    public PartitionLog log() {
        return log;
    }

    /**
     * Records of a producer.
     *
     * <p>Refused with NOT_ENOUGH_REPLICAS when they are to be acknowledged by all in-sync replicas and those are fewer
     * than {@code min.insync.replicas}. If they become fewer later, the answer waits until they are enough again.
     *
     * @param deadlineNanos when it is refused with REQUEST_TIMED_OUT at the latest
     */
    public void append(ByteBuffer batches, Acks acks, long deadlineNanos, Answer then) {
        append(batches, Verifications.NONE, acks, deadlineNanos, then);
    }

    /**
     * The same for records that may be in a transaction.
     *
     * @param verification what {@link #beginVerification} gave, or {@link Verifications#NOT_REQUIRED}
     */
    public void append(ByteBuffer batches, long verification, Acks acks, long deadlineNanos, Answer then) {
        append(request(batches, AppendOrigin.CLIENT, verification, false), acks, deadlineNanos, then);
    }

    /**
     * Records of a coordinator of this node; they are acknowledged when all in-sync replicas have them, however long it
     * takes.
     *
     * @param verification of the transaction that they are in, as for {@link #append}
     */
    public void appendForCoordinator(ByteBuffer batches, long verification, Answer then) {
        append(request(batches, AppendOrigin.COORDINATOR, verification, false), Acks.ALL, Long.MAX_VALUE, then);
    }

    /**
     * Writes the marker that ends a producer's transaction (WriteTxnMarkers), which is acknowledged by all in-sync
     * replicas; one that is there already is acknowledged again. Refused with INVALID_PRODUCER_EPOCH or
     * TRANSACTION_COORDINATOR_FENCED if whoever sent it has been replaced.
     *
     * @param producerEpoch the producer's epoch from now on
     * @param bumpsEpoch whether it must be above that of the transaction's records, see {@link Append}
     * @param deadlineNanos as for {@link #append}
     */
    public void appendMarker(
            long producerId,
            short producerEpoch,
            EndTxnMarker marker,
            boolean bumpsEpoch,
            long deadlineNanos,
            Answer then) {
        MarkerAppend append = new MarkerAppend(this, producerId, producerEpoch, marker, then);
        Append request = request(append.batch(), AppendOrigin.COORDINATOR, Verifications.NOT_REQUIRED, bumpsEpoch);
        append(request, Acks.ALL, deadlineNanos, append);
    }

    private Append request(ByteBuffer batches, AppendOrigin origin, long verification, boolean bumpsEpoch) {
        return new Append(batches, origin, roles.current().leaderEpoch(), verification, bumpsEpoch);
    }

    private void append(Append request, Acks acks, long deadlineNanos, Answer then) {
        loop.requireCurrent();
        if (roles.current() instanceof LeaderRole leader) {
            leader.append(request, acks, deadlineNanos, then);
        } else {
            then.written(null);
            then.refused(NOT_LEADER);
        }
    }

    /**
     * Before records of a transaction are appended; see {@link PartitionLog#beginVerification}. Empty if this node does
     * not lead.
     */
    public OptionalLong beginVerification(
            long producerId, short producerEpoch, int baseSequence, boolean startsAtZero) {
        loop.requireCurrent();
        return leads()
                ? OptionalLong.of(log.beginVerification(producerId, producerEpoch, baseSequence, startsAtZero))
                : OptionalLong.empty();
    }

    /** Finds batches to send, without blocking. What a follower tells by asking is taken notice of. */
    public PartitionRead read(ReadFrom wanted) {
        loop.requireCurrent();
        return reads.read(wanted);
    }

    /** The same for what is not in memory: found and loaded on a worker. */
    public void readCold(ReadFrom wanted, Consumer<PartitionRead> then) {
        loop.requireCurrent();
        reads.readCold(wanted, then);
    }

    /**
     * Tells whenever there may be more to read than up to {@code fromOffset}, with the number of bytes that came, and
     * when the role changes; at once if that is already so. A client has more to read when the high watermark moves, or
     * the last stable offset if it reads what is committed; a follower when the log grows, and when there is a newer
     * high watermark than it knows.
     */
    public Watch watch(long fromOffset, Reader reader, LongConsumer came) {
        loop.requireCurrent();
        Watch watch = new Watch(reader, came);
        watches.add(watch, log.highWatermark(), lastStableOffset());
        boolean isThere = switch (reader) {
            case Reader.Client client -> readableEnd(client) > fromOffset;
            case Reader.Follower follower ->
                log.endOffset() > fromOffset || log.highWatermark() > follower.knownHighWatermark();
        };
        if (isThere) {
            // How much it is does not matter: the watcher reads again and sees.
            came.accept(Integer.MAX_VALUE);
        }
        return watch;
    }

    /**
     * Where an epoch of this partition ended (OffsetForLeaderEpoch): the largest epoch that is not larger, and the
     * offset behind its last record. Empty if nothing is known.
     */
    public Optional<EpochEnd> endOfLeaderEpoch(int epoch) {
        loop.requireCurrent();
        if (!(roles.current() instanceof LeaderRole leader)) {
            return log.endOfLeaderEpoch(epoch);
        }
        if (epoch == leader.leaderEpoch()) {
            return Optional.of(new EpochEnd(epoch, log.endOffset()));
        }
        Optional<EpochEnd> known = log.endOfLeaderEpoch(epoch);
        OptionalInt latest = log.latestLeaderEpoch();
        // An epoch that has no records here, and ended before the present one.
        return known.isEmpty() && epoch < leader.leaderEpoch() && latest.isPresent() && latest.getAsInt() < epoch
                ? Optional.of(new EpochEnd(latest.getAsInt(), log.endOffset()))
                : known;
    }

    /** Whether somebody who believes in this leader epoch may be served here: NONE, or the error that tells why not. */
    public ErrorCode checkLeaderEpoch(int currentLeaderEpoch) {
        if (roles.current() instanceof Role.None) {
            return ErrorCode.NOT_LEADER_OR_FOLLOWER;
        }
        int known = leaderEpoch();
        if (currentLeaderEpoch < 0 || currentLeaderEpoch == known) {
            return ErrorCode.NONE;
        }
        return currentLeaderEpoch < known ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
    }

    /** The same for what only the leader serves. */
    public ErrorCode checkLeader(int currentLeaderEpoch) {
        ErrorCode error = checkLeaderEpoch(currentLeaderEpoch);
        return error == ErrorCode.NONE && !leads() ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error;
    }

    /**
     * Deletes the records before an offset, at most up to the high watermark. Answers with the low watermark, the
     * smallest log start offset of all replicas whose brokers serve, when that has reached the offset.
     *
     * @param beforeOffset -1 for the high watermark
     * @param deadlineNanos when it is refused with REQUEST_TIMED_OUT at the latest, although it is on its way
     */
    public void deleteRecords(long beforeOffset, long deadlineNanos, LogAnswer<Long> then) {
        loop.requireCurrent();
        long highWatermark = log.highWatermark();
        long before = beforeOffset == -1 ? highWatermark : beforeOffset;
        if (!(roles.current() instanceof LeaderRole leader)) {
            then.refused(NOT_LEADER);
        } else if (before < 0 || before > highWatermark) {
            then.refused(new LogRefusal(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Records can be deleted up to the high watermark " + highWatermark + ", not up to " + before,
                    List.of()));
        } else {
            leader.deleteRecords(before, deadlineNanos, then);
        }
    }

    public void changeSettings(PartitionSettings other) {
        settings = other;
        log.changeSettings(other.log());
        // Fewer replicas may be enough now.
        roles.current().stableEndAdvanced();
    }

    /** Ends the role and closes the log in order; whatever waits is refused. */
    public void close(Runnable then) {
        loop.requireCurrent();
        roles.stop(ErrorCode.NOT_LEADER_OR_FOLLOWER, "The partition is no longer on this broker");
        log.close(whenEnded(then));
    }

    /** Ends the role and deletes the log. */
    public void delete(Runnable then) {
        loop.requireCurrent();
        roles.stop(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The partition is no longer on this broker");
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

    // What the parts of a partition need of each other.

    int nodeId() {
        return nodeId;
    }

    PartitionSettings settings() {
        return settings;
    }

    Role role() {
        return roles.current();
    }

    Roles roles() {
        return roles;
    }

    Watches watches() {
        return watches;
    }

    Listener listener() {
        return listener;
    }

    void highWatermarkMoved(long cameBytes) {
        listener.highWatermarkAdvanced(this);
        watches.highWatermarkMoved(cameBytes, log.highWatermark(), lastStableOffset());
    }

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

        /** It leads, or follows, another leader or in another term than before; see {@link Partition#leads}. */
        default void roleChanged(Partition partition) {}

        /**
         * A marker has been appended here (and not merely replicated), in the turn and in the order in which the
         * appends around it are answered.
         *
         * @param endOffset the offset behind it
         */
        default void transactionEnded(
                Partition partition, long producerId, short producerEpoch, boolean committed, long endOffset) {}

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
        final Reader reader;
        final LongConsumer came;

        private Watch(Reader reader, LongConsumer came) {
            this.reader = reader;
            this.came = came;
        }

        /** Tells no more. Only on the partition's loop. */
        public void stop() {
            loop.requireCurrent();
            watches.remove(this);
        }
    }
}
