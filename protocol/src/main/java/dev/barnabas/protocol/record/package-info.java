/**
 * Record batches of magic 2 (KIP-98) and their compression: the unit in which records travel, are stored and are
 * replicated.
 *
 * <p>A broker never takes a batch apart to store it: it checks it ({@link dev.barnabas.protocol.record.BatchCheck}),
 * writes offset and leader epoch into its header ({@link dev.barnabas.protocol.record.RecordBatch}) and appends the
 * bytes. Who needs the records reads them through
 * {@link dev.barnabas.protocol.record.RecordBatch#records(Decompressor)}; who writes a batch does it with
 * {@link dev.barnabas.protocol.record.RecordBatchBuilder}. What keeps native memory,
 * {@link dev.barnabas.protocol.record.Decompressor} and {@link dev.barnabas.protocol.record.Compressor}, belongs to one
 * loop.
 *
 * <h2>The format, byte by byte</h2>
 *
 * A {@code .log} file, the records of a Produce request and those of a Fetch response are batches one behind the other,
 * and nothing else. Integers are signed, big-endian and two's complement.
 *
 * <pre>
 * from size field
 *    0    8 base offset             of the first record; 0 on its way from a producer
 *    8    4 length                  of what follows this field: the whole batch is 12 bytes longer. At least 49
 *   12    4 partition leader epoch  of the leader that appended it; -1 on its way from a producer
 *   16    1 magic                   2
 *   17    4 CRC-32C (Castagnoli)    of everything from byte 21 to the end. The fields before are written by the broker,
 *                                   which therefore need not compute it again
 *   21    2 attributes              see below
 *   23    4 last offset delta       last offset minus base offset; stays when compaction removes records
 *   27    8 base timestamp          ms since 1970; of the first record when it was written, or the delete horizon
 *   35    8 max timestamp           of all records, -1 if none has one; with log append time: that time
 *   43    8 producer id             -1: the producer is not idempotent
 *   51    2 producer epoch          -1 likewise
 *   53    4 base sequence           of the first record, -1 likewise; after 2^31-1 comes 0
 *   57    4 record count
 *   61      records                 one behind the other; if compressed, then all of them together
 * </pre>
 *
 * <p>Attributes, from the lowest bit:
 *
 * <pre>
 * bits 0-2  compression: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 mean nothing
 * bit  3    timestamp type: 0 create time, 1 log append time (every record has the batch's max timestamp)
 * bit  4    transactional: belongs to a transaction, and counts when its end is known
 * bit  5    control: holds one control record
 * bit  6    delete horizon: the base timestamp says from when on compaction may remove the tombstones (KIP-534)
 * </pre>
 *
 * <p>A record:
 *
 * <pre>
 * varint   length            of what follows this field
 * int8     attributes        0; nobody looks at them
 * varlong  timestamp delta   to the base timestamp
 * varint   offset delta      to the base offset; from a producer 0, 1, 2...
 * varint   key length        -1: no key
 *          key
 * varint   value length      -1: no value, which marks a deletion where the topic is compacted
 *          value
 * varint   header count
 *   varint   key length      not negative
 *            key             UTF-8
 *   varint   value length    -1: no value
 *            value
 * </pre>
 *
 * <p>A varint is zig-zag encoded (0, -1, 1, -2 become 0, 1, 2, 3), then written in groups of seven bits from the
 * lowest; the highest bit of a byte says that another one follows. At most 5 bytes, a varlong at most 10. Any negative
 * length of a key or value reads as -1.
 *
 * <p>A control record has as its key a version (int16, 0) and a type (int16,
 * {@link dev.barnabas.protocol.record.ControlRecordType}). The value of an abort (0) or commit (1) is a version (int16,
 * 0) and the epoch of the coordinator (int32); the other types are messages of the protocol.
 *
 * <h2>Compressed records</h2>
 *
 * <ul>
 *   <li><b>gzip</b>: RFC 1952, any number of members.
 *   <li><b>snappy</b>: written in the framing of snappy-java: {@code 82 53 4e 41 50 50 59 00}, two int32 versions (1
 *       and 1), then blocks of an int32 size and that many bytes of raw snappy. Read in that framing, also several
 *       times over, and as one raw block without any framing, which librdkafka writes.
 *   <li><b>lz4</b>: the LZ4 frame format, one frame (KIP-57), of independent blocks. Written with blocks of 64 KB and
 *       without checksums; read with any block size, with block and content checksums, which are verified, and with a
 *       content size. Blocks that depend on each other, dictionaries, and skippable frames are refused as Kafka refuses
 *       them.
 *   <li><b>zstd</b>: RFC 8878 (KIP-110), any number of frames, windows of at most 128 MB.
 * </ul>
 *
 * <h2>History</h2>
 *
 * Magic 0 (the first format) and 1 (timestamps, KIP-32) were message sets: the byte at position 16 is their magic, too,
 * so they are recognised, and refused, as every broker does since 4.0 (KIP-724).
 *
 * <h2>Non-obvious</h2>
 *
 * <ul>
 *   <li>Nothing here trusts a length: memory grows with the bytes that are there, never with what they announce. The
 *       best ratios that the codecs allow (22 for snappy, 255 for lz4) bound what a block may claim.
 *   <li>{@link dev.barnabas.protocol.record.BatchCheck#produced} believes the producer about its records;
 *       {@link dev.barnabas.protocol.record.BatchCheck#deep} does not. A batch that only passed the first may be one
 *       that no consumer can read, and may claim a maximum timestamp that no record has.
 *   <li>A {@link dev.barnabas.protocol.record.Decompressor} has one buffer. A reader that shares it is at its end when
 *       the next batch is opened, and says so.
 * </ul>
 */
@NullMarked
package dev.barnabas.protocol.record;

import org.jspecify.annotations.NullMarked;
