package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one log gets of one sync: everything that it had appended when the sync began.
 *
 * @param generation of the log's contents: it is over when they were truncated meanwhile
 * @param endOffset the log's end when the sync began
 * @param checkpoint the state of the log at that end, to be written down when the sync is done; or null
 * @param states counts how often states that were taken before lost their validity
 * @param activeBase base offset of the segment that was appended to when the sync began
 * @param checkpointedBase the same of the last checkpoint that had been written down when the sync began
 * @param journalNumber the newest file of the journal when the sync began
 * @param opened files that were opened only for the sync
 * @param waiters who wait for it
 */
record SyncMark(
        LogSync log,
        int generation,
        long endOffset,
        @Nullable ByteBuffer checkpoint,
        int states,
        long activeBase,
        long checkpointedBase,
        long journalNumber,
        List<DiskFile> opened,
        List<Consumer<@Nullable IOException>> waiters) {}
