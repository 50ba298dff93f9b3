/**
 * One partition's log on a {@link dev.barnabas.host.Disk}: segments, indexes, producer state, leader epochs, recovery,
 * retention, compaction.
 *
 * <p>Start with {@link dev.barnabas.log.LogDirectory}, which opens logs, and {@link dev.barnabas.log.PartitionLog},
 * which is one. All of a log is owned by one loop; what takes the disk long runs on workers and comes back as a
 * message.
 *
 * <h2>The way of an append</h2>
 *
 * {@code PartitionLog.append} puts it into the {@code Appender}. At the end of the loop's turn the {@code LogDirectory}
 * lets every appender flush: {@code Acceptance} checks the batch and gives it its form, {@code SequenceCheck} decides
 * whether it is the producer's next, offsets are stamped, one gathering write appends all batches of the turn, and
 * {@code LogContents} is changed accordingly. {@code Syncs} makes one request to the disk for all logs that were
 * written in the turn; when it is answered, {@code LogSync} advances the stable end offset.
 *
 * <h2>What is known of a log</h2>
 *
 * {@code LogContents}: segments, producers, transactions, leader epochs. All of it follows from the batches, applied
 * one after the other; so an append, a recovery and a follower come to the same state. It is written down now and then
 * as a checkpoint, together with how far the batches were on stable storage then: the {@code Recovery} starts there and
 * reads only what came after it, nothing after an orderly close.
 *
 * <p>Positions are found without reading anything for the last batches ({@code RecentBatches}) and for readers that go
 * on where they stopped ({@code ReadCursors}); else with the {@code SegmentIndex} and by stepping over a few headers
 * ({@code BatchScan}). What is likely not in the page cache ({@code HotTail}) is looked up and read on a worker
 * ({@code ColdRead}).
 *
 * <h2>Compaction</h2>
 *
 * {@code LogCompaction} knows how much a log needs it, {@code DirectoryCompactions} picks the neediest log of a
 * directory, and {@link dev.barnabas.log.CompactionTurns} gives the neediest directory of the node its turn.
 * {@code CompactionRun} finds the last offset of every key of the dirty part ({@code KeyScan}, {@code KeyOffsets}), and
 * goes through the segments from the first on in groups ({@code CompactionGroup}): {@code BatchCompaction} says what
 * stays of a batch, {@code GroupRewrite} writes it, {@code SegmentSwap} puts the new file in the place of the old ones.
 * All of it in small steps on workers, at a bounded rate, in bounded memory: keys for which there is no room are left
 * to the next run.
 *
 * <p>Why nothing is lost or comes back: a record goes only because of a later one of its key that is below the high
 * watermark and the last stable offset, in a segment that a stable checkpoint knows. A tombstone goes only when it was
 * in the clean part before the run, so every group before it was made stable without what it deletes, and its horizon,
 * which was set then, has passed. The same holds for the marker of a transaction when nothing of the transaction is
 * left; with the marker goes what is remembered of the abort. The last batch of each producer and of each new file
 * stays, without records if need be: the next sequence number and the end of the segment follow from them. Leader
 * epochs need no batches: they are in every checkpoint.
 *
 * <p>What Kafka does otherwise: it copies segments also when nothing in them changes, removes tombstones only when
 * something new is written, takes the memory for the keys at the start and for ever, and knows keys by their MD5.
 *
 * <h2>Scrub</h2>
 *
 * {@code DirectoryScrub} goes round all logs of a directory, as fast as a {@link dev.barnabas.log.ScrubPace} allows,
 * and has {@code ScrubStep} check one piece of a segment after the other on a worker. {@code SegmentCheck} goes from
 * batch to batch and past damaged ones; {@link dev.barnabas.log.SegmentVerification} uses it too, for people who ask.
 * {@code LogScrub} remembers what was found in a log.
 *
 * <h2>Files</h2>
 *
 * A log is a folder. Names of files are a number of 20 digits and a suffix; all numbers in them are big-endian, all
 * checksums CRC-32C.
 *
 * <table>
 * <caption>Files of a log</caption>
 * <tr><td>{@code .log}</td><td>a segment: record batches of magic 2, exactly as they travel. The number is the offset at
 *     which the log stood when the segment began. A segment without batches has no file.</td></tr>
 * <tr><td>{@code .index}</td><td>an index of the segment of the same number; can be missing or incomplete</td></tr>
 * <tr><td>{@code .checkpoint}</td><td>the journal of checkpoints; the number counts the files, from 1</td></tr>
 * <tr><td>{@code .log.deleted}</td><td>a segment that is no longer part of the log; deleted after {@code
 *     file.delete.delay.ms}, or at the next start</td></tr>
 * <tr><td>{@code .log.}id{@code .compacted}, {@code .index.}id{@code .compacted}</td><td>what compaction is writing, until
 *     it gets its name; deleted at the next start unless the journal says that it was decided</td></tr>
 * </table>
 *
 * A folder whose name ends with {@code -delete} is a log that was deleted. Files with other names are left alone.
 *
 * <h3>{@code .index}</h3>
 *
 * Blocks of 4096 bytes:
 *
 * <pre>
 *    0  int32   checksum of the bytes 4 to 4095
 *    4  int8    version: 1
 *    5  int8    0
 *    6  int16   entries, 1 to 255
 *    8  int64   base offset of the segment
 *   16          entries of 16 bytes, then zeros:
 *       int32     offset of a batch, relative to the base offset
 *       int32     its position in the segment
 *       int64     greatest timestamp of the segment before this batch, or -1
 * </pre>
 *
 * Entries grow by offset and position, and their timestamps do not fall. Only the blocks that the last checkpoint
 * counts, and those that this process wrote, are looked at. Between two blocks, and behind the last one, batches may be
 * without entries: the search steps over more headers there. A block that is not as described makes the index
 * worthless, and it is not used.
 *
 * <h3>{@code .checkpoint}</h3>
 *
 * Entries, one behind the other:
 *
 * <pre>
 *   int32   bytes that follow the checksum
 *   int32   checksum of them
 *   int8    kind
 *   int8    version: 2; in files with entries of version 1 only, those of kind 6 are missing
 *           by kind:
 *     1  the whole state, see below
 *     2  int64  the log starts at this offset or behind it
 *     3  int64  the log is to be truncated to this offset: states behind it hold no more
 *     4  int64  the log is to be emptied, to begin anew at this offset: no earlier entry holds
 *     5  int64  from this offset on batches need not follow on each other
 *     6  int64  from this offset on batches have this leader epoch:
 *        int32
 *     7  a compacted segment takes the place of others, see below
 * </pre>
 *
 * Entries are read from the oldest file to the newest; the first one in a file that is not whole ends the file. A state
 * is written only after everything that it describes was on stable storage, and says that what 3 or 4 asked for is
 * done. When the newest file is large enough, the next state begins a new one; when that is on stable storage, all
 * files but it and the one before are deleted.
 *
 * <p>The state (kind 1):
 *
 * <pre>
 *   int64   log start offset
 *   int64   high watermark
 *   int64   end offset: where the recovery begins to read
 *   int8    flags: 1 if batches need not follow on each other (compaction removed some on the leader); 2 if what is said
 *           of compaction is there (states of the first builds do not have it); 4 if each batch is known to have the
 *           leader epoch that the list below has for its offset
 *   int64   compaction: before this offset batches need not follow on each other, whatever the flag
 *   int64   compaction: up to this offset the log is compacted
 *   int32   segments, each:
 *     int64   base offset
 *     int32   size in bytes; of the last segment: where the recovery begins to read
 *     int32   blocks of its index
 *     int64   greatest timestamp, or -1
 *     int64   greatest timestamp of the first batch, or when it was appended
 *     int64   when it was appended to last, in ms since 1970, or -1
 *   int32   leader epochs, each:
 *     int32   epoch
 *     int64   start offset
 *   int32   producers, each:
 *     int64   id
 *     int16   epoch
 *     int32   epoch of the coordinator of its last transaction marker, or -1
 *     int64   first offset of its open transaction, or -1
 *     int64   greatest timestamp of its last batch
 *     int64   when it was heard of last, in ms since 1970
 *     int8    batches that are remembered, at most 5, from the oldest, each:
 *       int32   first sequence number
 *       int32   last sequence number
 *       int64   last offset
 *       int64   greatest timestamp
 *   int32   transactions that have ended behind the high watermark, each:
 *     int64   first offset
 *     int64   offset of the marker
 *   int32   aborted transactions, each:
 *     int64   producer id
 *     int64   first offset
 *     int64   offset of the marker
 *   compaction, for each segment:
 *     int64   the earliest delete horizon in it, or the greatest int64
 * </pre>
 *
 * <p>A replacement (kind 7). It is decided when the entry is on stable storage; a state that is written later says that
 * it is done. Earlier states hold on, with the segments replaced, if they reach the end offset.
 *
 * <pre>
 *   int64   base offset of the first segment that is replaced, and of the new one
 *   int64   where the last one that is replaced ends
 *   int64   id: in the names of the new files, in hexadecimal
 *   int32   size of the new segment
 *   int64   greatest timestamp, greatest timestamp of the first batch, and when it was appended to last, as in a state
 *   int64
 *   int64
 *   int64   the earliest delete horizon in it
 *   int32   blocks of its index
 *   int32   markers that were removed of aborted transactions, each:
 *     int64   offset
 * </pre>
 *
 * <h2>What must not be broken</h2>
 *
 * <ul>
 *   <li>Nothing is acted upon that a crash could take back: what the journal asks for is synced before files are cut,
 *       and segments are deleted only when a stable checkpoint does without them.
 *   <li>What a killed process left in the page cache need not be on the disk. Opening a log syncs its journal and the
 *       names in its folder, even when it has nothing to recover.
 *   <li>Between the journal's entry about a replacement and the sync of the names, no state is written: it would say
 *       that the new file is in its place.
 *   <li>No file is opened by its name that may have been renamed or deleted meanwhile: that would create it.
 *   <li>The base offset and the leader epoch of a batch are not covered by its CRC. In a log without gaps a torn offset
 *       is known by not following on the batch before; in one with gaps, only if it goes back. A torn epoch is known by
 *       not being what the journal says: before the first batch of an epoch is appended, the journal gets its entry,
 *       and both are synced together.
 *   <li>A state is put together when a sync begins and written when that has ended. Entries of the kinds 5 and 6 from
 *       its end offset on, that were written meanwhile, stand before it and still hold.
 *   <li>From when a truncation is asked for until it is done, no state is written: it would say that it is done.
 *   <li>After a failed sync nobody knows what is on the disk, not even a new process, as long as the machine runs: the
 *       page cache takes for clean what was never written. The directory must not be used again before the machine was
 *       started anew; {@link dev.barnabas.host.Host#disk} sees to that.
 * </ul>
 */
@NullMarked
package dev.barnabas.log;

import org.jspecify.annotations.NullMarked;
