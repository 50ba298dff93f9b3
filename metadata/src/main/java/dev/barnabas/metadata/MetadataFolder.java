package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of an embedded log: their names, and what is in them after a restart. Used on a worker. */
final class MetadataFolder {

    private static final Pattern LOG = Pattern.compile("(\\d{20})\\.log");
    private static final Pattern SNAPSHOT = Pattern.compile("(\\d{20})\\.snapshot");
    private static final String TEMPORARY = ".tmp";

    private final Disk disk;
    private final String folder;

    MetadataFolder(Disk disk, String folder) {
        this.disk = disk;
        this.folder = folder;
    }

    String path() {
        return folder;
    }

    String log(long baseOffset) {
        return "%s/%020d.log".formatted(folder, baseOffset);
    }

    String snapshot(long lastOffset) {
        return "%s/%020d.snapshot".formatted(folder, lastOffset);
    }

    String temporary(long lastOffset) {
        return snapshot(lastOffset) + TEMPORARY;
    }

    record Stored(long lastOffset, ByteBuffer state) {}

    record Entry(long offset, ByteBuffer bytes) {}

    /**
     * What was found.
     *
     * @param entries those behind the snapshot
     * @param logs base offsets of the log files
     * @param endOffset of the next entry; the last of the logs ends right before it, if there is one
     * @param cutBytes how much of what nobody was promised was half-written and has been cut off
     */
    record Found(Optional<Stored> snapshot, List<Entry> entries, List<Long> logs, long endOffset, long cutBytes) {}

    /**
     * Reads everything, and cuts off what a crash has left half-written.
     *
     * @throws IOException when it cannot be read, or something is damaged that was once acknowledged
     */
    Found recover() throws IOException {
        List<Long> logs = new ArrayList<>();
        List<Long> snapshots = new ArrayList<>();
        for (String name : disk.list(folder)) {
            Matcher log = LOG.matcher(name);
            Matcher snapshot = SNAPSHOT.matcher(name);
            if (log.matches()) {
                logs.add(Long.parseLong(log.group(1)));
            } else if (snapshot.matches()) {
                snapshots.add(Long.parseLong(snapshot.group(1)));
            } else if (name.endsWith(TEMPORARY)) {
                disk.delete(folder + "/" + name);
            }
        }
        Optional<Stored> snapshot =
                snapshots.isEmpty() ? Optional.empty() : Optional.of(readSnapshot(snapshots.getLast()));
        long start = snapshot.isEmpty() ? 0 : snapshot.get().lastOffset + 1;
        while (logs.size() > 1 && logs.get(1) <= start) {
            logs.removeFirst();
        }
        if (!logs.isEmpty() && logs.getFirst() > start) {
            throw damaged(log(logs.getFirst()), "the entry " + start + ", which comes before it, is missing");
        }
        Recovery recovery = new Recovery(logs.isEmpty() ? start : logs.getFirst(), start);
        for (int index = 0; index < logs.size() && recovery.whole; index++) {
            recovery.read(logs.subList(index, logs.size()));
        }
        return recovery.found(snapshot);
    }

    /** The state of reading one log after the other. */
    private final class Recovery {

        private final long start;
        private final List<Entry> entries = new ArrayList<>();
        private final List<Long> kept = new ArrayList<>();
        private long expected;
        private boolean whole = true;
        private long cutBytes;

        Recovery(long first, long start) {
            this.expected = first;
            this.start = start;
        }

        /** Reads the first of the logs; if it has no good end, makes one and drops the others. */
        void read(List<Long> logs) throws IOException {
            String path = log(logs.getFirst());
            ByteBuffer bytes = readAll(path);
            int position = 0;
            whole = logs.getFirst() == expected;
            while (whole && position < bytes.limit()) {
                EntryFrames.Frame frame = EntryFrames.read(bytes, position);
                if (frame == null || frame.offset() != expected) {
                    whole = false;
                } else {
                    if (expected >= start) {
                        entries.add(new Entry(expected, frame.entry()));
                    }
                    expected++;
                    position = frame.end();
                }
            }
            boolean keep = whole || position > 0;
            if (!whole) {
                requireNoLoss(logs, position);
                cutBytes += bytes.limit() - position;
                if (keep) {
                    truncate(path, position);
                }
                for (long dropped : keep ? logs.subList(1, logs.size()) : logs) {
                    disk.delete(log(dropped));
                }
            }
            if (keep) {
                kept.add(logs.getFirst());
            }
        }

        /** Damage may be what a crash does to entries that nobody was told of. Otherwise data is lost. */
        private void requireNoLoss(List<Long> logs, int position) throws IOException {
            int from = position;
            for (long base : logs) {
                if (expected >= start
                        && EntryFrames.proofOfLoss(readAll(log(base)), from, expected)
                                .isPresent()) {
                    throw damaged(log(logs.getFirst()), "the entry " + expected + " cannot be read");
                }
                from = 0;
            }
        }

        Found found(Optional<Stored> snapshot) throws IOException {
            if (expected < start) {
                // All that is missing is in the snapshot; the next entry does not fit behind what is left.
                for (long base : kept) {
                    disk.delete(log(base));
                }
                kept.clear();
            }
            return new Found(snapshot, entries, List.copyOf(kept), Math.max(expected, start), cutBytes);
        }
    }

    /** Deletes what a snapshot has made superfluous. */
    void deleteBefore(long lastOffset) throws IOException {
        List<Long> logs = new ArrayList<>();
        for (String name : disk.list(folder)) {
            Matcher log = LOG.matcher(name);
            Matcher snapshot = SNAPSHOT.matcher(name);
            if (log.matches()) {
                logs.add(Long.parseLong(log.group(1)));
            } else if (snapshot.matches() && Long.parseLong(snapshot.group(1)) < lastOffset) {
                disk.delete(folder + "/" + name);
            }
        }
        for (int index = 0; index + 1 < logs.size() && logs.get(index + 1) <= lastOffset + 1; index++) {
            disk.delete(log(logs.get(index)));
        }
    }

    private Stored readSnapshot(long lastOffset) throws IOException {
        ByteBuffer state = SnapshotFile.read(readAll(snapshot(lastOffset)), lastOffset);
        if (state == null) {
            throw damaged(snapshot(lastOffset), "its checksum is wrong");
        }
        return new Stored(lastOffset, state);
    }

    private void truncate(String path, long size) throws IOException {
        DiskFile file = disk.open(path);
        try {
            file.truncate(size);
        } finally {
            file.close();
        }
    }

    private ByteBuffer readAll(String path) throws IOException {
        DiskFile file = disk.open(path);
        try {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return bytes.flip();
        } finally {
            file.close();
        }
    }

    private IOException damaged(String path, String how) {
        return new IOException("The metadata in " + disk.name() + " is damaged, in " + path + ": " + how
                + ", but was on stable storage. Restore it from a backup; nothing has been changed.");
    }
}
