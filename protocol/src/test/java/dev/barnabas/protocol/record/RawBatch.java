package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Batches put together by hand: with any payload, or damaged. */
final class RawBatch {
    private RawBatch() {}

    /** A batch with the given bytes where the records should be, and a header that fits. */
    static ByteBuffer of(Compression compression, int recordCount, ByteBuffer payload) {
        ByteBuffer batch = ByteBuffer.allocate(BatchFormat.HEADER_SIZE + payload.remaining());
        batch.put(BatchFormat.HEADER_SIZE, payload, payload.position(), payload.remaining());
        batch.putInt(BatchFormat.LENGTH, batch.limit() - BatchFormat.PREFIX_SIZE)
                .putInt(BatchFormat.PARTITION_LEADER_EPOCH, RecordBatch.NO_PARTITION_LEADER_EPOCH)
                .put(BatchFormat.MAGIC, RecordBatch.MAGIC)
                .putShort(BatchFormat.ATTRIBUTES, (short) compression.id())
                .putInt(BatchFormat.LAST_OFFSET_DELTA, recordCount - 1)
                .putLong(BatchFormat.PRODUCER_ID, RecordBatch.NO_PRODUCER_ID)
                .putShort(BatchFormat.PRODUCER_EPOCH, RecordBatch.NO_PRODUCER_EPOCH)
                .putInt(BatchFormat.BASE_SEQUENCE, RecordBatch.NO_SEQUENCE)
                .putInt(BatchFormat.RECORD_COUNT, recordCount);
        RecordBatch.at(batch, 0).writeCrc();
        return batch;
    }

    static ByteBuffer of(Compression compression, int recordCount, byte[] payload) {
        return of(compression, recordCount, ByteBuffer.wrap(payload));
    }

    /** The records of a batch that is not compressed, as they stand in it. */
    static byte[] plainRecords(List<Record> records) {
        ByteBuffer batch = build(CompressionSpec.NONE, records);
        byte[] bytes = new byte[batch.remaining() - BatchFormat.HEADER_SIZE];
        batch.get(BatchFormat.HEADER_SIZE, bytes);
        return bytes;
    }

    /** As a producer would send it. */
    static ByteBuffer build(CompressionSpec spec, List<Record> records) {
        try (Compressor compressor = new Compressor(spec)) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Integer.MAX_VALUE, compressor);
            for (Record record : records) {
                builder.append(record.timestamp(), record.key(), record.value(), record.headers());
            }
            return builder.build();
        }
    }

    static ByteBuffer build(Compression compression, Record... records) {
        return build(CompressionSpec.of(compression), List.of(records));
    }

    static Record record(long timestamp, String key, String value) {
        return new Record(0, timestamp, utf8(key), utf8(value), List.of());
    }

    static ByteBuffer utf8(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    /** Makes the CRC fit again after something was changed. */
    static ByteBuffer withCrc(ByteBuffer batch) {
        RecordBatch.at(batch, batch.position()).writeCrc();
        return batch;
    }

    /** A produced batch with a few bytes wrong, cut or prolonged, with a CRC that fits nine times out of ten. */
    static ByteBuffer damaged(Random random) {
        Compression compression = Compression.values()[random.nextInt(Compression.values().length)];
        byte[] bytes = BatchSpec.produced(random, CompressionSpec.of(compression))
                .build()
                .array()
                .clone();
        int changes = random.nextInt(10) < 7 ? 1 : 3;
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(random.nextInt(3) == 0 ? Math.min(bytes.length, 100) : bytes.length);
            if (random.nextBoolean()) {
                bytes[at] = (byte) random.nextInt();
            } else {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        ByteBuffer batch = ByteBuffer.wrap(bytes);
        if (random.nextInt(10) == 0) {
            batch.limit(random.nextInt(bytes.length));
        } else if (random.nextInt(10) == 0) {
            batch = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + random.nextInt(30)));
        }
        if (random.nextInt(10) != 0 && batch.limit() > BatchFormat.HEADER_SIZE) {
            if (random.nextInt(5) != 0) {
                batch.putInt(BatchFormat.LENGTH, batch.limit() - BatchFormat.PREFIX_SIZE);
            }
            if (BatchCheck.framing(batch, 0) == null) {
                withCrc(batch);
            }
        }
        return batch;
    }
}
