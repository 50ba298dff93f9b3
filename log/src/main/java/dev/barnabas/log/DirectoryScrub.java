package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks all that is stored of the logs of a directory, again and again: closed segments, and of the active one what is
 * stable. One small piece after the other, on a worker, as fast as the {@link ScrubPace} allows; where it is, it knows
 * only in memory. Owned by the directory's loop.
 *
 * <p>Logs are appended to, truncated, compacted and deleted meanwhile. So what a worker has found counts only when the
 * segment is still that of the log, and nothing has removed batches since it was given to the worker; otherwise that
 * segment is checked anew.
 *
 * <p>What it can see: what a read returns. For what is in the page cache that is what is in memory, so rot on the disk
 * below it shows only in a round after the system has dropped it; and a disk whose own cache, or whose firmware,
 * corrects an error hides it, which is all right. What is not covered by a CRC is compared with what is known
 * otherwise: the offset with that of the batch before (in a log with gaps it is known only if it goes back), the leader
 * epoch with the log's.
 */
final class DirectoryScrub {
    /** What a look at a file costs at least, so that many small ones are not read all at once. */
    private static final int MIN_BYTES = 64 << 10;

    private final LogDirectory directory;
    private final ScrubPace pace;
    private final ScrubTimes times;
    private Loop.@Nullable Timer timer;

    private List<PartitionLog> round = List.of();
    private int done;
    private long beganNanos;

    // Where it is in the log.
    private boolean isInLog;
    /** Everything before was checked. */
    private long fromOffset;

    private @Nullable Segment segment;
    private int position;
    private long nextOffset;
    private boolean behindDamage;

    DirectoryScrub(LogDirectory directory, ScrubPace pace, ScrubTimes times) {
        this.directory = directory;
        this.pace = pace;
        this.times = times;
        schedule(times.first());
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void schedule(Duration delay) {
        timer = directory.loop().schedule(delay, () -> pace.ask(0, directory.loop(), this::beginRound));
    }

    private void beginRound() {
        beganNanos = directory.clock().nanos();
        round = new ArrayList<>(directory.logs());
        if (!round.isEmpty()) {
            // Anywhere: a node that is started often must not check the same ones each time.
            long shift = directory.clock().wallMs() % round.size();
            Collections.rotate(round, (int) shift);
        }
        done = 0;
        isInLog = false;
        goOn();
    }

    /** Checks what comes next. */
    private void goOn() {
        if (directory.isClosed()) {
            return;
        }
        if (done == round.size()) {
            round = List.of();
            done = 0;
            long left = times.interval().toNanos() - (directory.clock().nanos() - beganNanos);
            schedule(Duration.ofNanos(Math.max(0, left)));
            return;
        }
        PartitionLog log = round.get(done);
        if (!log.isOpen()) {
            leave();
            directory.loop().execute(this::goOn);
        } else if (log.reader().isRemoving()) {
            // A worker would see files that are being cut.
            log.operations().between(() -> directory.loop().execute(this::goOn));
        } else {
            check(log);
        }
    }

    private void check(PartitionLog log) {
        LogContents contents = log.contents();
        if (!isInLog) {
            isInLog = true;
            segment = null;
            fromOffset = contents.segments.isEmpty() ? contents.startOffset : contents.segments.getFirst().baseOffset;
            log.scrub().began();
        }
        Segment current = segment;
        if (current == null || !contents.segments.contains(current)) {
            current = begin(contents);
        }
        if (current == null) {
            complete(log);
            directory.loop().execute(this::goOn);
            return;
        }
        ScrubStep.Piece piece = new ScrubStep.Piece(
                position,
                nextOffset,
                behindDamage,
                current.size,
                log.stableEndOffset(),
                contents.headers(contents.segments.indexOf(current)));
        DiskFile file;
        try {
            // Opened here, where its path is known to be right.
            file = directory.disk().open(current.path);
        } catch (IOException fault) {
            log.scrub()
                    .found(new LogDamage(
                            current.path,
                            0,
                            current.baseOffset,
                            "it cannot be opened: " + fault.getMessage(),
                            current.size));
            next(log, current);
            pace.ask(MIN_BYTES, directory.loop(), this::goOn);
            return;
        }
        run(log, current, piece, file);
    }

    /** The segment in which the check goes on; null if there is none. */
    private @Nullable Segment begin(LogContents contents) {
        segment = null;
        int index = Math.max(0, contents.floor(fromOffset));
        while (index < contents.segments.size() && contents.segments.get(index).size == 0) {
            index++;
        }
        if (index >= contents.segments.size()) {
            return null;
        }
        Segment found = contents.segments.get(index);
        segment = found;
        position = 0;
        nextOffset = found.baseOffset;
        behindDamage = false;
        return found;
    }

    private void run(PartitionLog log, Segment current, ScrubStep.Piece piece, DiskFile file) {
        int asked = log.reader().generation();
        directory.disk().offload(new ScrubStep(file, piece), directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(ScrubStep.Outcome outcome) {
                file.close();
                if (isCurrent()) {
                    checked(log, current, piece, outcome);
                } else {
                    segment = null;
                }
                pace.ask(
                        Math.max(MIN_BYTES, outcome.position() - piece.position()),
                        directory.loop(),
                        DirectoryScrub.this::goOn);
            }

            @Override
            public void failed(IOException fault) {
                // A step catches its own: the disk has been closed.
                file.close();
                segment = null;
                pace.ask(MIN_BYTES, directory.loop(), DirectoryScrub.this::goOn);
            }

            private boolean isCurrent() {
                return !directory.isClosed()
                        && log.isOpen()
                        && !log.reader().isRemoving()
                        && log.reader().generation() == asked
                        && log.contents().segments.contains(current);
            }
        });
    }

    private void checked(PartitionLog log, Segment current, ScrubStep.Piece piece, ScrubStep.Outcome outcome) {
        LogScrub scrub = log.scrub();
        scrub.checked(outcome.position() - piece.position());
        outcome.damages().forEach(scrub::found);
        position = outcome.position();
        nextOffset = outcome.nextOffset();
        behindDamage = outcome.behindDamage();
        if (outcome.ended()) {
            boolean wasActive =
                    position < piece.limit() || current == log.contents().active();
            if (wasActive) {
                complete(log);
            } else if (position >= current.size || !outcome.damages().isEmpty()) {
                next(log, current);
            }
        }
    }

    private void next(PartitionLog log, Segment current) {
        LogContents contents = log.contents();
        int index = contents.segments.indexOf(current);
        segment = null;
        if (index < 0 || index == contents.segments.size() - 1) {
            complete(log);
        } else {
            fromOffset = contents.endOffset(index);
        }
    }

    private void complete(PartitionLog log) {
        log.scrub().completed(directory.clock().wallMs());
        leave();
    }

    private void leave() {
        isInLog = false;
        segment = null;
        done++;
    }
}
