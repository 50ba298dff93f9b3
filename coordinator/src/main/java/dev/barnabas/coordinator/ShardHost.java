package dev.barnabas.coordinator;

import dev.barnabas.coordinator.Ticket.Answer;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one shard during one leadership of its partition: replays the log, puts requests and timers to the shard, writes
 * what it decides, applies what is written, and answers what is committed. Owned by the partition's loop.
 *
 * <pre>
 *             replay ends           leadership ends
 *  LOADING ---------------> ACTIVE -----------------> CLOSED
 *     |                                                 ^
 *     +----- replay fails -----> FAILED ----------------+
 * </pre>
 *
 * <p><b>No roll-back.</b> A record is applied when it is in the log and never before, so a refused append leaves
 * nothing to undo. Until the records of a decision are written, its key is busy: whatever else concerns that key waits,
 * because it has to see the result. Decisions about different keys do not touch each other and go into one append per
 * turn of the loop. What is in the log of the leader can only be lost together with the leadership, and then this host
 * is closed; the next one starts from the log.
 *
 * <p><b>Linearizable.</b> The state may be ahead of what is committed, so an answer, even one without records, waits
 * for everything that was written before it was decided to be committed.
 *
 * @param <S> the shard
 * @param <R> its records
 * @param <C> its changes
 * @param <T> its timers
 */
public final class ShardHost<S extends Shard<R, C, T>, R, C, T> {
    private static final Logger LOG = LoggerFactory.getLogger(ShardHost.class);

    /** How long after its records were refused a timer goes off again. */
    static final long RETRY_MS = 1_000;

    private final S shard;
    private final ShardLog log;
    private final Loop loop;
    private final Timers<T> timers;
    private final Appends<R> appends;
    private final HeldAnswers held;
    private final CommitQueue committing;
    private final Set<Ticket<?>> open = new LinkedHashSet<>();
    private final Map<String, Queue<Work>> busy = new HashMap<>();
    private final Set<String> writing = new HashSet<>();
    private State state = State.LOADING;
    private Progress progress = new Progress(0, 0);
    /** Ends of transactions that were written behind what is being replayed. */
    private final Queue<Runnable> endedMeanwhile = new ArrayDeque<>();

    /** @param writeTimeoutMs how long an answer waits for its records to be committed before it is refused */
    public ShardHost(S shard, ShardLog log, long writeTimeoutMs) {
        this.shard = shard;
        this.log = log;
        this.loop = log.loop();
        this.timers = new Timers<>(loop, this::fired);
        this.appends = new Appends<>(log, shard::applyingFrom, shard::apply);
        this.held = new HeldAnswers(log, writeTimeoutMs, this::send, this::refuse);
        this.committing = new CommitQueue(log);
    }

    /** Begins the replay. Requests are refused with COORDINATOR_LOAD_IN_PROGRESS until it is through. */
    public void start() {
        loop.requireCurrent();
        progress = new Progress(0, log.startOffset());
        log.onHighWatermark(() -> {
            committing.release();
            held.release();
        });
        log.onTransactionEnd(this::transactionEnded);
        log.replay(new Loading());
    }

    /**
     * Puts a request to the shard. Requests of one key are decided in the order of the calls.
     *
     * @param key which of the shard's machines it is about
     * @param ticket where the answer goes; it is refused if the shard is not active, if the records are refused, and
     *     when the leadership ends
     */
    public void decide(String key, Ticket<?> ticket, Shard.Operation<S, R, C, T> operation) {
        submit(key, ticket, operation);
    }

    /** Puts a question to the shard that is about any number of its machines. There are no records in its decision. */
    public void read(Ticket<?> ticket, Shard.Operation<S, R, C, T> operation) {
        submit(null, ticket, operation);
    }

    /** The leadership is over: all tickets are refused with NOT_COORDINATOR, nothing more is decided or applied. */
    public void close() {
        loop.requireCurrent();
        state = State.CLOSED;
        timers.cancelAll();
        appends.close();
        held.close();
        committing.close();
        busy.clear();
        shard.close();
        for (Ticket<?> ticket : List.copyOf(open)) {
            refuse(ticket, ErrorCode.NOT_COORDINATOR);
        }
    }

    public State state() {
        loop.requireCurrent();
        return state;
    }

    /** How far the replay has come. */
    public Progress progress() {
        loop.requireCurrent();
        return progress;
    }

    public Loop loop() {
        return loop;
    }

    /** The shard itself, for measuring and for tests; it is not to be changed from outside. */
    public S shard() {
        loop.requireCurrent();
        return shard;
    }

    private void transactionEnded(TransactionEnd end, long endOffset) {
        switch (state) {
            case LOADING -> endedMeanwhile.add(() -> transactionEnded(end, endOffset));
            case ACTIVE -> {
                appends.othersWritten(endOffset);
                shard.transactionEnded(end);
            }
            case FAILED, CLOSED -> {}
        }
    }

