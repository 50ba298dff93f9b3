package dev.barnabas.host.live;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Loop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Netty event loop as a {@link Loop}.
 *
 * <p>A turn: handle the sockets that are ready, run the mailbox and the timers that are due, then the end of the turn:
 * first the tasks that asked for it, then one flush per connection that was sent to, then the news of what is drained.
 * Whatever the last two cause is done in the next turn, so that a connection that always has more to send cannot keep
 * the loop from reading.
 *
 * <p>The queues are owned by the loop's thread; {@link #connections} may be read by any.
 */
final class LiveLoop implements Loop {
    private final String name;
    private final Clock clock;
    private final DefectHandler defects;
    private final SingleThreadIoEventLoop eventLoop;
    private final ArrayDeque<Runnable> endOfTurn = new ArrayDeque<>();
    private ArrayDeque<LiveConnection> unflushed = new ArrayDeque<>();
    private ArrayDeque<LiveConnection> flushing = new ArrayDeque<>();
    private final ArrayDeque<LiveConnection> drained = new ArrayDeque<>();
    private final Runnable finishTurn = this::finishTurn;
    private boolean finishing;
    private final Set<LiveConnection> open = new HashSet<>();
    private boolean closing;

    /** Open connections that this loop owns, for the choice of the least busy one. */
    final AtomicInteger connections = new AtomicInteger();

    LiveLoop(String name, Clock clock, DefectHandler defects, IoHandlerFactory io) {
        this.name = name;
        this.clock = clock;
        this.defects = defects;
        ThreadFactory threads = task -> new FastThreadLocalThread(task, name);
        eventLoop = new SingleThreadIoEventLoop(null, threads, io);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public void execute(Runnable task) {
        try {
            eventLoop.execute(new Task(this, task));
        } catch (RejectedExecutionException closed) {
            // The host is being closed: a message to a loop that has ended is like one to a process that has.
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        requireCurrent();
        return new LiveTimer(eventLoop.schedule(new Task(this, task), delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        requireCurrent();
        endOfTurn.add(task);
        finishThisTurn();
    }

    @Override
    public boolean isCurrent() {
        return eventLoop.inEventLoop();
    }

    @Override
    public String toString() {
        return name;
    }

    SingleThreadIoEventLoop eventLoop() {
        return eventLoop;
    }

    /** Flushes the connection at the end of this turn. */
    void flushLater(LiveConnection connection) {
        unflushed.add(connection);
        finishThisTurn();
    }

    /** Tells the connection's handler at the end of this turn that everything is sent. */
    void drainedLater(LiveConnection connection) {
        drained.add(connection);
        finishThisTurn();
    }

    /** Runs a callback; what it throws is a defect. */
    void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable defect) {
            defect(defect);
        }
    }

    void defect(Throwable cause) {
        defects.defect(name, cause);
    }

    /** The connection is this loop's from now on. */
    void opened(LiveConnection connection) {
        open.add(connection);
        if (closing) {
            connection.close();
        }
    }

    void closed(LiveConnection connection) {
        open.remove(connection);
    }

    /** Whether nothing may be opened any more. */
    boolean closing() {
        return closing;
    }

    /**
     * Closes the connections, which are told so, and ends the thread. Not from a loop.
     *
     * <p>Netty would close them, too, but not for sure: a shutdown that is asked for between its two looks at it skips
     * them.
     */
    void close() {
        eventLoop
                .submit(() -> {
                    closing = true;
                    List.copyOf(open).forEach(LiveConnection::close);
                })
                .awaitUninterruptibly();
        eventLoop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void finishThisTurn() {
        if (!finishing) {
            finishing = true;
            try {
                eventLoop.executeAfterEventLoopIteration(finishTurn);
            } catch (RejectedExecutionException closed) {
                // As in execute: nothing of this loop will run any more.
            }
        }
    }

    private void finishTurn() {
        for (Runnable task = endOfTurn.poll(); task != null; task = endOfTurn.poll()) {
            run(task);
        }
        ArrayDeque<LiveConnection> due = unflushed;
        unflushed = flushing;
        flushing = due;
        for (LiveConnection connection = due.poll(); connection != null; connection = due.poll()) {
            connection.flush();
        }
        for (int left = drained.size(); left > 0; left--) {
            drained.remove().tellDrained();
        }
        finishing = false;
        if (!endOfTurn.isEmpty() || !unflushed.isEmpty() || !drained.isEmpty()) {
            finishThisTurn();
        }
    }

    private record Task(LiveLoop loop, Runnable task) implements Runnable {
        @Override
        public void run() {
            loop.run(task);
        }
    }

    private record LiveTimer(Future<?> future) implements Timer {
        @Override
        public void cancel() {
            future.cancel(false);
        }
    }
}
