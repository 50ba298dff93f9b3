package dev.barnabas.client;

import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.util.ArrayList;
import java.util.List;

/** What is done with a batch that is too large for its topic. */
final class BatchSplit {

    private BatchSplit() {}

    /** Two halves, in the batch's place among the others. */
    static List<ProduceBatch> halves(ProduceBatch batch, Compressor compressor) {
        int half = (batch.recordCount() + 1) / 2;
        List<ProduceBatch> pieces = new ArrayList<>(2);
        int index = 0;
        for (Record record : RecordBatch.at(batch.builder.build(), 0).records()) {
            if (index == 0 || index == half) {
                RecordBatchBuilder builder = new RecordBatchBuilder(Integer.MAX_VALUE, compressor);
                pieces.add(new ProduceBatch(batch.queue, builder, batch.flushEpoch, batch.createdNanos, batch.order));
            }
            ProducerRecord copy = new ProducerRecord(
                    batch.queue.id().topic(),
                    batch.queue.id().partition(),
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    record.headers());
            pieces.getLast().append(copy, record.timestamp(), batch.delivery(index), Integer.MAX_VALUE);
            index++;
        }
        pieces.forEach(ProduceBatch::close);
        return pieces;
    }
}
