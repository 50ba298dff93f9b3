package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.anyOf;
import static dev.barnabas.settings.Rule.atLeast;
import static dev.barnabas.settings.Rule.between;
import static dev.barnabas.settings.Rule.betweenOr;
import static dev.barnabas.settings.Rule.oneOf;
import static dev.barnabas.settings.Rule.only;
import static dev.barnabas.settings.Rule.ratio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The settings of a topic. What is not set for the topic comes from the broker's setting of that meaning. */
public final class TopicSettings {

    private static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.TOPIC);

    private static final String NO_TIERED_STORAGE = BrokerSettings.NO_TIERED_STORAGE;

    public static final Setting<List<String>> CLEANUP_POLICY = DECLARED.list("cleanup.policy", "delete")
            .allow(anyOf("compact", "delete"))
            .orElse(BrokerSettings.LOG_CLEANUP_POLICY)
            .doc("What becomes of old records: they are deleted (delete), the last one of each key is kept (compact),"
                    + " both, or all are kept for ever (empty).");

    public static final Setting<Long> RETENTION_MS = DECLARED.longInteger("retention.ms", 604_800_000L)
            .allow(atLeast(-1))
            .orElse(BrokerSettings.LOG_RETENTION_MS)
            .doc("How long records are kept; -1 keeps them whatever their age.");

    public static final Setting<Long> RETENTION_BYTES = DECLARED.longInteger("retention.bytes", -1L)
            .orElse(BrokerSettings.LOG_RETENTION_BYTES)
            .doc("How many bytes of each partition are kept; -1 keeps them whatever their size.");

    public static final Setting<Integer> SEGMENT_BYTES = DECLARED.integer("segment.bytes", 1_073_741_824)
            .allow(atLeast(1_048_576))
            .orElse(BrokerSettings.LOG_SEGMENT_BYTES)
            .doc("A segment that would grow beyond this is closed and the next one begun.");

    public static final Setting<Long> SEGMENT_MS = DECLARED.longInteger("segment.ms", 604_800_000L)
            .allow(atLeast(1))
            .orElse(BrokerSettings.LOG_ROLL_MS)
            .doc("A segment whose first record is this old is closed and the next one begun.");

    public static final Setting<Long> SEGMENT_JITTER_MS = DECLARED.longInteger("segment.jitter.ms", 0L)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_ROLL_JITTER_MS)
            .doc("The most that is taken off segment.ms at random, so that not all segments are closed at once.");

    public static final Setting<Integer> SEGMENT_INDEX_BYTES = DECLARED.integer("segment.index.bytes", 10_485_760)
            .allow(atLeast(4))
            .orElse(BrokerSettings.LOG_INDEX_SIZE_MAX_BYTES)
            .doc("A segment whose offset index reaches this size is closed and the next one begun.");

    public static final Setting<Integer> INDEX_INTERVAL_BYTES = DECLARED.integer("index.interval.bytes", 4096)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_INDEX_INTERVAL_BYTES)
            .doc("How many bytes of records there are between two entries of the offset index.");

    public static final Setting<Boolean> PREALLOCATE = DECLARED.bool("preallocate", false)
            .orElse(BrokerSettings.LOG_PREALLOCATE)
            .doc("Whether the whole space of a segment is reserved when it is begun.");

    public static final Setting<Long> FILE_DELETE_DELAY_MS = DECLARED.longInteger("file.delete.delay.ms", 60_000L)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_SEGMENT_DELETE_DELAY_MS)
            .doc("How long the files of a deleted segment stay, for those who are still reading them.");

    public static final Setting<Long> FLUSH_MESSAGES = DECLARED.longInteger("flush.messages", Long.MAX_VALUE)
            .allow(atLeast(1))
            .orElse(BrokerSettings.LOG_FLUSH_INTERVAL_MESSAGES)
            .doc("How many records of a partition may wait for being brought to stable storage, where"
                    + " barnabas.durability is after-write.");

    public static final Setting<Long> FLUSH_MS = DECLARED.longInteger("flush.ms", Long.MAX_VALUE)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_FLUSH_INTERVAL_MS)
            .doc("How long records of a partition may wait for being brought to stable storage, where"
                    + " barnabas.durability is after-write.");

    public static final Setting<String> DURABILITY = DECLARED.string("barnabas.durability", "after-sync")
            .allow(oneOf("after-sync", "after-write"))
            .orElse(BrokerSettings.DURABILITY)
            .doc("When a record is acknowledged: when it is on stable storage (after-sync), or as in Kafka as soon"
                    + " as the operating system has it (after-write), which a power failure can undo.");

    public static final Setting<Integer> MIN_INSYNC_REPLICAS = DECLARED.integer("min.insync.replicas", 1)
            .allow(atLeast(1))
            .orElse(BrokerSettings.MIN_INSYNC_REPLICAS)
            .doc("How many replicas must have a record before a producer with acks=all is answered.");

    public static final Setting<Integer> MAX_MESSAGE_BYTES = DECLARED.integer("max.message.bytes", 1_048_588)
            .allow(atLeast(0))
            .orElse(BrokerSettings.MESSAGE_MAX_BYTES)
            .doc("The largest record batch that is accepted, as it is sent, that is after compression.");

    public static final Setting<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES = DECLARED.integer(
                    "max.decompressed.message.bytes", 2_147_483_639)
            .allow(between(1, 2_147_483_639))
            .orElse(BrokerSettings.MAX_DECOMPRESSED_MESSAGE_BYTES)
            .doc("The largest record that is accepted in a compressed batch, measured after decompression.");

    public static final Setting<String> COMPRESSION_TYPE = DECLARED.string("compression.type", "producer")
            .allow(oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"))
            .orElse(BrokerSettings.COMPRESSION_TYPE)
            .doc("How record batches are stored: as the producer sent them (producer), or compressed anew this way.");

    public static final Setting<Integer> COMPRESSION_GZIP_LEVEL = DECLARED.integer("compression.gzip.level", -1)
            .allow(betweenOr(1, 9, -1))
            .orElse(BrokerSettings.COMPRESSION_GZIP_LEVEL)
            .doc("The level when batches are compressed anew with gzip; -1 is gzip's own default.");

    public static final Setting<Integer> COMPRESSION_LZ4_LEVEL = DECLARED.integer("compression.lz4.level", 9)
            .allow(between(1, 17))
            .orElse(BrokerSettings.COMPRESSION_LZ4_LEVEL)
            .doc("The level when batches are compressed anew with lz4.");

    public static final Setting<Integer> COMPRESSION_ZSTD_LEVEL = DECLARED.integer("compression.zstd.level", 3)
            .allow(between(-131_072, 22))
            .orElse(BrokerSettings.COMPRESSION_ZSTD_LEVEL)
            .doc("The level when batches are compressed anew with zstd.");

    public static final Setting<String> MESSAGE_TIMESTAMP_TYPE = DECLARED.string("message.timestamp.type", "CreateTime")
            .allow(oneOf("CreateTime", "LogAppendTime"))
            .orElse(BrokerSettings.LOG_MESSAGE_TIMESTAMP_TYPE)
            .doc("Whether a record's time is when its producer made it (CreateTime) or when it was stored"
                    + " (LogAppendTime).");

    public static final Setting<Long> MESSAGE_TIMESTAMP_BEFORE_MAX_MS = DECLARED.longInteger(
                    "message.timestamp.before.max.ms", Long.MAX_VALUE)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_MESSAGE_TIMESTAMP_BEFORE_MAX_MS)
            .doc("How far in the past a producer's time may be; older records are refused.");

    public static final Setting<Long> MESSAGE_TIMESTAMP_AFTER_MAX_MS = DECLARED.longInteger(
                    "message.timestamp.after.max.ms", 3_600_000L)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_MESSAGE_TIMESTAMP_AFTER_MAX_MS)
            .doc("How far in the future a producer's time may be; later records are refused.");

    public static final Setting<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE = DECLARED.bool(
                    "unclean.leader.election.enable", false)
            .orElse(BrokerSettings.UNCLEAN_LEADER_ELECTION_ENABLE)
            .doc("Whether a replica that misses records may become leader when no other is left.");

    public static final Setting<Double> MIN_CLEANABLE_DIRTY_RATIO = DECLARED.decimal("min.cleanable.dirty.ratio", 0.5)
            .allow(ratio(0, 1))
            .orElse(BrokerSettings.LOG_CLEANER_MIN_CLEANABLE_RATIO)
            .doc("The part of a log that must be uncompacted before it is compacted again.");

    public static final Setting<Long> DELETE_RETENTION_MS = DECLARED.longInteger("delete.retention.ms", 86_400_000L)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_CLEANER_DELETE_RETENTION_MS)
            .doc("How long a compacted topic keeps the markers of deleted keys.");

    public static final Setting<Long> MIN_COMPACTION_LAG_MS = DECLARED.longInteger("min.compaction.lag.ms", 0L)
            .allow(atLeast(0))
            .orElse(BrokerSettings.LOG_CLEANER_MIN_COMPACTION_LAG_MS)
            .doc("How long a record is safe from being compacted away.");

    public static final Setting<Long> MAX_COMPACTION_LAG_MS = DECLARED.longInteger(
                    "max.compaction.lag.ms", Long.MAX_VALUE)
            .allow(atLeast(1))
            .orElse(BrokerSettings.LOG_CLEANER_MAX_COMPACTION_LAG_MS)
            .doc("How long a record may stay uncompacted.");

    public static final Setting<Boolean> REMOTE_STORAGE_ENABLE = DECLARED.bool("remote.storage.enable", false)
            .allow(only(false, NO_TIERED_STORAGE))
            .doc("Whether closed segments move to tiered storage.");

    public static final Setting<Boolean> REMOTE_LOG_COPY_DISABLE = DECLARED.bool("remote.log.copy.disable", false)
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("Whether a tiered topic stops copying further segments.");

    public static final Setting<Boolean> REMOTE_LOG_DELETE_ON_DISABLE = DECLARED.bool(
                    "remote.log.delete.on.disable", false)
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("Whether the copied segments are deleted when the topic stops being tiered.");

    public static final Setting<Long> REMOTE_COPY_LAG_MS = DECLARED.longInteger("remote.copy.lag.ms", 0L)
            .allow(atLeast(-1))
            .orElse(BrokerSettings.LOG_REMOTE_COPY_LAG_MS)
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How old a closed segment of a tiered topic is before it is copied.");

    public static final Setting<Long> REMOTE_COPY_LAG_BYTES = DECLARED.longInteger("remote.copy.lag.bytes", -1L)
            .allow(atLeast(-1))
            .orElse(BrokerSettings.LOG_REMOTE_COPY_LAG_BYTES)
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How many bytes there are behind a closed segment of a tiered topic before it is copied.");

    public static final Setting<Long> LOCAL_RETENTION_MS = DECLARED.longInteger("local.retention.ms", -2L)
            .allow(atLeast(-2))
            .orElse(BrokerSettings.LOG_LOCAL_RETENTION_MS)
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How long records of a tiered topic stay on the brokers; -2 is as long as retention.ms.");

    public static final Setting<Long> LOCAL_RETENTION_BYTES = DECLARED.longInteger("local.retention.bytes", -2L)
            .allow(atLeast(-2))
            .orElse(BrokerSettings.LOG_LOCAL_RETENTION_BYTES)
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How many bytes of a partition of a tiered topic stay on the brokers; -2 is as many as"
                    + " retention.bytes.");

    public static final Setting<List<String>> LEADER_REPLICATION_THROTTLED_REPLICAS = DECLARED.list(
                    "leader.replication.throttled.replicas")
            .allow(ThrottledReplicas.RULE)
            .doc("From which leaders followers that are not in sync get no more than"
                    + " leader.replication.throttled.rate of the broker, as partition:broker,partition:broker, or * for"
                    + " all; set by those who move partitions.");

    public static final Setting<List<String>> FOLLOWER_REPLICATION_THROTTLED_REPLICAS = DECLARED.list(
                    "follower.replication.throttled.replicas")
            .allow(ThrottledReplicas.RULE)
            .doc("Which followers fetch no more than follower.replication.throttled.rate of the broker while they"
                    + " are not in sync, as partition:broker,partition:broker, or * for all.");

    public static final Setting<Boolean> ERRORS_DEADLETTERQUEUE_GROUP_ENABLE = DECLARED.bool(
                    "errors.deadletterqueue.group.enable", false)
            .doc("Whether share groups may use the topic for records that could not be processed.");

    /** Every setting of a topic. */
    public static final Declarations ALL = DECLARED.together();

    private TopicSettings() {}

    /** The settings of a topic: its own ones over those of its broker. */
    public static Settings of(Map<String, String> texts, Settings broker) {
        return broker.below(ALL, Source.DYNAMIC_TOPIC, texts);
    }

    /** What a topic's settings, each valid by itself, violate together. */
    public static List<Problem> conflicts(Settings topic) {
        List<Problem> conflicts = new ArrayList<>();
        long least = topic.get(MIN_COMPACTION_LAG_MS);
        long most = topic.get(MAX_COMPACTION_LAG_MS);
        if (least > most) {
            conflicts.add(new Problem(
                    "",
                    MIN_COMPACTION_LAG_MS.name(),
                    "must not be larger than max.compaction.lag.ms: " + least + " > " + most));
        }
        return conflicts;
    }
}
