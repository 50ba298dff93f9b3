package dev.barnabas.protocol.record;

import static dev.barnabas.protocol.record.RawBatch.record;
import static dev.barnabas.protocol.record.RawBatch.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchBuilderTest {

    @Test
    void aBatchIsFullBeforeItExceedsItsLimit() {
        int limit = 1_000;
        RecordBatchBuilder builder = new RecordBatchBuilder(limit);

        int appended = 0;
        while (builder.append(appended, utf8("key"), utf8("a value"), List.of())) {
            appended++;
            assertThat(builder.recordCount()).isEqualTo(appended);
        }

        ByteBuffer batch = builder.build();
        assertThat(batch.remaining()).isEqualTo(builder.estimatedSizeInBytes()).isBetween(limit - 30, limit);
        assertThat(RecordBatch.at(batch, 0).records()).hasSize(appended);
        assertThat(BatchCheck.produced(batch)).isInstanceOf(BatchCheck.Accepted.class);
    }

    @Test
    void theFirstRecordAlwaysHasRoom() {
        RecordBatchBuilder builder = new RecordBatchBuilder(100);

        assertThat(builder.append(1, null, ByteBuffer.allocate(5_000), List.of()))
                .isTrue();
        assertThat(builder.append(2, null, utf8("x"), List.of())).isFalse();
        assertThat(builder.build().remaining()).isGreaterThan(5_000);
    }

    @Test
    void withAnExpectedRatioACompressedBatchComesCloseToItsLimit() {
        try (Compressor compressor = new Compressor(CompressionSpec.of(Compression.ZSTD))) {
            int limit = 4_000;
            RecordBatchBuilder builder = new RecordBatchBuilder(limit, compressor);
            double ratio = 1.0;
            int size = 0;
            for (int batch = 0; batch < 5; batch++) {
                builder.reset().expectedCompressionRatio(ratio);
                for (int i = 0; builder.append(i, utf8("key" + i), utf8("the same text as ever"), List.of()); ) {
                    i++;
                }
                ByteBuffer built = builder.build();
                ratio = builder.compressionRatio(built);
                size = built.remaining();
            }
            assertThat(size).isBetween(limit / 2, limit * 2);
        }
    }

    @Test
    void arraysAndBuffersGiveTheSameBatch() {
        List<Header> headers = List.of(new Header("k", utf8("v")), new Header("k", null));
        byte[] key = "key".getBytes(StandardCharsets.UTF_8);
        RecordBatchBuilder arrays = new RecordBatchBuilder(1_000);
        RecordBatchBuilder buffers = new RecordBatchBuilder(1_000);

        arrays.append(5, key, key, headers);
        arrays.append(6, (byte[]) null, null, List.of());
        buffers.append(5, ByteBuffer.wrap(key), BatchSpec.direct(ByteBuffer.wrap(key)), headers);
        buffers.append(6, (ByteBuffer) null, null, List.of());

        assertThat(arrays.build()).isEqualTo(buffers.build());
    }

    @Test
    void buffersThatAreAppendedAreNotMoved() {
        ByteBuffer value = utf8("..value..").position(2).limit(7);
        RecordBatchBuilder builder = new RecordBatchBuilder(1_000);
        builder.append(1, value, value, List.of(new Header("h", value)));

        Record read = RecordBatch.at(builder.build(), 0).records().iterator().next();

        assertThat(value.position()).isEqualTo(2);
        assertThat(read.value()).isEqualTo(utf8("value"));
        assertThat(read.headers()).containsExactly(new Header("h", utf8("value")));
    }

    @ParameterizedTest
    @EnumSource
    void aBatchCanBeBuiltAgainWithAnotherProducerState(Compression compression) {
        try (Compressor compressor = new Compressor(CompressionSpec.of(compression))) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1_000, compressor);
            builder.append(1, utf8("a"), utf8("b"), List.of());
            builder.build();

            RecordBatch batch = RecordBatch.at(
                    builder.producer(4, (short) 1, 0).transactional(true).build(), 0);

            assertThat(batch.crcValid()).isTrue();
            assertThat(batch.producerId()).isEqualTo(4);
            assertThat(batch.isTransactional()).isTrue();
            assertThat(batch.records()).containsExactly(record(1, "a", "b"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterAResetNothingOfTheOldBatchIsLeft(Compression compression) {
        try (Compressor compressor = new Compressor(CompressionSpec.of(compression))) {
            RecordBatchBuilder used = new RecordBatchBuilder(10_000, compressor);
            used.baseOffset(7)
                    .producer(1, (short) 2, 3)
                    .partitionLeaderEpoch(4)
                    .logAppendTime(5)
                    .transactional(true)
                    .control(true)
                    .deleteHorizon(6);
            used.append(50, utf8("old"), utf8("x".repeat(5_000)), List.of());
            used.build();
            RecordBatchBuilder fresh = new RecordBatchBuilder(10_000, compressor);

            for (RecordBatchBuilder builder : List.of(used.reset(), fresh)) {
                builder.append(1, utf8("new"), utf8("y"), List.of());
            }

            assertThat(used.build()).isEqualTo(fresh.build());
        }
    }

    @Test
    void aRecordIsCopiedWhateverItsTimestamp() {
        Record strange = new Record(3, Long.MIN_VALUE, null, null, List.of());
        RecordBatchBuilder builder = new RecordBatchBuilder(1_000);
        builder.append(strange);

        RecordBatch batch = RecordBatch.at(builder.build(), 0);

        assertThat(batch.records()).containsExactly(strange);
        assertThat(batch.maxTimestamp()).isEqualTo(RecordBatch.NO_TIMESTAMP);
    }

    @Test
    void whatMakesNoSenseIsSaidAtOnce() {
        RecordBatchBuilder builder = new RecordBatchBuilder(1_000).baseOffset(10);

        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.append(-2, utf8(""), null, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.append(new Record(9, 1, null, null, List.of())))
                .isInstanceOf(IllegalArgumentException.class);
        builder.append(new Record(12, 1, null, null, List.of()));
        assertThatThrownBy(() -> builder.append(new Record(12, 1, null, null, List.of())))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.baseOffset(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.deleteHorizon(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.lastOffset(11)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new CompressionSpec(Compression.ZSTD, 23))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CompressionSpec(Compression.GZIP, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void appendingCreatesNoGarbage() {
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        RecordBatchBuilder builder = new RecordBatchBuilder(100_000);
        byte[] key = new byte[10];
        byte[] value = new byte[100];
        List<Header> headers = List.of(new Header("trace", ByteBuffer.wrap(key)));
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            builder.reset();
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                builder.append(i, key, value, headers);
            }
            allocated = Math.min(allocated, thread.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(allocated).isLessThan(500);
    }
}
