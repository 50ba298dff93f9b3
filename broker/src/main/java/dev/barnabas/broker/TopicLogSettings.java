package dev.barnabas.broker;

import dev.barnabas.log.Durability;
import dev.barnabas.log.LogSettings;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.TimestampType;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.TopicSettings;
import org.jspecify.annotations.Nullable;

/** What the settings of a topic mean for the logs of its partitions. */
final class TopicLogSettings {

    private TopicLogSettings() {}

    static LogSettings of(Settings topic) {
        boolean compacted = topic.get(TopicSettings.CLEANUP_POLICY).contains("compact");
        return new LogSettings(
                new LogSettings.Segments(
                        topic.get(TopicSettings.SEGMENT_BYTES),
                        topic.get(TopicSettings.SEGMENT_MS),
                        topic.get(TopicSettings.SEGMENT_JITTER_MS),
                        topic.get(TopicSettings.SEGMENT_INDEX_BYTES),
                        topic.get(TopicSettings.INDEX_INTERVAL_BYTES),
                        topic.get(TopicSettings.PREALLOCATE)),
                new LogSettings.Retention(
                        deletesRecords(topic),
                        topic.get(TopicSettings.RETENTION_MS),
                        topic.get(TopicSettings.RETENTION_BYTES),
                        topic.get(TopicSettings.FILE_DELETE_DELAY_MS)),
                new LogSettings.Flush(
                        durability(topic), topic.get(TopicSettings.FLUSH_MESSAGES), topic.get(TopicSettings.FLUSH_MS)),
                new LogSettings.Batches(
                        topic.get(TopicSettings.MAX_MESSAGE_BYTES),
                        compression(topic),
                        topic.get(TopicSettings.MESSAGE_TIMESTAMP_TYPE).equals("LogAppendTime")
                                ? TimestampType.LOG_APPEND_TIME
                                : TimestampType.CREATE_TIME,
                        topic.get(TopicSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
                        topic.get(TopicSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
                        compacted,
                        LogSettings.Check.PLAIN_RECORDS,
                        topic.get(TopicSettings.MAX_DECOMPRESSED_MESSAGE_BYTES)),
                new LogSettings.Compaction(
                        compacted,
                        topic.get(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO),
                        topic.get(TopicSettings.MIN_COMPACTION_LAG_MS),
                        topic.get(TopicSettings.MAX_COMPACTION_LAG_MS),
                        topic.get(TopicSettings.DELETE_RETENTION_MS)));
    }

    /** Whether records are deleted when they are old or many; otherwise only compaction removes any. */
    static boolean deletesRecords(Settings topic) {
        return topic.get(TopicSettings.CLEANUP_POLICY).contains("delete");
    }

    private static Durability durability(Settings topic) {
        return topic.get(TopicSettings.DURABILITY).equals("after-write")
                ? Durability.AFTER_WRITE
                : Durability.AFTER_SYNC;
    }

    private static @Nullable CompressionSpec compression(Settings topic) {
        String type = topic.get(TopicSettings.COMPRESSION_TYPE);
        if (type.equals("producer")) {
            return null;
        }
        Compression codec = type.equals("uncompressed")
                ? Compression.NONE
                : Compression.ofSettingName(type).orElseThrow();
        return switch (codec) {
            case GZIP -> new CompressionSpec(codec, topic.get(TopicSettings.COMPRESSION_GZIP_LEVEL));
            case LZ4 -> new CompressionSpec(codec, topic.get(TopicSettings.COMPRESSION_LZ4_LEVEL));
            case ZSTD -> new CompressionSpec(codec, topic.get(TopicSettings.COMPRESSION_ZSTD_LEVEL));
            case NONE, SNAPPY -> CompressionSpec.of(codec);
        };
    }
}
