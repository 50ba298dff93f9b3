package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Batches one behind the other, as in a segment or a Fetch response: from the buffer's position to its limit, neither
 * of which is moved. An incomplete batch at the end is left out, since brokers cut where the space ends.
 */
public final class RecordBatches implements Iterable<RecordBatch> {
    private final ByteBuffer buffer;

    private RecordBatches(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    public static RecordBatches of(ByteBuffer buffer) {
        return new RecordBatches(buffer.duplicate());
    }

    /** Size of all complete batches. What remains of the buffer is the beginning of another one, or nothing. */
    public int completeBytes() {
        int bytes = 0;
        for (RecordBatch batch : this) {
            bytes += batch.sizeInBytes();
        }
        return bytes;
    }

    /** The iterator throws {@link CorruptRecordException} when it comes to something that is not a batch of magic 2. */
    @Override
    public Iterator<RecordBatch> iterator() {
        return new BatchIterator();
    }

    private final class BatchIterator implements Iterator<RecordBatch> {
        private int position = buffer.position();

        @Override
        public boolean hasNext() {
            BatchRefusal refusal = BatchCheck.framing(buffer, position);
            if (refusal == null) {
                return true;
            }
            if (refusal == BatchRefusal.INCOMPLETE) {
                return false;
            }
            throw new CorruptRecordException(refusal, BatchCheck.describeFraming(refusal, buffer, position));
        }

        @Override
        public RecordBatch next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no complete batch left");
            }
            RecordBatch batch = RecordBatch.framed(buffer, position);
            position += batch.sizeInBytes();
            return batch;
        }
    }
}
