/**
 * Record batches of magic 2 and their compression: the unit in which records travel, are stored and are replicated.
 *
 * <p>A broker never takes a batch apart to store it: it checks it ({@link dev.barnabas.protocol.record.BatchCheck}),
 * writes offset and leader epoch into its header ({@link dev.barnabas.protocol.record.RecordBatch}) and appends the
 * bytes. Who needs the records reads them with {@link dev.barnabas.protocol.record.RecordBatch#records(Decompressor)};
 * who writes a batch does it with {@link dev.barnabas.protocol.record.RecordBatchBuilder}.
 */
@NullMarked
package dev.barnabas.protocol.record;

import org.jspecify.annotations.NullMarked;
