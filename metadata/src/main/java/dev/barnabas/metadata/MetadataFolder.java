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

/**
 * The files of an embedded log: their names, and what is in them after a restart. What touches them runs on a worker.
 */
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
     * @param startOffset of the first entry behind the snapshot
     * @param damagedBytes how much there was behind the last good entry: half-written at a crash, and promised to
     *     nobody
     */
    record Found(Optional<Stored> snapshot, List<Entry> entries, long startOffset, long damagedBytes) {

        long endOffset() {
            return startOffset + entries.size();
        }
    }

    /**
     * Reads everything.
     *
     * @throws IOException when it cannot be read, or something is damaged that was on stable storage
     */
    Found read() throws IOException {
        List<Long> logs = offsets(LOG);
        List<Long> snapshots = offsets(SNAPSHOT);
        Optional<Stored> snapshot =
                snapshots.isEmpty() ? Optional.empty() : Optional.of(readSnapshot(snapshots.getLast()));
        long start = snapshot.isEmpty() ? 0 : snapshot.get().lastOffset + 1;
        while (logs.size() > 1 && logs.get(1) <= start) {
            logs.removeFirst();
        }
        if (!logs.isEmpty() && logs.getFirst() > start) {
            throw damaged(log(logs.getFirst()), "the entry " + start + ", which comes before it, is missing");
        }
        Reading reading = new Reading(logs.isEmpty() ? start : logs.getFirst(), start);
        for (int index = 0; index < logs.size() && reading.good; index++) {
            reading.read(logs.subList(index, logs.size()));
        }
        return new Found(snapshot, reading.entries, start, reading.damagedBytes);
    }

    /** How far one log after the other has been read. */
    private final class Reading {

        private final long start;
        private final List<Entry> entries = new ArrayList<>();
        private long expected;
        private boolean good = true;
        private long damagedBytes;

        Reading(long first, long start) {
            this.expected = first;
            this.start = start;
        }

        /** Reads the first of the logs, up to its end or the first frame that is not good. */
        void read(List<Long> logs) throws IOException {
            if (logs.getFirst() < expected) {
                // All that is in it has been written anew, into the log before it.
                return;
            }
            ByteBuffer bytes = readAll(log(logs.getFirst()));
            int position = 0;
            good = logs.getFirst() == expected;
            while (good && position < bytes.limit()) {
                EntryFrames.Frame frame = EntryFrames.read(bytes, position);
                if (frame == null || frame.offset() != expected) {
                    good = false;
                } else {
                    if (expected >= start) {
                        entries.add(new Entry(expected, frame.entry()));
                    }
                    expected++;
                    position = frame.end();
                }
            }
            if (!good) {
                damagedBytes = (long) bytes.limit() - position;
                requireNoLoss(logs, position);
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
    }

    /**
     * Writes what was found anew, into one file that does not have its name yet. What was only in the page cache, which
     * after a failed sync may take for clean what never reached the disk, is then really written by the next sync.
     */
    DiskFile rewrite(Found found) throws IOException {
        String path = log(found.startOffset) + TEMPORARY;
        disk.delete(path);
        DiskFile file = disk.open(path);
        for (Entry entry : found.entries) {
            file.append(EntryFrames.frame(entry.offset, found.startOffset, entry.bytes));
        }
        return file;
    }

    /** Gives the file its name, once it is on stable storage. */
    void publish(Found found) throws IOException {
        disk.rename(log(found.startOffset) + TEMPORARY, log(found.startOffset));
    }

    /**
     * Deletes what is superfluous beside the published file and the newest snapshot. That must be made durable before
     * anything else is written: a log that came back later would be taken for a part of what is written then.
     *
     * @return whether there was anything
     */
    boolean deleteOthers(Found found) throws IOException {
        List<String> superfluous = new ArrayList<>();
        for (long base : offsets(LOG)) {
            if (base != found.startOffset) {
                superfluous.add(log(base));
            }
        }
        for (long lastOffset : offsets(SNAPSHOT)) {
            if (lastOffset + 1 < found.startOffset) {
                superfluous.add(snapshot(lastOffset));
            }
        }
        for (String name : disk.list(folder)) {
            if (name.endsWith(TEMPORARY)) {
                superfluous.add(folder + "/" + name);
            }
        }
        for (String path : superfluous) {
            disk.delete(path);
        }
        return !superfluous.isEmpty();
    }

    /** Deletes what a snapshot has made superfluous. */
    void deleteBefore(long lastOffset) throws IOException {
        for (long earlier : offsets(SNAPSHOT)) {
            if (earlier < lastOffset) {
                disk.delete(snapshot(earlier));
            }
        }
        List<Long> logs = offsets(LOG);
        for (int index = 0; index + 1 < logs.size() && logs.get(index + 1) <= lastOffset + 1; index++) {
            disk.delete(log(logs.get(index)));
        }
    }

    /** The offsets in the names of files of a kind, in their order. */
    private List<Long> offsets(Pattern kind) throws IOException {
        List<Long> offsets = new ArrayList<>();
        for (String name : disk.list(folder)) {
            Matcher matcher = kind.matcher(name);
            if (matcher.matches()) {
                offsets.add(Long.parseLong(matcher.group(1)));
            }
        }
        return offsets;
    }

    private Stored readSnapshot(long lastOffset) throws IOException {
        ByteBuffer state = SnapshotFile.read(readAll(snapshot(lastOffset)), lastOffset);
        if (state == null) {
            throw damaged(snapshot(lastOffset), "its checksum is wrong");
        }
        return new Stored(lastOffset, state);
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
