package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where batches are in a segment, by offset, position and time: one entry every few kilobytes. The newest entries are
 * in memory, older ones in blocks of the {@code .index} file ({@link IndexFile}). It only saves time: entries may be
 * missing, those that are there are right. Owned like its {@link Segment}.
 */
final class SegmentIndex {
    /** There may be an answer, but it is in the file. */
    static final int IN_FILE = -1;

    private static final int[] NO_INTS = {};
    private static final long[] NO_LONGS = {};

    final long baseOffset;
    final String path;

    /** Blocks of the file that are valid; what follows them in the file is left over from before a crash. */
    int blocks;
    /** Blocks were written that no sync has covered. */
    boolean unsynced;

    private boolean tailChecked;
    private long lastPosition = Integer.MIN_VALUE;
    private int total;
    private int count;
    private int[] offsets = NO_INTS;
    private int[] positions = NO_INTS;
    private long[] timestamps = NO_LONGS;

    SegmentIndex(String folder, long baseOffset) {
        this.baseOffset = baseOffset;
        this.path = FileNames.path(folder, baseOffset, FileNames.INDEX);
    }

    /** Entries so far, as far as this process knows. */
    int entries() {
        return Math.max(total, blocks * IndexFile.ENTRIES_PER_BLOCK);
    }

    /**
     * Takes notice of a batch; the position of each is greater than that of the one before.
     *
     * @param maxTimestampBefore greatest timestamp of the segment before this batch
     */
    void batch(Disk disk, long batchBaseOffset, int position, long maxTimestampBefore, int intervalBytes)
            throws IOException {
        if (position == 0 || position - lastPosition < intervalBytes) {
            return;
        }
        if (count == IndexFile.ENTRIES_PER_BLOCK) {
            writeBlock(disk);
        }
        if (count == offsets.length) {
            int capacity = Math.min(IndexFile.ENTRIES_PER_BLOCK, Math.max(8, 2 * count));
            offsets = Arrays.copyOf(offsets, capacity);
            positions = Arrays.copyOf(positions, capacity);
            timestamps = Arrays.copyOf(timestamps, capacity);
        }
        offsets[count] = (int) (batchBaseOffset - baseOffset);
        positions[count] = position;
        timestamps[count] = maxTimestampBefore;
        count++;
        total++;
        lastPosition = position;
    }

    /** Writes what is in memory to the file, if it is worth it: the segment gets no more batches for now. */
    void seal(Disk disk) throws IOException {
        if (count >= IndexFile.ENTRIES_PER_BLOCK / 8) {
            writeBlock(disk);
        }
    }

    /** Frees the memory of a segment that gets no more batches. */
    void forget() {
        count = 0;
        offsets = NO_INTS;
        positions = NO_INTS;
        timestamps = NO_LONGS;
    }

    /** The file turned out to be damaged: it is not used any more. */
    void discard() {
        blocks = 0;
        tailChecked = false;
    }

    private void writeBlock(Disk disk) throws IOException {
        DiskFile file = disk.open(path);
        try {
            if (!tailChecked) {
                long valid = (long) blocks * IndexFile.BLOCK_BYTES;
                long size = file.size();
                if (size > valid) {
                    file.truncate(valid);
                } else if (size < valid) {
                    blocks = (int) (size / IndexFile.BLOCK_BYTES);
                    file.truncate((long) blocks * IndexFile.BLOCK_BYTES);
                }
                tailChecked = true;
            }
            file.append(IndexFile.block(baseOffset, count, offsets, positions, timestamps));
            blocks++;
            unsynced = true;
        } catch (DiskFullException full) {
            // The append that brought us here succeeded; searching will just take longer here.
            tailChecked = false;
        } finally {
            file.close();
        }
        count = 0;
    }

    /** Position of a batch at or before the one that is looked for, or {@link #IN_FILE}. */
    int floor(IndexFile.By by, long key) {
        if (count > 0 && matches(by, 0, key)) {
            int low = 0;
            int high = count - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (matches(by, middle, key)) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return positions[low];
        }
        return blocks == 0 ? 0 : IN_FILE;
    }

    private boolean matches(IndexFile.By by, int entry, long key) {
        return by.matches(baseOffset + offsets[entry], positions[entry], timestamps[entry], key);
    }
}
