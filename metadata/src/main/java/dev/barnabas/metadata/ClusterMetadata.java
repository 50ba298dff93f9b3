package dev.barnabas.metadata;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's knowledge of the cluster, and the way to change it. Applies what comes out of the metadata log to the
 * image and tells the other loops; where this node leads, plans wishes and appends the changes that grant them.
 *
 * <p>A wish does not wait for the one before it to be committed: it is planned for the image as it is going to be
 * ({@code expected}). Each entry says which one it builds upon and is passed over, on every node, if that is not the
 * one that was applied last; then the wish is planned again.
 *
 * <p>Belongs to one loop, on which it is called unless said otherwise.
 */
public final class ClusterMetadata {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterMetadata.class);

    /** A wish that was overtaken so often has met with something stranger than another leader. */
    private static final int MAX_ATTEMPTS = 10;

    private final Loop loop;
    private final MetadataLog log;
    private final Controller controller;
    private final long bytesBetweenSnapshots;
    private final Consumer<IOException> onFault;

    private final List<Listener> listeners = new ArrayList<>();
    private final List<Runnable> leaderListeners = new ArrayList<>();
    /** Wishes whose entry is on its way, or that wait for such entries. */
    private final Set<Submission<?>> unanswered = new LinkedHashSet<>();
    /** What was decided on the strength of entries that are on their way. */
    private final Queue<Decided> deferred = new ArrayDeque<>();

    private final List<Runnable> afterPublication = new ArrayList<>();

    private ClusterImage image = ClusterImage.EMPTY;
    /** The image after everything that is on its way; null while this node does not lead. */
    private @Nullable ClusterImage expected;
    /** Counts how often {@link #expected} had to be given up. */
    private long generation;

    private long entriesAsked;
    private long entriesAnswered;
    private boolean lastEntryFitted;
    private ImageUpdate.@Nullable Builder update;
    private boolean failed;

    /**
     * @param bytesBetweenSnapshots about how many bytes of entries there may be behind the newest snapshot
     * @param onFault told once if the metadata cannot go on; the node must stop
     */
    public ClusterMetadata(
            Loop loop,
            MetadataLog log,
            Controller controller,
            long bytesBetweenSnapshots,
            Consumer<IOException> onFault) {
        this.loop = loop;
        this.log = log;
        this.controller = controller;
        this.bytesBetweenSnapshots = bytesBetweenSnapshots;
        this.onFault = onFault;
    }

    private record Listener(Loop loop, Consumer<ImageUpdate> consumer) {}

    /**
     * @param behindEntry the number of the last entry that was on its way then
     * @param plannedIn the generation of the expectation it was decided on
     * @param again decides anew, in case that generation is over
     */
    private record Decided(long behindEntry, long plannedIn, Runnable answer, Runnable again) {}

    /**
     * Reads what there is and takes part from then on. A cluster that does not exist yet is started by the first node
     * that leads.
     *
     * <p>On a node that leads, the image holds everything that was committed when it becomes ready. On one that follows
     * it is a state in which the cluster was once, with nothing missing before it, and no older than what this node
     * knew when it was stopped in an orderly way; it may be old all the same, since others may have gone on meanwhile.
     * Who needs more registers its broker with the leader and waits until the image has that registration.
     *
     * @param ready called once, on the loop, when this node leads or follows and the image has the cluster's id
     */
    public void start(Runnable ready) {
        loop.requireCurrent();
        log.subscribe(0, new FromLog(ready));
    }

    /** The image of now. */
    public ClusterImage image() {
        loop.requireCurrent();
        return image;
    }

    /** Whether this node hosts the active controller: wishes are planned here. */
    public boolean leads() {
        loop.requireCurrent();
        return expected != null;
    }

    /** The node that hosts the active controller, as far as this one knows. */
    public OptionalInt leader() {
        loop.requireCurrent();
        return log.quorum().leader();
    }

    /** Who takes part in the metadata log. */
    public Quorum quorum() {
        return log.quorum();
    }

    /** Runs a task on this loop whenever {@link #leader} or {@link #leads} may have changed. */
    public void onLeaderChange(Runnable task) {
        loop.requireCurrent();
        leaderListeners.add(task);
    }

    /**
     * Tells a listener on a loop of every image, in order; first, of the present one as a whole. May be called from any
     * thread.
     */
    public void subscribe(Loop listenersLoop, Consumer<ImageUpdate> consumer) {
        loop.execute(() -> {
            publish();
            Listener listener = new Listener(listenersLoop, consumer);
            listeners.add(listener);
            ImageUpdate first = ImageUpdate.first(image);
            listenersLoop.execute(() -> consumer.accept(first));
        });
    }

    /**
     * Asks for something. May be called from any thread.
     *
     * @param then told once, on {@code answerLoop}, when the wish is granted or refused; if it is granted, the
     *     listeners on that loop have been told before
     */
    public <A> void submit(Wish<A> wish, Loop answerLoop, Consumer<Answer<A>> then) {
        Consumer<Answer<A>> onTheirLoop = answer -> answerLoop.execute(() -> then.accept(answer));
        loop.execute(() -> new Submission<>(wish, onTheirLoop).plan());
    }

    /** Delivers nothing more and answers nothing more. */
    public void close() {
        loop.requireCurrent();
        log.close();
        unanswered.clear();
        expected = null;
    }

    /** A wish, from when it is submitted until it is answered. */
    private final class Submission<A> {

        private final Wish<A> wish;
        private final Consumer<Answer<A>> then;
        private int attempts;

        Submission(Wish<A> wish, Consumer<Answer<A>> then) {
            this.wish = wish;
            this.then = then;
        }

        void plan() {
            ClusterImage basis = expected;
            if (basis == null || attempts == MAX_ATTEMPTS) {
                ErrorCode why = failed
                        ? ErrorCode.KAFKA_STORAGE_ERROR
                        : basis == null ? ErrorCode.NOT_CONTROLLER : ErrorCode.REQUEST_TIMED_OUT;
                refuse(Refusal.of(why));
                return;
            }
            attempts++;
            unanswered.add(this);
            switch (controller.plan(wish, basis)) {
                case Plan.Refused<A>(Refusal refusal) -> decide(new Answer.Refused<>(refusal));
                case Plan.Agreed<A>(Change change, A answer) -> {
                    if (change == null) {
                        decide(new Answer.Granted<>(answer));
                    } else {
                        append(basis, change, answer);
                    }
                }
            }
        }

        /** Answers when that on which it was decided is certain. */
        private void decide(Answer<A> answer) {
            deferred.add(new Decided(entriesAsked, generation, () -> answer(answer), this::plan));
            answerDecided();
        }

        private void append(ClusterImage basis, Change change, A answer) {
            LogEntry entry = new LogEntry(controller.newStamp(), basis.stamp(), change);
            expected = basis.apply(entry, basis.lastOffset() + 1);
            long plannedIn = generation;
            entriesAsked++;
            log.append(entry.encode(), appended -> {
                entriesAnswered++;
                boolean granted = appended instanceof MetadataLog.Appended.Committed && lastEntryFitted;
                if (!granted && generation == plannedIn && expected != null) {
                    // What was planned since then is passed over and comes back here.
                    generation++;
                    expected = image;
                }
                switch (appended) {
                    case MetadataLog.Appended.Committed _ -> {
                        if (granted) {
                            answer(new Answer.Granted<>(answer));
                        } else {
                            plan();
                        }
                    }
                    case MetadataLog.Appended.Refused(MetadataLog.Reason reason, String message) ->
                        refuse(new Refusal(error(reason), message));
                    case MetadataLog.Appended.Unknown(String message) ->
                        refuse(new Refusal(ErrorCode.REQUEST_TIMED_OUT, message));
                }
                answerDecided();
            });
        }

        void refuse(Refusal refusal) {
            answer(new Answer.Refused<>(refusal));
        }

        private void answer(Answer<A> answer) {
            unanswered.remove(this);
            afterPublication(() -> then.accept(answer));
        }

        private ErrorCode error(MetadataLog.Reason reason) {
            return switch (reason) {
                case NOT_LEADING -> ErrorCode.NOT_CONTROLLER;
                case STORAGE_FULL -> ErrorCode.KAFKA_STORAGE_ERROR;
                case TOO_LARGE -> ErrorCode.POLICY_VIOLATION;
            };
        }
    }

    private void answerDecided() {
        while (!deferred.isEmpty() && deferred.peek().behindEntry <= entriesAnswered) {
            Decided decided = deferred.remove();
            (decided.plannedIn == generation ? decided.answer : decided.again).run();
        }
    }

    /** Runs a task when the listeners have been told of the present image. */
    private void afterPublication(Runnable task) {
        if (update == null) {
            task.run();
        } else {
            afterPublication.add(task);
        }
    }

    private void publish() {
        ImageUpdate.Builder changes = update;
        if (changes == null) {
            return;
        }
        update = null;
        ImageUpdate published = changes.build(image);
        for (Listener listener : listeners) {
            listener.loop.execute(() -> listener.consumer.accept(published));
        }
        List<Runnable> tasks = List.copyOf(afterPublication);
        afterPublication.clear();
        tasks.forEach(Runnable::run);
        if (!failed) {
            snapshotIfDue();
        }
    }

    private ImageUpdate.Builder updateOfThisTurn(ClusterImage before) {
        ImageUpdate.Builder collecting = update;
        if (collecting == null) {
            collecting = new ImageUpdate.Builder(before);
            update = collecting;
            loop.atEndOfTurn(this::publish);
        }
        return collecting;
    }

    private void snapshotIfDue() {
        if (log.bytesSinceSnapshot() < bytesBetweenSnapshots) {
            return;
        }
        ClusterImage state = image;
        log.snapshot(state.lastOffset(), () -> Snapshot.encode(state), fault -> {
            if (fault != null) {
                LOG.atWarn()
                        .addKeyValue("lastOffset", state.lastOffset())
                        .setCause(fault)
                        .log("Could not write a snapshot of the metadata; the next is due after further changes");
            }
        });
    }

    private void fail(IOException fault) {
        if (failed) {
            return;
        }
        failed = true;
        expected = null;
        deferred.clear();
        List.copyOf(unanswered).forEach(submission -> submission.refuse(Refusal.of(ErrorCode.KAFKA_STORAGE_ERROR)));
        publish();
        onFault.accept(fault);
    }

    /** What comes out of the metadata log. */
    private final class FromLog implements MetadataLog.Subscriber {

        private @Nullable Runnable ready;

        FromLog(Runnable ready) {
            this.ready = ready;
        }

        @Override
        public void restored(long lastOffset, ByteBuffer state) {
            if (failed) {
                return;
            }
            try {
                ClusterImage before = image;
                image = Snapshot.decode(state);
                updateOfThisTurn(before).addAll(image);
            } catch (MalformedMessageException malformed) {
                fail(new IOException(
                        "The snapshot of the metadata up to " + lastOffset + " cannot be read", malformed));
                return;
            }
            readyIfKnown();
        }

        @Override
        public void committed(long offset, ByteBuffer bytes) {
            if (failed) {
                return;
            }
            LogEntry entry;
            try {
                entry = LogEntry.decode(bytes);
            } catch (MalformedMessageException malformed) {
                fail(new IOException("The entry " + offset + " of the metadata log cannot be read", malformed));
                return;
            }
            lastEntryFitted = entry.basis() == image.stamp();
            if (lastEntryFitted) {
                ClusterImage before = image;
                image = before.apply(entry, offset);
                updateOfThisTurn(before).add(entry.change(), before);
            } else {
                image = image.passing(offset);
            }
            readyIfKnown();
        }

        @Override
        public void leading() {
            if (failed) {
                return;
            }
            expected = image;
            generation++;
            leaderChanged();
            if (image.clusterId().isEmpty()) {
                new Submission<>(new StartCluster(), this::started).plan();
            } else {
                afterPublication(this::ready);
            }
        }

        @Override
        public void following() {
            expected = null;
            generation++;
            answerDecided();
            leaderChanged();
        }

        @Override
        public void leaderChanged() {
            if (!failed) {
                List.copyOf(leaderListeners).forEach(Runnable::run);
                readyIfKnown();
            }
        }

        @Override
        public void failed(IOException fault) {
            fail(fault);
        }

        /** Refused if this node has not led for long enough; then another one starts the cluster. */
        private void started(Answer<String> answer) {
            if (answer instanceof Answer.Granted<String>) {
                ready();
            }
        }

        /** On a node that follows another one. */
        private void readyIfKnown() {
            if (ready != null && follows() && !image.clusterId().isEmpty()) {
                afterPublication(() -> {
                    if (follows()) {
                        ready();
                    }
                });
            }
        }

        private boolean follows() {
            return expected == null && log.quorum().leader().isPresent();
        }

        private void ready() {
            Runnable first = ready;
            ready = null;
            if (first != null) {
                first.run();
            }
        }
    }
}
