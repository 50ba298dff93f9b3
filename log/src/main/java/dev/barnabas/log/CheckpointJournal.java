package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes the {@code .checkpoint} files of a log: entries are appended to the newest file; when it is large enough, a
 * new one begins with the whole state, and once that is on stable storage the one before the last is deleted. (The last
 * but one stays: a truncation needs a state from before its offset.) Owned by the log's loop.
 */
final class CheckpointJournal {
    private static final int MIN_FILE_BYTES = 16 << 10;
    private static final int STATES_PER_FILE = 8;

    private final Disk disk;
    private final String folder;

    private long oldest;
    private long newest;
    private int size;
    private int stateBytes;
    /** Files from this number on have entries that no sync has covered; greater than the newest if there is none. */
    private long firstUnsynced;

    CheckpointJournal(Disk disk, String folder, long oldest, long newest, int size) {
        this.disk = disk;
        this.folder = folder;
        this.oldest = Math.max(oldest, 1);
        this.newest = Math.max(newest, 1);
        this.size = size;
        // A process that was killed may have left entries that no sync has covered.
        this.firstUnsynced = this.oldest;
    }

    /** Size of the last entry with the whole state. */
    int stateBytes() {
        return stateBytes;
    }

    long newest() {
        return newest;
    }

    void append(byte kind, long offset) throws IOException {
        append(CheckpointCodec.offset(kind, offset));
    }

    void append(Replacement replacement) throws IOException {
        append(CheckpointCodec.replaced(replacement));
    }

    /** Batches of this leader epoch come from that offset on. */
    void appendEpoch(long offset, int leaderEpoch) throws IOException {
        append(CheckpointCodec.epoch(offset, leaderEpoch));
    }

    void appendState(ByteBuffer state) throws IOException {
        stateBytes = state.remaining();
        if (size > 0 && size + stateBytes > Math.max(MIN_FILE_BYTES, STATES_PER_FILE * stateBytes)) {
            newest++;
            size = 0;
        }
        append(state);
    }

    private void append(ByteBuffer entry) throws IOException {
        int bytes = entry.remaining();
        DiskFile file = disk.open(path(newest));
        try {
            file.append(entry);
        } finally {
            file.close();
        }
        size += bytes;
        firstUnsynced = Math.min(firstUnsynced, newest);
    }

    /** Adds the files to a sync that is about to begin; the caller closes them. */
    void collect(List<DiskFile> files) throws IOException {
        for (; firstUnsynced <= newest; firstUnsynced++) {
            files.add(disk.open(path(firstUnsynced)));
        }
    }

    /** Everything up to this file, which was the newest, is on stable storage: older ones are not needed any more. */
    void synced(long number, Loop loop) {
        long from = oldest;
        long upTo = number - 1;
        if (upTo <= from) {
            return;
        }
        oldest = upTo;
        disk.offload(
                () -> {
                    for (long each = from; each < upTo; each++) {
                        disk.delete(path(each));
                    }
                    return upTo;
                },
                loop,
                new Disk.Completion<>() {
                    @Override
                    public void done(Long result) {}

                    @Override
                    public void failed(IOException fault) {
                        // What stays is read at the next start and deleted by a later file.
                        oldest = Math.min(oldest, from);
                    }
                });
    }

    private String path(long number) {
        return FileNames.path(folder, number, FileNames.CHECKPOINT);
    }
}
