package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Until when this broker may take for true what it knows of the cluster: as long as the controller has heard from it.
 * One that is cut off is replaced, and nobody can tell it; it has to know by itself, or those who still reach it would
 * wait for records that never come.
 *
 * <p>The controller fences a broker that was silent for one session. This waits for twice as long, counted from when
 * the last heartbeat that was answered was sent: a cluster in which the controller is moving, and nobody is fenced, is
 * not to stand still.
 *
 * <p>Owned by the loop of the cluster's metadata.
 */
final class Lease {

    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final Loop loop;
    private final Duration term;
    private boolean held = true;
    private boolean ended;
    private long untilNanos;
    private Loop.@Nullable Timer timer;
    private Runnable whenItChanges = () -> {};

    /** @param session after which the controller gives up a silent broker ({@code broker.session.timeout.ms}) */
    Lease(Loop loop, Duration session) {
        this.loop = loop;
        this.term = session.multipliedBy(2);
    }

    /** Runs a task whenever {@link #isHeld} is another than before. */
    void whenItChanges(Runnable task) {
        whenItChanges = task;
    }

    boolean isHeld() {
        return held;
    }

    /** The controller has answered what it was asked then, and counts this broker in. */
    void renew(long askedNanos) {
        if (ended) {
            return;
        }
        untilNanos = askedNanos + term.toNanos();
        if (timer == null) {
            await();
        }
        if (!held) {
            held = true;
            log.info("A controller answers again; all partitions are served");
            whenItChanges.run();
        }
    }

    /** It does not matter any more. */
    void end() {
        ended = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void await() {
        Duration left =
                Duration.ofNanos(Math.max(1_000_000, untilNanos - loop.clock().nanos()));
        timer = loop.schedule(left, this::look);
    }

    private void look() {
        timer = null;
        if (untilNanos - loop.clock().nanos() > 0) {
            await();
        } else if (held) {
            held = false;
            log.warn(
                    "No controller has answered for {} s; partitions that others may lead by now are not served until"
                            + " one does",
                    term.toSeconds());
            whenItChanges.run();
        }
    }
}
