package dev.barnabas.metadata;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's knowledge of the cluster, and the way to change it. Applies what comes out of the metadata log to the
 * image and tells the other loops; where this node leads, plans wishes and appends the changes that grant them.
 *
 * <p>A wish does not wait for the one before it to be committed: it is planned for the image as it is going to be
 * ({@code expected}). Each entry says for which version of the image it was planned and is passed over, on every node,
 * if that is not the version it meets; then the wish is planned again.
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
    /** What to do when all entries that were on their way have been committed, by the number of the last of them. */
    private final Queue<Deferred> deferred = new ArrayDeque<>();

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

    private record Deferred(long behindEntry, Runnable task) {}

    /**
     * Reads what there is and takes part from then on. A cluster that does not exist yet is started by the first node
     * that leads.
     *
     * @param ready called on the loop when the image holds all that is known to be committed and the cluster has an id
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
        loop.execute(() -> plan(wish, answer -> answerLoop.execute(() -> then.accept(answer)), 1));
    }

    private <A> void plan(Wish<A> wish, Consumer<Answer<A>> then, int attempt) {
        ClusterImage basis = expected;
        if (basis == null || failed) {
            ErrorCode error = failed ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_CONTROLLER;
            then.accept(new Answer.Refused<>(Refusal.of(error)));
            return;
        }
        switch (controller.plan(wish, basis)) {
            // What was decided holds when that which it was decided on is certain.
            case Plan.Refused<A>(Refusal refusal) -> defer(() -> then.accept(new Answer.Refused<>(refusal)));
            case Plan.Agreed<A>(Change change, A answer) -> {
                if (change == null) {
                    defer(() -> then.accept(new Answer.Granted<>(answer)));
                } else {
                    append(basis, change, wish, answer, then, attempt);
                }
            }
        }
    }

    private <A> void append(
            ClusterImage basis, Change change, Wish<A> wish, A answer, Consumer<Answer<A>> then, int attempt) {
        expected = basis.apply(change, basis.lastOffset() + 1);
        long plannedIn = generation;
        entriesAsked++;
        log.append(LogEntry.encode(basis.version(), change), appended -> {
            entriesAnswered++;
            switch (appended) {
                case MetadataLog.Appended.Committed _ -> {
                    if (lastEntryFitted) {
                        afterPublication(() -> then.accept(new Answer.Granted<>(answer)));
                    } else {
                        giveUpExpectation(plannedIn);
                        if (attempt < MAX_ATTEMPTS) {
                            plan(wish, then, attempt + 1);
                        } else {
                            then.accept(new Answer.Refused<>(Refusal.of(ErrorCode.REQUEST_TIMED_OUT)));
                        }
                    }
                }
                case MetadataLog.Appended.Refused(MetadataLog.Reason reason, String message) -> {
                    giveUpExpectation(plannedIn);
                    ErrorCode error = switch (reason) {
                        case NOT_LEADING -> ErrorCode.NOT_CONTROLLER;
                        case STORAGE_FULL -> ErrorCode.KAFKA_STORAGE_ERROR;
                        case TOO_LARGE -> ErrorCode.POLICY_VIOLATION;
                    };
                    then.accept(new Answer.Refused<>(new Refusal(error, message)));
                }
                case MetadataLog.Appended.Unknown(String message) -> {
                    giveUpExpectation(plannedIn);
                    then.accept(new Answer.Refused<>(new Refusal(ErrorCode.REQUEST_TIMED_OUT, message)));
                }
            }
            runDeferred();
        });
    }

    /** Plans that are made from now on start from what is certain. Those made before are passed over and come back. */
    private void giveUpExpectation(long plannedIn) {
        if (generation == plannedIn && expected != null) {
            generation++;
            expected = image;
        }
    }

    private void defer(Runnable task) {
        if (entriesAnswered == entriesAsked) {
            afterPublication(task);
        } else {
            deferred.add(new Deferred(entriesAsked, task));
        }
    }

    private void runDeferred() {
        while (!deferred.isEmpty() && deferred.peek().behindEntry <= entriesAnswered) {
            afterPublication(deferred.remove().task);
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
        snapshotIfDue();
    }

    private ImageUpdate.Builder updateOfThisTurn() {
        ImageUpdate.Builder collecting = update;
        if (collecting == null) {
            collecting = new ImageUpdate.Builder();
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
        if (!failed) {
            failed = true;
            expected = null;
            onFault.accept(fault);
        }
    }

    /** What comes out of the metadata log. */
    private final class FromLog implements MetadataLog.Subscriber {

        private @Nullable Runnable ready;

        FromLog(Runnable ready) {
            this.ready = ready;
        }

        @Override
        public void restored(long lastOffset, ByteBuffer state) {
            try {
                image = Snapshot.decode(state);
            } catch (MalformedMessageException malformed) {
                fail(new IOException(
                        "The snapshot of the metadata up to " + lastOffset + " cannot be read", malformed));
            }
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
            lastEntryFitted = entry.plannedForVersion() == image.version();
            if (lastEntryFitted) {
                ClusterImage before = image;
                image = before.apply(entry.change(), offset);
                updateOfThisTurn().add(entry.change(), before, image);
            } else {
                image = image.passing(offset);
            }
        }

        @Override
        public void leading() {
            if (failed) {
                return;
            }
            expected = image;
            generation++;
            if (image.clusterId().isEmpty()) {
                plan(new StartCluster(), _ -> afterPublication(this::ready), 1);
            } else {
                afterPublication(this::ready);
            }
        }

        @Override
        public void following() {
            expected = null;
            generation++;
        }

        @Override
        public void failed(IOException fault) {
            fail(fault);
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
