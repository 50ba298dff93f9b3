package dev.barnabas.log;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Finds the log of a directory that needs compaction most, now and then, asks for a turn, and compacts it; one after
 * the other. Owned by the directory's loop.
 */
final class DirectoryCompactions {
    private final LogDirectory directory;
    private final CompactionTurns turns;
    private boolean busy;
    private long nextLookNanos;

    DirectoryCompactions(LogDirectory directory, CompactionTurns turns) {
        this.directory = directory;
        this.turns = turns;
        this.nextLookNanos = directory.clock().nanos();
    }

    /** Called now and then. */
    void maintain() {
        if (busy || turns.settings().threads() == 0 || directory.clock().nanos() - nextLookNanos < 0) {
            return;
        }
        PartitionLog most = neediest();
        if (most == null) {
            waitAWhile();
            return;
        }
        busy = true;
        double urgency = most.compaction().urgency(directory.clock().wallMs()).orElse(0);
        turns.ask(urgency, directory.loop(), this::compact);
    }

    private void waitAWhile() {
        nextLookNanos = directory.clock().nanos() + turns.settings().backoff().toNanos();
    }

    private @Nullable PartitionLog neediest() {
        long nowMs = directory.clock().wallMs();
        PartitionLog most = null;
        double urgency = -1;
        for (PartitionLog log : directory.logs()) {
            OptionalDouble each = log.compaction().urgency(nowMs);
            if (each.isPresent() && each.getAsDouble() > urgency) {
                most = log;
                urgency = each.getAsDouble();
            }
        }
        return most;
    }

    /** The turn has come; what is needed most may be another log by now, or nothing. */
    private void compact(CompactionTurns.Share share) {
        PartitionLog most = directory.isClosed() ? null : neediest();
        if (most == null) {
            ended(false);
            return;
        }
        new CompactionRun(most, directory, share, this::ended).start();
    }

    private void ended(boolean goOn) {
        turns.done();
        busy = false;
        if (goOn) {
            nextLookNanos = directory.clock().nanos();
        } else {
            waitAWhile();
        }
    }
}
