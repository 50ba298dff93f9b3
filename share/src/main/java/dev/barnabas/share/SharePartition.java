package dev.barnabas.share;

import dev.barnabas.host.Clock;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition in one share group, at the partition's leader: which of its records are with which member until when,
 * and which are finished (KIP-932). A state machine that does nothing by itself; owned by the partition's loop.
 *
 * <p>Everything before the start offset is finished; from the end offset on nothing was looked at. What lies between is
 * held in {@link Runs}, whose number is bounded: by twice as many unfinished records as there may be. What must survive
 * is written by {@link Storing} before anybody is told; a lock is not stored.
 *
 * <pre>
 *   LOADING -- read, and the start written if it is new --> ACTIVE -- closed, or fenced --> ENDED
 *      |                                                                                      ^
 *      +-- cannot be read --------------------------------------------------------------------+
 * </pre>
 */
public final class SharePartition {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ShareKey key;
    private final int leaderEpoch;
    private final Clock clock;
    private final ShareStore store;
    private final ShareSettings.Current settings;
    private final DeadLetters deadLetters;
    private final Events events;
    private final Storing storing;
    private final ShareSettings.Order orderKind;

    private Phase phase = Phase.LOADING;
    private Runs runs = new Runs(0);
    private @Nullable KeyOrder order;
    private @Nullable Consumer<ErrorCode> loading;
    private ErrorCode whyEnded = ErrorCode.NONE;
    /** The log begins there. */
    private long deletedBefore;

    private enum Phase {
        LOADING,
        ACTIVE,
        ENDED
    }

    /** Who has to know; called on the loop. */
    public interface Events {

        /** Records may be acquired that could not be before. */
        void available();

        /** It is over; a new one has to be loaded. */
        void ended(ErrorCode why);
    }

    /** Where a group begins that nobody has begun yet ({@code share.auto.offset.reset}). */
    @FunctionalInterface
    public interface Beginning {
        /** Calls back once, perhaps in the same call, with an offset or an error. */
        void find(BiConsumer<ErrorCode, Long> then);
    }

    public SharePartition(
            ShareKey key,
            int leaderEpoch,
            Clock clock,
            ShareStore store,
            ShareSettings.Current settings,
            DeadLetters deadLetters,
            Events events) {
        this.key = key;
        this.leaderEpoch = leaderEpoch;
        this.clock = clock;
        this.store = store;
        this.settings = settings;
        this.deadLetters = deadLetters;
        this.events = events;
        this.orderKind = settings.now().order();
        this.storing = new Storing(this, key, leaderEpoch, store);
    }

    /**
     * Reads what is stored. To be called once, first.
     *
     * @param logStartOffset where the log starts
     * @param then called once with NONE when records may be acquired, or with the error that ended it
     */
    public void load(long logStartOffset, Beginning beginning, Consumer<ErrorCode> then) {
        loading = then;
        store.read(key, leaderEpoch, (error, stored) -> {
            if (phase != Phase.LOADING) {
                return;
            }
            if (error != ErrorCode.NONE || stored == null) {
                close(Refusals.ofStore(error));
            } else if (!stored.isConsistent()) {
                close(ErrorCode.UNKNOWN_SERVER_ERROR);
            } else if (stored.startOffset() == StoredState.NO_START) {
                beginning.find((notFound, offset) -> beginAt(stored.stateEpoch(), notFound, offset));
            } else {
                resume(stored, logStartOffset);
            }
        });
    }

    /** It counts from when it is stored: another leader must not begin elsewhere. */
    private void beginAt(int stateEpoch, ErrorCode error, long offset) {
        if (phase != Phase.LOADING) {
            return;
        }
        if (error != ErrorCode.NONE) {
            close(error);
            return;
        }
        activate(new Runs(offset), stateEpoch, StoredState.NO_START);
        storing.whenStored(failed -> {
            if (failed == ErrorCode.NONE) {
                loaded(ErrorCode.NONE);
            } else {
                close(failed);
            }
        });
        storing.flush();
    }