    private void submit(@Nullable String key, Ticket<?> ticket, Shard.Operation<S, R, C, T> operation) {
        loop.requireCurrent();
        open.add(ticket);
        switch (state) {
            case LOADING -> refuse(ticket, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
            case FAILED, CLOSED -> refuse(ticket, ErrorCode.NOT_COORDINATOR);
            case ACTIVE -> begin(new Work(key, operation, error -> refuse(ticket, error)));
        }
    }

    private void fired(Timers.Firing<T> firing) {
        T timer = firing.timer();
        // Decided only if nothing that was ahead of it in the queue of its key has started or cancelled the timer.
        begin(new Work(
                shard.keyOf(timer).orElse(null),
                (it, nowMs) -> timers.claim(firing) ? it.expired(timer, nowMs) : Decision.nothing(),
                error -> timers.start(timer, RETRY_MS)));
    }

    private void begin(Work work) {
        Queue<Work> waiting = work.key == null ? null : busy.get(work.key);
        if (waiting != null) {
            waiting.add(work);
        } else {
            run(work);
        }
    }

    private void run(Work work) {
        Decision<R, C, T> decision = work.operation.decide(shard, loop.clock().wallMs());
        if (decision.records().isEmpty()) {
            finish(decision);
            return;
        }
        String key = work.key;
        if (key == null) {
            throw new IllegalStateException("a decision with records needs a key: " + decision);
        }
        busy.putIfAbsent(key, new ArrayDeque<>());
        writing.add(key);
        List<ShardRecord> encoded =
                decision.records().stream().map(shard::encode).toList();
        appends.add(decision.records(), encoded, decision.divisible(), refusal -> {
            writing.remove(key);
            refusal.ifPresentOrElse(work.refused, () -> finish(decision));
            resume(key);
        });
    }

    /**
     * Goes on with what has waited for a key, until the next write. The key stays busy meanwhile, to keep the order.
     */
    private void resume(String key) {
        Queue<Work> waiting = busy.get(key);
        while (waiting != null && state == State.ACTIVE && !writing.contains(key)) {
            Work next = waiting.poll();
            if (next == null) {
                busy.remove(key, waiting);
                return;
            }
            run(next);
        }
    }

    private void finish(Decision<R, C, T> decision) {
        decision.changes().forEach(shard::change);
        for (TimerChange<T> change : decision.timers()) {
            switch (change) {
                case TimerChange.Start<T>(T timer, long delayMs) -> timers.start(timer, delayMs);
                case TimerChange.Cancel<T>(T timer) -> timers.cancel(timer);
            }
        }
        committing.add(decision.whenCommitted(), appends.writtenOffset());
        if (!decision.answers().isEmpty()) {
            held.hold(decision.answers(), appends.writtenOffset());
        }
    }

    private void send(Answer answer) {
        // A ticket may have been refused meanwhile, because it took too long.
        if (open.remove(answer.ticket())) {
            answer.send();
        }
    }

    private void refuse(Ticket<?> ticket, ErrorCode error) {
        send(ticket.refused(error));
    }

    public enum State {
        LOADING,
        ACTIVE,
        FAILED,
        CLOSED
    }

    /**
     * How far a replay has come.
     *
     * @param records how many records have been read
     * @param nextOffset everything before it has been read
     */
    public record Progress(long records, long nextOffset) {}

    /** A request or timer that is to be decided. */
    private final class Work {
        private final @Nullable String key;
        private final Shard.Operation<S, R, C, T> operation;
        private final Consumer<ErrorCode> refused;

        private Work(@Nullable String key, Shard.Operation<S, R, C, T> operation, Consumer<ErrorCode> refused) {
            this.key = key;
            this.operation = operation;
            this.refused = refused;
        }
    }

    /** Rebuilds the shard. */
    private final class Loading implements ShardLog.Replaying {

        @Override
        public void records(List<ShardRecord> records, long nextOffset) {
            if (state != State.LOADING) {
                return;
            }
            shard.applyingFrom(progress.nextOffset());
            for (ShardRecord record : records) {
                Optional<R> decoded;
                try {
                    decoded = shard.decode(record);
                } catch (MalformedMessageException malformed) {
                    failed("a record before offset " + nextOffset + " does not follow its format: "
                            + malformed.getMessage());
                    return;
                }
                decoded.ifPresent(shard::apply);
            }
            progress = new Progress(progress.records() + records.size(), nextOffset);
        }

        @Override
        public void transactionEnded(TransactionEnd end, long nextOffset) {
            if (state == State.LOADING) {
                shard.transactionEnded(end);
                progress = new Progress(progress.records(), nextOffset);
            }
        }

        @Override
        public void done(long endOffset) {
            if (state != State.LOADING) {
                return;
            }
            appends.startAt(endOffset);
            state = State.ACTIVE;
            endedMeanwhile.forEach(Runnable::run);
            endedMeanwhile.clear();
            LOG.atInfo()
                    .setMessage("shard loaded")
                    .addKeyValue("shard", log.name())
                    .addKeyValue("leaderEpoch", log.leaderEpoch())
                    .addKeyValue("records", progress.records())
                    .log();
            finish(shard.loaded(loop.clock().wallMs()));
        }

        @Override
        public void failed(String why) {
            if (state == State.LOADING) {
                state = State.FAILED;
                LOG.atError()
                        .setMessage("shard cannot be loaded; its groups or transactions have no coordinator")
                        .addKeyValue("shard", log.name())
                        .addKeyValue("leaderEpoch", log.leaderEpoch())
                        .addKeyValue("why", why)
                        .log();
            }
        }
    }
}
