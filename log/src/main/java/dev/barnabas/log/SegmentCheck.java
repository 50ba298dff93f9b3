package dev.barnabas.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the batches of a segment file, says which are damaged, and goes on behind them where it can. Blocks on
 * the disk; used by one thread at a time.
 */
final class SegmentCheck {
    private final String path;
    private final BatchScan scan;
    private final int limit;
    private final long upToOffset;
    private final Each each;

    private List<LogDamage> damages = new ArrayList<>(0);
    /** Was passed over: what comes next shows whether its size was right. */
    private @Nullable LogDamage pending;

    private int position;
    private boolean ended;
    private boolean endIsBroken;

    /** A further look at a batch whose header makes sense and whose CRC fits. */
    interface Each {
        /** What is wrong with the batch on which the scan stands; null if nothing is. */
        @Nullable
        String check(BatchScan scan) throws IOException;
    }

    /**
     * @param path for messages
     * @param scan with a check of the CRC, at the position where to begin
     * @param limit of the scan
     * @param upToOffset nothing is said of batches that reach it
     */
    SegmentCheck(String path, BatchScan scan, int limit, long upToOffset, Each each) {
        this.path = path;
        this.scan = scan;
        this.limit = limit;
        this.upToOffset = upToOffset;
        this.each = each;
        this.position = scan.endPosition();
    }

    /** Goes on for about so many bytes, at least one batch. False at the end. */
    boolean run(int bytes) throws IOException {
        int from = position;
        while (!ended && position - from < bytes) {
            step();
        }
        settle();
        return !ended;
    }

    private void step() throws IOException {
        if (scan.nextOffset() >= upToOffset) {
            ended = true;
        } else if (scan.next()) {
            settle();
            if (scan.header().lastOffset() >= upToOffset) {
                ended = true;
                return;
            }
            String wrong = each.check(scan);
            if (wrong != null) {
                damages.add(new LogDamage(path, scan.position(), scan.header().baseOffset(), wrong, 0));
            }
            position = scan.endPosition();
        } else {
            String damage = scan.damage();
            if (damage == null) {
                settle();
                ended = true;
            } else {
                damaged(damage);
            }
        }
    }

    private void damaged(String what) throws IOException {
        int at = scan.endPosition();
        LogDamage here = new LogDamage(path, at, scan.damagedOffset(), what, 0);
        if (scan.passOver()) {
            settle();
            pending = here;
            position = scan.endPosition();
            return;
        }
        // Right behind a damaged batch: its size was not right.
        LogDamage first = pending == null ? here : pending;
        pending = first.unchecked(limit - first.position());
        settle();
        position = limit;
        ended = true;
        endIsBroken = true;
    }

    private void settle() {
        if (pending != null) {
            damages.add(pending);
            pending = null;
        }
    }

    /** What was found since the last call. */
    List<LogDamage> takeDamages() {
        List<LogDamage> taken = damages;
        damages = new ArrayList<>(0);
        return taken;
    }

    /** Everything before it was looked at. */
    int position() {
        return position;
    }

    long nextOffset() {
        return scan.nextOffset();
    }

    boolean isBehindDamage() {
        return scan.isBehindDamage();
    }

    /** The end of the file could not be looked at because of what is before it. */
    boolean endIsBroken() {
        return endIsBroken;
    }
}