    private void resume(StoredState stored, long logStartOffset) {
        Runs known = new Runs(stored.startOffset());
        int limit = settings.now().deliveryCountLimit();
        for (StoredRun run : stored.runs()) {
            if (run.firstOffset() > known.endOffset()) {
                // Out with somebody when the leader before stopped, or never given out.
                known.append(run.firstOffset() - 1, RecordState.AVAILABLE, (short) 0);
            }
            Run added = known.append(run.lastOffset(), run.state(), run.deliveryCount());
            if (run.state() == RecordState.ARCHIVING) {
                added.cause = run.deliveryCount() >= limit
                        ? DeadLetters.Cause.DELIVERED_TOO_OFTEN
                        : DeadLetters.Cause.REJECTED;
            }
        }
        known.advance();
        activate(known, stored.stateEpoch(), stored.startOffset());
        logStartMoved(logStartOffset);
        handOver();
        loaded(ErrorCode.NONE);
    }

    private void activate(Runs known, int stateEpoch, long storedStart) {
        runs = known;
        order = orderKind == ShareSettings.Order.NONE
                ? null
                : new KeyOrder(orderKind == ShareSettings.Order.STRICT_KEY, known.startOffset());
        storing.begin(stateEpoch, storedStart);
        phase = Phase.ACTIVE;
    }

    private void loaded(ErrorCode error) {
        Consumer<ErrorCode> then = loading;
        loading = null;
        if (then != null) {
            then.accept(error);
        }
    }

    public ShareKey key() {
        return key;
    }

    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Whether it can be used. */
    public boolean isActive() {
        return phase == Phase.ACTIVE;
    }

    public boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    /** NONE as long as it has not. */
    public ErrorCode whyEnded() {
        return whyEnded;
    }

    /** Everything before it is finished. */
    public long startOffset() {
        return runs.startOffset();
    }

    /** From here on nothing was looked at. */
    public long endOffset() {
        return runs.endOffset();
    }

    /** Whether the keys of records have to be known to acquire them, and the group still wants it so. */
    public boolean isOrdered() {
        return order != null;
    }

    /** Whether the group's settings ask for another order than this one keeps: it has to be loaded anew. */
    public boolean isOutOfDate() {
        return settings.now().order() != orderKind;
    }

    /** Whether it may be forgotten without anybody noticing. */
    public boolean isIdle() {
        return phase == Phase.ENDED
                || (phase == Phase.ACTIVE
                        && !storing.isUnderWay()
                        && runs.all().stream()
                                .noneMatch(run -> run.state == RecordState.ACQUIRED
                                        || run.state == RecordState.ARCHIVING
                                        || run.needsStoring()));
    }

    /** From where the log is to be read for the next {@link #acquire}. */
    public long nextFetchOffset() {
        KeyOrder lanes = order;
        if (lanes == null) {
            Run available = runs.firstAvailable();
            return available == null ? runs.endOffset() : available.firstOffset;
        }
        long unknown = Math.clamp(lanes.scannedTo(), runs.startOffset(), runs.endOffset());
        long ready = lanes.firstReady();
        return ready < 0 ? unknown : Math.min(ready, unknown);
    }

    /**
     * Whether it is worth reading the log.
     *
     * @param readableEnd up to where there is something to read
     */
    public boolean mayAcquire(long readableEnd) {
        if (phase != Phase.ACTIVE) {
            return false;
        }
        long next = nextFetchOffset();
        return next < readableEnd && (next < runs.endOffset() || roomForNew(settings.now()) > 0);
    }

    /** How many records may be given out that never were: their number and that of the runs stay bounded. */
    long roomForNew(ShareSettings now) {
        long locks = now.maxRecordLocks();
        return Math.min(locks - runs.unfinished(), 2 * locks - runs.unfinished() - runs.finishedRuns());
    }

