package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What the {@code .checkpoint} files of a log say, read from the first entry to the last. Used on a worker by the
 * {@link Recovery}.
 */
final class Checkpoints {
    private static final int NEXT_OFFSET = 2 + 16;
    private static final int FLAGS = 2 + 24;
    private static final int GAPS_BEFORE = 2 + 25;
    private static final int LEADER_EPOCH = 2 + 8;

    /** States that still hold, the newest last. */
    final List<State> states = new ArrayList<>();
    /** Replacements of segments that were begun and perhaps not ended, the newest last. */
    final List<Replacement> replacing = new ArrayList<>();
    /** Before this offset the log has gaps, or may have, because it was compacted here. */
    long gapsBefore;
    /** The log starts here at the least. */
    long startOffset;
    /** The log has gaps, or may have: nobody ever wrote down that it has not. */
    boolean hasGaps = true;
    /** The leader epoch of the batches from an offset on, up to the next one. */
    final NavigableMap<Long, Integer> epochs = new TreeMap<>();
    /** Every leader epoch is among them: they were not always written down. */
    boolean knowsEpochs;

    private boolean damaged;

    /** A truncation that was begun and perhaps not ended. */
    OptionalLong truncateTo = OptionalLong.empty();
    /** The log was to be emptied and to begin at that offset, and perhaps that was not done. */
    OptionalLong restartAt = OptionalLong.empty();

    /** Where gaps begin that a state which was put together before says nothing of. */
    private long gapsFrom = -1;

    /** The files. */
    final List<String> paths = new ArrayList<>();

    /** Number of the oldest and of the newest file, 0 if there is none. */
    long oldestNumber;

    long newestNumber;
    /** Bytes of whole entries in the newest file. */
    int newestBytes;

    /**
     * What was known of the log.
     *
     * @param entry a {@link CheckpointCodec#STATE}
     * @param replaced what has taken the place of segments since
     */
    record State(ByteBuffer entry, List<Replacement> replaced) {}

    static Checkpoints read(Disk disk, String folder, List<String> names) throws IOException {
        Checkpoints found = new Checkpoints();
        for (String name : names) {
            if (FileNames.has(name, FileNames.CHECKPOINT)) {
                found.readFile(disk, folder, FileNames.number(name));
            }
        }
        return found;
    }

    private void readFile(Disk disk, String folder, long number) throws IOException {
        if (damaged) {
            // Not torn by a crash, since there is a file behind it: entries are missing.
            knowsEpochs = false;
        }
        String path = FileNames.path(folder, number, FileNames.CHECKPOINT);
        paths.add(path);
        DiskFile file = disk.open(path);
        try {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            bytes.flip();
            ByteBuffer entry;
            while ((entry = CheckpointCodec.next(bytes)) != null) {
                fold(entry);
            }
            if (bytes.hasRemaining()) {
                damaged = true;
                // Torn by a crash. Entries that are appended must follow on the whole ones.
                file.truncate(bytes.position());
            }
            newestBytes = bytes.position();
        } finally {
            file.close();
        }
        newestNumber = number;
        if (oldestNumber == 0) {
            oldestNumber = number;
        }
    }

    /** A state knows the epochs up to its end; the journal has those behind it. */
    private void foldEpochs(NavigableMap<Long, Integer> stated, long startOffset, long endOffset) {
        NavigableMap<Long, Integer> later = new TreeMap<>(epochs.tailMap(endOffset, true));
        epochs.tailMap(stated.isEmpty() ? startOffset : stated.firstKey(), true).clear();
        epochs.putAll(stated);
        epochs.putAll(later);
    }

    /** Takes in what follows on the entries before. */
    void fold(ByteBuffer entry) {
        long offset = entry.getLong(2);
        switch (entry.get(0)) {
            case CheckpointCodec.STATE -> {
                states.add(new State(entry, new ArrayList<>()));
                replacing.clear();
                // It was put together when a sync began, and written when that ended. What came meanwhile still holds.
                long endOffset = entry.getLong(NEXT_OFFSET);
                byte flags = entry.get(FLAGS);
                hasGaps = (flags & CheckpointCodec.GAPS_ANYWHERE) != 0 || gapsFrom >= endOffset;
                if ((flags & CheckpointCodec.COMPACTION) != 0) {
                    gapsBefore = Math.max(gapsBefore, entry.getLong(GAPS_BEFORE));
                }
                knowsEpochs |= entry.get(1) >= CheckpointCodec.VERSION;
                foldEpochs(CheckpointCodec.epochs(entry), offset, endOffset);
                startOffset = Math.max(startOffset, offset);
                truncateTo = OptionalLong.empty();
                restartAt = OptionalLong.empty();
            }
            case CheckpointCodec.START -> startOffset = Math.max(startOffset, offset);
            case CheckpointCodec.TRUNCATED -> {
                states.removeIf(state -> state.entry.getLong(NEXT_OFFSET) > offset);
                truncateTo = OptionalLong.of(offset);
                epochs.tailMap(offset, true).clear();
            }
            case CheckpointCodec.RESTARTED -> {
                states.clear();
                replacing.clear();
                epochs.clear();
                gapsFrom = -1;
                hasGaps = false;
                gapsBefore = 0;
                startOffset = offset;
                truncateTo = OptionalLong.empty();
                restartAt = OptionalLong.of(offset);
            }
            case CheckpointCodec.GAPS -> {
                gapsFrom = offset;
                hasGaps = true;
            }
            case CheckpointCodec.EPOCH -> {
                epochs.tailMap(offset, true).clear();
                epochs.put(offset, entry.getInt(LEADER_EPOCH));
            }
            case CheckpointCodec.REPLACED -> {
                Replacement replacement = CheckpointCodec.replacement(entry);
                // A state from before the segments were all there cannot tell what became of them.
                states.removeIf(state -> state.entry.getLong(NEXT_OFFSET) < replacement.endOffset());
                states.forEach(state -> state.replaced.add(replacement));
                replacing.add(replacement);
                gapsBefore = Math.max(gapsBefore, replacement.endOffset());
            }
            default -> {
                // Of a later version, whose entries change nothing that matters to this one.
            }
        }
    }
}
