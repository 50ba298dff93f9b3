package dev.barnabas.conformance;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Record batches that are wrong in one way each, and what Kafka says to them. */
final class BadBatches {

    private static final int LENGTH = 8;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int COUNT = 57;
    private static final short CONTROL = 0x20;

    private BadBatches() {}

    record BadBatch(String name, ByteBuffer bytes, int version, ErrorCode expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<BadBatch> all() {
        return Stream.of(
                bad("CRC of other bytes", raw(b -> b.putInt(CRC, ~b.getInt(CRC))), ErrorCode.CORRUPT_MESSAGE),
                bad("magic 3", raw(b -> b.put(MAGIC, (byte) 3)), ErrorCode.CORRUPT_MESSAGE),
                bad("magic 1", raw(b -> b.put(MAGIC, (byte) 1)), ErrorCode.INVALID_RECORD),
                bad("negative length", raw(b -> b.putInt(LENGTH, -1)), ErrorCode.CORRUPT_MESSAGE),
                bad("longer than it is", raw(b -> b.putInt(LENGTH, 1 << 30)), ErrorCode.INVALID_RECORD),
                bad("count too high", signed(b -> b.putInt(COUNT, 1_000)), ErrorCode.INVALID_RECORD),
                bad("count too low", signed(b -> b.putInt(COUNT, 1)), ErrorCode.INVALID_RECORD),
                bad("negative count", signed(b -> b.putInt(COUNT, -1)), ErrorCode.INVALID_RECORD),
                bad(
                        "the most records there can be",
                        signed(b ->
                                b.putInt(COUNT, Integer.MAX_VALUE).putInt(LAST_OFFSET_DELTA, Integer.MAX_VALUE - 1)),
                        ErrorCode.INVALID_RECORD),
                bad("control batch", signed(b -> b.putShort(ATTRIBUTES, CONTROL)), ErrorCode.INVALID_RECORD),
                bad(
                        "codec that does not exist",
                        signed(b -> b.putShort(ATTRIBUTES, (short) 5)),
                        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
                bad("two batches", twice(batch(2, 100)), ErrorCode.INVALID_RECORD),
                bad("nothing", ByteBuffer.allocate(0), ErrorCode.INVALID_RECORD),
                bad("half a header", batch(2, 100).slice(0, 30), ErrorCode.INVALID_RECORD),
                new BadBatch(
                        "zstd before clients knew it",
                        compressed(Compression.ZSTD, 100),
                        6,
                        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE));
    }

    static ByteBuffer batch(int records, int valueBytes) {
        return fill(new RecordBatchBuilder(Integer.MAX_VALUE - 64), records, valueBytes);
    }

    static ByteBuffer compressed(Compression codec, int valueBytes) {
        try (Compressor compressor = new Compressor(CompressionSpec.of(codec))) {
            return fill(new RecordBatchBuilder(Integer.MAX_VALUE - 64, compressor), 1, valueBytes);
        }
    }

    static ProduceRequest.Builder produce(String topic, int partition, ByteBuffer batches) {
        return ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(10_000)
                .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                        .name(topic)
                        .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                .index(partition)
                                .records(new MemoryRecords(batches))
                                .build()))
                        .build()));
    }

    private static BadBatch bad(String name, ByteBuffer bytes, ErrorCode expected) {
        return new BadBatch(name, bytes, 12, expected);
    }

    private static ByteBuffer fill(RecordBatchBuilder builder, int records, int valueBytes) {
        builder.reset();
        byte[] value = new byte[valueBytes];
        long now = System.currentTimeMillis();
        for (int i = 0; i < records; i++) {
            if (!builder.append(now, (byte[]) null, value, List.of())) {
                throw new IllegalStateException("does not fit");
            }
        }
        ByteBuffer built = builder.build();
        return ByteBuffer.allocate(built.remaining()).put(built).flip();
    }

    private static ByteBuffer raw(Consumer<ByteBuffer> change) {
        ByteBuffer batch = batch(2, 100);
        change.accept(batch);
        return batch;
    }

    /** With a CRC that fits what was changed. */
    private static ByteBuffer signed(Consumer<ByteBuffer> change) {
        ByteBuffer batch = raw(change);
        return batch.putInt(CRC, (int) RecordBatch.header(batch, 0).computeCrc());
    }

    private static ByteBuffer twice(ByteBuffer batch) {
        return ByteBuffer.allocate(2 * batch.remaining())
                .put(batch.duplicate())
                .put(batch)
                .flip();
    }
}