    /**
     * Gives records to a member, and locks them.
     *
     * @param readFrom from where the log was read; nothing behind the end offset
     * @param found what was found there, in order
     */
    public List<Acquired> acquire(Holder holder, AcquireLimits limits, long readFrom, List<Span> found) {
        if (phase != Phase.ACTIVE) {
            return List.of();
        }
        return new Acquiring(this, settings.now(), holder, limits).from(readFrom, found);
    }

    /**
     * A member says what has become of records: all that it says, or nothing of it.
     *
     * @param acknowledgements in the order of their offsets, without overlap
     * @param then called once, perhaps in this call: NONE when it is stored; INVALID_RECORD_STATE if the member does
     *     not have them (any more), INVALID_REQUEST if nobody ever had; or why it cannot be stored. After an error
     *     everything is as it was
     */
    public void acknowledge(String memberId, List<Acknowledgement> acknowledgements, Consumer<ErrorCode> then) {
        if (phase != Phase.ACTIVE) {
            then.accept(whyEnded == ErrorCode.NONE ? ErrorCode.INVALID_RECORD_STATE : whyEnded);
            return;
        }
        ShareSettings now = settings.now();
        Acknowledging acknowledging = new Acknowledging(this, now, memberId);
        ErrorCode error = acknowledging.check(acknowledgements);
        if (error != ErrorCode.NONE) {
            then.accept(error);
        } else if (acknowledging.apply(acknowledgements)) {
            storing.whenStored(then);
            storing.flush();
        } else {
            then.accept(ErrorCode.NONE);
        }
    }

    /** A session has ended: what is out with it is given back. */
    public void release(Holder holder) {
        holder.end();
        boolean any = false;
        for (Run run : runs.all()) {
            if (run.isOutWith(holder)) {
                giveBack(run);
                any = true;
            }
        }
        if (any) {
            changed();
        }
    }

    /** When {@link #tick} is to be called, in terms of {@link Clock#nanos}; {@link Long#MAX_VALUE}: no need. */
    public long nextTickNanos() {
        long next = Long.MAX_VALUE;
        long now = clock.nanos();
        for (Run run : runs.all()) {
            if (run.state == RecordState.ACQUIRED && run.target == null) {
                next = Math.min(next, run.lockedUntilNanos);
            }
        }
        return storing.hasFailed() && !storing.isUnderWay() ? Math.min(next, now + RETRY.toNanos()) : next;
    }

    /** Locks that are over are taken away. */
    public void tick() {
        if (phase != Phase.ACTIVE) {
            return;
        }
        boolean any = false;
        for (Run run : runs.all()) {
            if (run.state == RecordState.ACQUIRED && run.target == null && isOver(run)) {
                giveBack(run);
                any = true;
            }
        }
        if (any) {
            changed();
        } else if (storing.hasFailed()) {
            storing.flush();
        }
    }

    /** The records before an offset are gone. */
    public void logStartMoved(long logStartOffset) {
        if (phase != Phase.ACTIVE) {
            return;
        }
        deletedBefore = Math.max(deletedBefore, logStartOffset);
        if (logStartOffset <= runs.startOffset()) {
            return;
        }
        if (order != null) {
            order.finished(runs.startOffset(), logStartOffset - 1);
            order.scannedTo(logStartOffset);
        }
        runs.startAt(logStartOffset);
        runs.advance();
        changed();
    }

    /** It is over: nothing is stored any more, and who waits is told why. */
    public void close(ErrorCode why) {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        whyEnded = why;
        storing.close(why);
        loaded(why);
        events.ended(why);
    }

    @Override
    public String toString() {
        return key + " " + phase + " " + runs.all();
    }

    // What the parts of a share partition need of each other.

    Clock clock() {
        return clock;
    }

    Runs runs() {
        return runs;
    }

    /** Records before it are gone, whatever they were. */
    long deletedBefore() {
        return deletedBefore;
    }

    @Nullable
    KeyOrder order() {
        return order;
    }

    Storing storing() {
        return storing;
    }

    /** What becomes of a record that a member has not finished. */
    RecordState afterFailure(Run run, ShareSettings now) {
        if (run.deliveryCount < now.deliveryCountLimit()) {
            return RecordState.AVAILABLE;
        }
        return givenUp(run, DeadLetters.Cause.DELIVERED_TOO_OFTEN, now);
    }

