package dev.barnabas.protocol.record;

import static dev.barnabas.protocol.record.RawBatch.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class RecordBatchesTest {
    private final ByteBuffer first = RawBatch.build(Compression.NONE, record(1, "a", "1"), record(2, "b", "2"));
    private final ByteBuffer second = RawBatch.build(Compression.LZ4, record(3, "c", "3"));

    private ByteBuffer both() {
        RecordBatch.at(second, 0).setBaseOffset(2);
        ByteBuffer both = ByteBuffer.allocate(3 + first.remaining() + second.remaining());
        return both.position(3)
                .put(first.duplicate())
                .put(second.duplicate())
                .flip()
                .position(3);
    }

    @Test
    void batchesComeInTheirOrderAndTheBufferIsNotMoved() {
        ByteBuffer both = both();

        List<Long> offsets = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.of(both)) {
            batch.records().forEach(record -> offsets.add(record.offset()));
        }

        assertThat(offsets).containsExactly(0L, 1L, 2L);
        assertThat(both.position()).isEqualTo(3);
        assertThat(RecordBatches.of(both).completeBytes()).isEqualTo(both.remaining());
    }

    @Test
    void anIncompleteBatchAtTheEndIsLeftOut() {
        ByteBuffer both = both();
        for (int cut = 1; cut <= second.remaining(); cut++) {
            ByteBuffer shorter = both.duplicate().limit(both.limit() - cut);

            assertThat(RecordBatches.of(shorter)).hasSize(1);
            assertThat(RecordBatches.of(shorter).completeBytes()).isEqualTo(first.remaining());
        }
    }

    @Test
    void whatIsNoBatchEndsTheIterationWithAnException() {
        ByteBuffer both = both();
        both.put(3 + first.remaining() + BatchFormat.MAGIC, (byte) 1);
        var iterator = RecordBatches.of(both).iterator();
        iterator.next();

        assertThatThrownBy(iterator::next)
                .isInstanceOfSatisfying(
                        CorruptRecordException.class,
                        e -> assertThat(e.reason()).isEqualTo(BatchRefusal.LEGACY_MAGIC));
    }

    @Test
    void nothingIsNoBatch() {
        var iterator = RecordBatches.of(ByteBuffer.allocate(0)).iterator();

        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void theBytesOfABatchAreThoseInTheBuffer() {
        ByteBuffer both = both();
        List<ByteBuffer> bytes = new ArrayList<>();
        RecordBatches.of(both).forEach(batch -> bytes.add(batch.bytes()));

        assertThat(bytes).containsExactly(first, second);
    }

    @Test
    void aBufferOfTheOtherByteOrderIsReadAllTheSame() {
        ByteBuffer little = both().order(ByteOrder.LITTLE_ENDIAN);

        assertThat(RecordBatch.at(little, 3).baseOffset()).isZero();
        assertThat(RecordBatches.of(little)).hasSize(2);
    }
}
