package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Checks a piece of a segment on a worker. What only this check has brought into the page cache is taken out again: so
 * it does not take the place of what readers need, and the next round reads it from the disk.
 */
final class ScrubStep implements Disk.Work<ScrubStep.Outcome> {
    /** About what is read in one go. */
    private static final int BYTES = 1 << 20;

    private static final int CHUNK_BYTES = 64 << 10;
    private static final int PIECE_BYTES = 128 << 10;
    /** How far the system may read ahead of what it is asked for. */
    private static final int READ_AHEAD_BYTES = 4 * PIECE_BYTES;

    private final DiskFile file;
    private final Piece piece;

    /**
     * What is to be checked.
     *
     * @param position where a batch begins
     * @param nextOffset the offset with which it begins, or a smaller one
     * @param behindDamage whether the batch before was damaged
     * @param limit where the last batch of the segment ends
     * @param upToOffset nothing is said of batches that reach it
     * @param headers what is known of the batches of the segment
     */
    record Piece(
            int position, long nextOffset, boolean behindDamage, int limit, long upToOffset, KnownHeaders headers) {}

    /**
     * @param position everything before was looked at
     * @param ended nothing of the segment is left that could be checked now
     */
    record Outcome(int position, long nextOffset, boolean behindDamage, boolean ended, List<LogDamage> damages) {}

    ScrubStep(DiskFile file, Piece piece) {
        this.file = file;
        this.piece = piece;
    }

    @Override
    public Outcome run() throws IOException {
        boolean[] cold = cold();
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, Math.max(4096, piece.limit - piece.position)));
        BatchScan scan =
                new BatchScan(file, piece.position, piece.limit, piece.nextOffset, true, chunk).knowing(piece.headers);
        if (piece.behindDamage) {
            scan.behindDamage();
        }
        SegmentCheck check = new SegmentCheck(file.path(), scan, piece.limit, piece.upToOffset, _ -> null);
        try {
            boolean more = check.run(BYTES);
            return outcome(check, check.position(), !more, check.takeDamages());
        } catch (IOException fault) {
            // The sector cannot be read: that is how most disks report rot themselves.
            List<LogDamage> damages = check.takeDamages();
            damages.add(new LogDamage(
                    file.path(),
                    check.position(),
                    check.nextOffset(),
                    "it cannot be read: " + fault.getMessage(),
                    piece.limit - check.position()));
            return outcome(check, piece.limit, true, damages);
        } finally {
            uncache(cold);
        }
    }

    private Outcome outcome(SegmentCheck check, int position, boolean ended, List<LogDamage> damages) {
        return new Outcome(position, check.nextOffset(), check.isBehindDamage(), ended, List.copyOf(damages));
    }

    private boolean[] cold() {
        long bytes = Math.min(piece.limit - piece.position, BYTES + READ_AHEAD_BYTES);
        boolean[] cold = new boolean[(int) ((bytes + PIECE_BYTES - 1) / PIECE_BYTES)];
        for (int i = 0; i < cold.length; i++) {
            cold[i] = !isInMemory(i);
        }
        return cold;
    }

    private void uncache(boolean[] cold) {
        for (int i = 0; i < cold.length; i++) {
            // Where it does not show afterwards, the system cannot tell: then it may have been in memory before.
            if (cold[i] && isInMemory(i)) {
                file.uncache(begin(i), size(i));
            }
        }
    }

    private boolean isInMemory(int index) {
        return file.isInMemory(begin(index), size(index));
    }

    private int begin(int index) {
        return piece.position + index * PIECE_BYTES;
    }

    private int size(int index) {
        return Math.min(PIECE_BYTES, piece.limit - begin(index));
    }
}