    RecordState givenUp(Run run, DeadLetters.Cause cause, ShareSettings now) {
        run.cause = now.deadLetters() ? cause : null;
        return now.deadLetters() ? RecordState.ARCHIVING : RecordState.ARCHIVED;
    }

    /** What an acquired run is going to be, once that is stored. */
    void intend(Run run, RecordState target) {
        if (run.isUncertain && target != RecordState.AVAILABLE) {
            // The coordinator keeps what weighs more, and must not take the other end for it.
            run.deliveryCount = (short) Math.min(run.deliveryCount + 1, Short.MAX_VALUE);
        }
        storing.target(run, target);
        if (order != null && target == RecordState.AVAILABLE) {
            order.returning(run.firstOffset, run.lastOffset);
        }
    }

    private void returned(Run run) {
        if (order != null && run.target == RecordState.AVAILABLE) {
            order.returned(run.firstOffset, run.lastOffset);
        }
    }

    private boolean isOver(Run run) {
        return run.lockedUntilNanos - clock.nanos() <= 0;
    }

    /**
     * Takes a record from its member. That it is available nobody has to wait for; that it is given up counts when it
     * is stored, like everything that cannot be taken back.
     */
    private void giveBack(Run run) {
        RecordState next = afterFailure(run, settings.now());
        if (next == RecordState.AVAILABLE) {
            become(run, next);
            run.isStored = false;
        } else {
            intend(run, next);
        }
    }

    private void become(Run run, RecordState state) {
        runs.set(run, state);
        if (order != null && state == RecordState.AVAILABLE) {
            order.available(run.firstOffset, run.lastOffset);
        } else if (order != null) {
            order.finished(run.firstOffset, run.lastOffset);
        }
    }

    private void changed() {
        runs.advance();
        runs.join(runs.startOffset(), runs.endOffset());
        storing.flush();
        events.available();
    }

    /** What was part of a write is stored. */
    void stored(int write) {
        for (Run run : runs.all()) {
            if (run.write == write) {
                RecordState target = run.target;
                if (target != null) {
                    returned(run);
                    become(run, target);
                }
                run.isStored = true;
                run.write = 0;
            }
        }
        runs.advance();
        runs.join(runs.startOffset(), runs.endOffset());
        handOver();
        events.available();
    }

    /** It may be, or not: what was to be is taken back. */
    void notStored(int write) {
        boolean any = false;
        for (Run run : runs.all()) {
            if (run.write == write) {
                run.write = 0;
                if (run.target != null) {
                    returned(run);
                    run.isUncertain |= run.target != RecordState.AVAILABLE;
                    run.target = null;
                    run.cause = null;
                    if (isOver(run) || (run.holder != null && run.holder.hasEnded())) {
                        giveBack(run);
                        any = true;
                    }
                }
            }
        }
        if (any) {
            events.available();
        }
    }

    private void handOver() {
        List<Run> letters = new ArrayList<>();
        for (Run run : runs.all()) {
            if (run.state == RecordState.ARCHIVING && run.isStored && !run.isHandedOver) {
                letters.add(run);
            }
        }
        letters.forEach(run -> run.isHandedOver = true);
        for (Run run : letters) {
            long first = run.firstOffset;
            long last = run.lastOffset;
            DeadLetters.Cause cause = run.cause == null ? DeadLetters.Cause.REJECTED : run.cause;
            deadLetters.write(key, first, last, run.deliveryCount, cause, () -> haveLetters(first, last));
        }
    }

    private void haveLetters(long firstOffset, long lastOffset) {
        if (phase != Phase.ACTIVE) {
            return;
        }
        for (Run run : runs.within(firstOffset, lastOffset)) {
            if (run.state == RecordState.ARCHIVING) {
                runs.set(run, RecordState.ARCHIVED);
                run.isStored = false;
            }
        }
        changed();
    }
}
