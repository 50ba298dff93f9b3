package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.GzipCompression;
import org.apache.kafka.common.compress.Lz4Compression;
import org.apache.kafka.common.compress.ZstdCompression;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/** What a batch should hold: can be drawn by lot, and be built by us as well as by the official client. */
record BatchSpec(
        CompressionSpec compression,
        long baseOffset,
        int partitionLeaderEpoch,
        @Nullable Producer producer,
        boolean transactional,
        @Nullable Long logAppendTime,
        @Nullable Long deleteHorizon,
        List<Record> records) {

    record Producer(long id, short epoch, int sequence) {}

    /** A batch whose offsets have gaps one time in four, as compaction leaves them. */
    static BatchSpec random(Random random, CompressionSpec compression) {
        boolean gaps = random.nextInt(4) == 0;
        long baseOffset = random.nextBoolean() ? 0 : random.nextLong(1L << 50);
        boolean transactional = random.nextInt(3) == 0;
        Producer producer = transactional || random.nextBoolean()
                ? new Producer(
                        random.nextLong(1L << 60), (short) random.nextInt(Short.MAX_VALUE), random.nextInt(1 << 30))
                : null;
        return new BatchSpec(
                compression,
                baseOffset,
                random.nextInt(5) - 1,
                producer,
                transactional,
                random.nextInt(4) == 0 ? random.nextLong(1L << 45) : null,
                random.nextInt(6) == 0 ? random.nextLong(1L << 45) : null,
                records(random, baseOffset, gaps));
    }

    /** A batch such as a producer sends. */
    static BatchSpec produced(Random random, CompressionSpec compression) {
        Producer producer = random.nextBoolean()
                ? new Producer(random.nextLong(1L << 60), (short) random.nextInt(100), random.nextInt(1 << 30))
                : null;
        List<Record> records = records(random, 0, false);
        return new BatchSpec(
                compression, 0, RecordBatch.NO_PARTITION_LEADER_EPOCH, producer, false, null, null, records);
    }

    private static List<Record> records(Random random, long baseOffset, boolean gaps) {
        int count = 1 + (random.nextInt(20) == 0 ? random.nextInt(2_000) : random.nextInt(20));
        boolean large = count < 50 && random.nextInt(10) == 0;
        List<Record> records = new ArrayList<>();
        long offset = baseOffset;
        long timestamp = random.nextInt(10) == 0 ? -1 : random.nextLong(1L << 42);
        for (int i = 0; i < count; i++) {
            int valueBound = large ? 100_000 : 200;
            records.add(new Record(offset, timestamp, bytes(random, 40), bytes(random, valueBound), headers(random)));
            offset += gaps ? 1 + random.nextInt(1_000) : 1;
            timestamp = switch (random.nextInt(10)) {
                case 0 -> random.nextLong(1L << 42);
                case 1 -> -1;
                default -> Math.max(timestamp, 0) + random.nextInt(100);
            };
        }
        return records;
    }

    private static @Nullable ByteBuffer bytes(Random random, int bound) {
        if (random.nextInt(6) == 0) {
            return random.nextBoolean() ? null : ByteBuffer.allocate(0);
        }
        byte[] bytes = new byte[random.nextInt(bound)];
        if (random.nextBoolean()) {
            random.nextBytes(bytes);
        } else {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ('a' + (i % 7) * random.nextInt(2));
            }
        }
        return ByteBuffer.wrap(bytes);
    }

    private static List<Header> headers(Random random) {
        List<Header> headers = new ArrayList<>();
        for (int i = random.nextInt(3) == 0 ? random.nextInt(5) : 0; i > 0; i--) {
            String key = switch (random.nextInt(4)) {
                case 0 -> "";
                case 1 -> "Grüße-\u65e5\u672c-\ud83d\ude00-" + random.nextInt(10);
                default -> "trace-id-" + random.nextInt();
            };
            headers.add(new Header(key, bytes(random, 30)));
        }
        return headers;
    }

    ByteBuffer build() {
        try (Compressor compressor = new Compressor(compression)) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 30, compressor)
                    .baseOffset(baseOffset)
                    .partitionLeaderEpoch(partitionLeaderEpoch)
                    .transactional(transactional);
            if (producer != null) {
                builder.producer(producer.id, producer.epoch, producer.sequence);
            }
            if (logAppendTime != null) {
                builder.logAppendTime(logAppendTime);
            }
            if (deleteHorizon != null) {
                builder.deleteHorizon(deleteHorizon);
            }
            for (Record record : records) {
                builder.append(record);
            }
            return builder.build();
        }
    }

    ByteBuffer buildWithKafka() {
        Producer sender = producer == null
                ? new Producer(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE)
                : producer;
        try (MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                new ByteBufferOutputStream(1024),
                RecordBatch.MAGIC,
                kafkaCompression(compression),
                logAppendTime == null
                        ? org.apache.kafka.common.record.TimestampType.CREATE_TIME
                        : org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME,
                baseOffset,
                logAppendTime == null ? RecordBatch.NO_TIMESTAMP : logAppendTime,
                sender.id,
                sender.epoch,
                sender.sequence,
                transactional,
                false,
                partitionLeaderEpoch,
                1 << 30,
                deleteHorizon == null ? RecordBatch.NO_TIMESTAMP : deleteHorizon)) {
            for (Record record : records) {
                builder.appendWithOffset(
                        record.offset(), record.timestamp(), record.key(), record.value(), kafkaHeaders(record));
            }
            return builder.build().buffer();
        }
    }

    /** What a reader must see: the broker's timestamp where that counts. */
    List<Record> expectedRecords() {
        if (logAppendTime == null) {
            return records;
        }
        return records.stream()
                .map(record ->
                        new Record(record.offset(), logAppendTime, record.key(), record.value(), record.headers()))
                .toList();
    }

    static org.apache.kafka.common.header.Header[] kafkaHeaders(Record record) {
        return record.headers().stream()
                .map(header -> {
                    ByteBuffer value = header.value();
                    return new RecordHeader(header.key(), value == null ? null : array(value));
                })
                .toArray(org.apache.kafka.common.header.Header[]::new);
    }

    private static byte[] array(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(bytes.position(), array);
        return array;
    }

    static org.apache.kafka.common.compress.Compression kafkaCompression(CompressionSpec spec) {
        org.apache.kafka.common.compress.Compression.Builder<?> builder =
                org.apache.kafka.common.compress.Compression.of(
                        CompressionType.forId(spec.compression().id()));
        if (builder instanceof GzipCompression.Builder gzip) {
            gzip.level(spec.level());
        } else if (builder instanceof Lz4Compression.Builder lz4) {
            lz4.level(spec.level());
        } else if (builder instanceof ZstdCompression.Builder zstd) {
            zstd.level(spec.level());
        }
        return builder.build();
    }

    /** A record of Kafka's as one of ours, so that they can be compared. */
    static Record of(org.apache.kafka.common.record.internal.Record record) {
        List<Header> headers = new ArrayList<>();
        for (org.apache.kafka.common.header.Header header : record.headers()) {
            byte[] value = header.value();
            headers.add(new Header(header.key(), value == null ? null : ByteBuffer.wrap(value)));
        }
        return new Record(record.offset(), record.timestamp(), record.key(), record.value(), headers);
    }

    static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining())
                .put(bytes.duplicate())
                .flip();
    }
}
