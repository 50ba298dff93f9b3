package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.anyOf;
import static dev.barnabas.settings.Rule.atLeast;
import static dev.barnabas.settings.Rule.atLeastOne;
import static dev.barnabas.settings.Rule.between;
import static dev.barnabas.settings.Rule.betweenOr;
import static dev.barnabas.settings.Rule.notEmpty;
import static dev.barnabas.settings.Rule.oneOf;
import static dev.barnabas.settings.Rule.only;
import static dev.barnabas.settings.Rule.ratio;

import java.util.List;
import java.util.Map;

/**
 * The settings of a node: who it is, where it listens, what it stores and how, and the defaults of its topics. Those of
 * its coordinators are in {@link CoordinatorSettings}.
 */
public final class BrokerSettings {

    private static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.BROKER);

    static final String NO_TIERED_STORAGE = "tiered storage is not in this version";
    private static final String BUFFERS_OF_THE_SYSTEM = "the operating system sizes the buffers of connections";

    // The node

    public static final Setting<Integer> BROKER_ID =
            DECLARED.integer("broker.id", -1).high().doc("The old name of node.id; -1 leaves it to node.id.");

    public static final Setting<Integer> NODE_ID = DECLARED.integer("node.id", 1)
            .allow(atLeast(0))
            .high()
            .orElse(BROKER_ID)
            .differs("Kafka has no default; a single node needs no number to be chosen")
            .doc("The number of this node, which must differ from that of every other node of the cluster.");

    public static final Setting<List<String>> PROCESS_ROLES = DECLARED.list("process.roles", "broker", "controller")
            .allow(new Rule<>(
                    "broker,controller: a node of this version is always both",
                    roles -> roles.containsAll(List.of("broker", "controller")) && roles.size() == 2))
            .high()
            .differs("Kafka has no default")
            .doc("What this node does: serve clients (broker) and take part in agreeing on metadata (controller).");

    public static final Setting<String> BROKER_RACK = DECLARED.string("broker.rack", null)
            .doc("The rack, or availability zone, that this node tells clients it is in.");

    // Listeners and connections

    public static final Setting<List<String>> LISTENERS = DECLARED.list("listeners", "PLAINTEXT://localhost:9092")
            .allow(atLeastOne())
            .high()
            .differs("Kafka listens on all interfaces and can change it at run time; here a new node is reachable from"
                    + " its own machine only, until somebody decides otherwise")
            .doc("Where the node listens, as NAME://host:port; an empty host means every interface, port 0 a free"
                    + " one.");

    public static final Setting<List<String>> ADVERTISED_LISTENERS = DECLARED.listOrUnset("advertised.listeners")
            .high()
            .doc("The addresses that clients are told to connect to, if they differ from listeners.");

    public static final Setting<String> LISTENER_SECURITY_PROTOCOL_MAP = DECLARED.string(
                    "listener.security.protocol.map",
                    "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT")
            .low()
            .differs("Kafka can change it at run time")
            .doc("Which security protocol each listener name stands for; in this version listeners can only be"
                    + " PLAINTEXT.");

    public static final Setting<List<String>> CONTROLLER_LISTENER_NAMES = DECLARED.list("controller.listener.names")
            .high()
            .differs("Kafka has no default; a node that is alone needs none")
            .doc("The name of the listener on which the nodes of a cluster agree on its metadata. It is opened only if"
                    + " this node is one of a cluster.");

    public static final Setting<List<String>> CONTROLLER_QUORUM_VOTERS = DECLARED.list("controller.quorum.voters")
            .high()
            .doc("The nodes that agree on the metadata of a new cluster, as NODE_ID@host:port of their controller"
                    + " listeners. Without it, and without controller.quorum.bootstrap.servers, the node is alone.");

    public static final Setting<List<String>> CONTROLLER_QUORUM_BOOTSTRAP_SERVERS = DECLARED.list(
                    "controller.quorum.bootstrap.servers")
            .high()
            .doc("Controller listeners, as host:port, through which this node joins a cluster. If it is only this"
                    + " node's own, the cluster begins with this node, and with the data that it has.");

    public static final Setting<Integer> CONTROLLER_QUORUM_FETCH_TIMEOUT_MS = DECLARED.integer(
                    "controller.quorum.fetch.timeout.ms", 1000)
            .allow(atLeast(20))
            .high()
            .differs("Kafka's is 2000")
            .doc("How long those who agree on the metadata wait for a leader that says nothing before they elect"
                    + " another one, in milliseconds. Some wait only half of it. A leader whose process has ended is"
                    + " missed after this, too.");

    public static final Setting<Boolean> CONTROLLER_QUORUM_AUTO_JOIN_ENABLE = DECLARED.bool(
                    "controller.quorum.auto.join.enable", false)
            .low()
            .doc("Whether a node that joins a cluster becomes one of those that agree on its metadata; if not, it only"
                    + " follows until somebody adds it.");

    public static final Setting<String> INTER_BROKER_LISTENER_NAME = DECLARED.string("inter.broker.listener.name", null)
            .doc("The name of the listener on which brokers talk to each other; by default the first.");

    public static final Setting<String> SECURITY_INTER_BROKER_PROTOCOL = DECLARED.string(
                    "security.inter.broker.protocol", "PLAINTEXT")
            .allow(only("PLAINTEXT", "TLS and SASL are not in this version"))
            .doc("The security protocol between brokers.");

    public static final Setting<Integer> SOCKET_LISTEN_BACKLOG_SIZE = DECLARED.integer("socket.listen.backlog.size", 50)
            .allow(atLeast(1))
            .withoutEffect("connections are accepted at once, and as many may wait as the operating system lets")
            .doc("How many connections may wait for being accepted.");

    public static final Setting<Integer> SOCKET_SEND_BUFFER_BYTES = DECLARED.integer(
                    "socket.send.buffer.bytes", 102_400)
            .allow(atLeast(-1))
            .high()
            .withoutEffect(BUFFERS_OF_THE_SYSTEM)
            .doc("The send buffer of a connection in the operating system; -1 leaves it to the operating system.");

    public static final Setting<Integer> SOCKET_RECEIVE_BUFFER_BYTES = DECLARED.integer(
                    "socket.receive.buffer.bytes", 102_400)
            .allow(atLeast(-1))
            .high()
            .withoutEffect(BUFFERS_OF_THE_SYSTEM)
            .doc("The receive buffer of a connection in the operating system; -1 leaves it to the operating system.");

    public static final Setting<Integer> SOCKET_REQUEST_MAX_BYTES = DECLARED.integer(
                    "socket.request.max.bytes", 104_857_600)
            .allow(atLeast(1))
            .high()
            .doc("The longest request that is read; a longer one closes its connection.");

    public static final Setting<Long> QUEUED_MAX_REQUEST_BYTES = DECLARED.longInteger("queued.max.request.bytes", -1L)
            .doc("How many bytes large requests may take together before the next ones wait in their connections; -1"
                    + " is what fits the memory.");

    public static final Setting<Integer> MAX_CONNECTIONS = DECLARED.integer("max.connections", Integer.MAX_VALUE)
            .allow(atLeast(0))
            .clusterWide()
            .doc("The most connections that are open at a time.");

    public static final Setting<Integer> MAX_CONNECTIONS_PER_IP = DECLARED.integer(
                    "max.connections.per.ip", Integer.MAX_VALUE)
            .allow(atLeast(0))
            .clusterWide()
            .doc("The most connections that are open at a time from one address.");

    public static final Setting<String> MAX_CONNECTIONS_PER_IP_OVERRIDES = DECLARED.string(
                    "max.connections.per.ip.overrides", "")
            .allow(ConnectionOverrides.RULE)
            .clusterWide()
            .doc("Other limits for single addresses, as address:count,address:count; host names are not looked up.");

    public static final Setting<Integer> MAX_CONNECTION_CREATION_RATE = DECLARED.integer(
                    "max.connection.creation.rate", Integer.MAX_VALUE)
            .allow(atLeast(0))
            .clusterWide()
            .withoutEffect("connections are not throttled in this version")
            .doc("The most connections that are accepted in a second; further ones wait.");

    public static final Setting<Long> CONNECTIONS_MAX_IDLE_MS = DECLARED.longInteger(
                    "connections.max.idle.ms", 600_000L)
            .doc("A connection without a request for that long is closed; a negative value keeps it open.");

    // Fetching and describing

    public static final Setting<Integer> FETCH_MAX_BYTES = DECLARED.integer("fetch.max.bytes", 57_671_680)
            .allow(atLeast(1024))
            .doc("The most bytes of records in a fetch response, whatever the client asks for; the first batch is"
                    + " always sent whole.");

    public static final Setting<Integer> MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS = DECLARED.integer(
                    "max.incremental.fetch.session.cache.slots", 1000)
            .allow(atLeast(0))
            .doc("How many incremental fetch sessions are kept.");

    public static final Setting<Integer> MAX_REQUEST_PARTITION_SIZE_LIMIT = DECLARED.integer(
                    "max.request.partition.size.limit", 2000)
            .allow(atLeast(1))
            .doc("The most partitions in one page of a DescribeTopicPartitions response.");

    // Topics

    public static final Setting<Boolean> AUTO_CREATE_TOPICS_ENABLE = DECLARED.bool("auto.create.topics.enable", true)
            .high()
            .doc("Whether asking for a topic that does not exist creates it.");

    public static final Setting<Boolean> DELETE_TOPIC_ENABLE =
            DECLARED.bool("delete.topic.enable", true).high().doc("Whether topics can be deleted.");

    public static final Setting<Integer> NUM_PARTITIONS = DECLARED.integer("num.partitions", 1)
            .allow(atLeast(1))
            .doc("The number of partitions of a topic whose creator does not say how many.");

    public static final Setting<Integer> DEFAULT_REPLICATION_FACTOR = DECLARED.integer("default.replication.factor", 1)
            .allow(between(1, Short.MAX_VALUE))
            .doc("The number of replicas of each partition of a topic whose creator does not say how many.");

    public static final Setting<Integer> MIN_INSYNC_REPLICAS = DECLARED.integer("min.insync.replicas", 1)
            .allow(atLeast(1))
            .high()
            .clusterWide()
            .doc("How many replicas must have a record before a producer with acks=all is answered.");

    public static final Setting<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE = DECLARED.bool(
                    "unclean.leader.election.enable", false)
            .high()
            .clusterWide()
            .doc("Whether a replica that misses records may become leader when no other is left.");

    // The cluster

    public static final Setting<Integer> BROKER_HEARTBEAT_INTERVAL_MS = DECLARED.integer(
                    "broker.heartbeat.interval.ms", 500)
            .allow(atLeast(1))
            .unit(Unit.MILLISECONDS)
            .differs("Kafka waits 2000; a heartbeat that changes nothing costs next to nothing here")
            .doc("How often a node tells the active controller that it is alive.");

    public static final Setting<Integer> BROKER_SESSION_TIMEOUT_MS = DECLARED.integer("broker.session.timeout.ms", 4000)
            .allow(atLeast(1))
            .unit(Unit.MILLISECONDS)
            .differs("Kafka waits 9000; with heartbeats every half second 4000 still lets seven of them in a row be"
                    + " lost or late, and others lead a silent node's partitions in less than five seconds")
            .doc("A node that is silent for that long is fenced, and others lead its partitions. A node whose process"
                    + " has ended does not have to be waited for.");

    public static final Setting<Boolean> AUTO_LEADER_REBALANCE_ENABLE = DECLARED.bool(
                    "auto.leader.rebalance.enable", true)
            .high()
            .doc("Whether partitions go back to their preferred leaders by themselves.");

    public static final Setting<Long> LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS = DECLARED.longInteger(
                    "leader.imbalance.check.interval.seconds", 300L)
            .allow(atLeast(1))
            .unit(Unit.SECONDS)
            .high()
            .doc("How often it is looked whether partitions have other leaders than the preferred ones.");

    // Records

    public static final Setting<Integer> MESSAGE_MAX_BYTES = DECLARED.integer("message.max.bytes", 1_048_588)
            .allow(atLeast(0))
            .high()
            .clusterWide()
            .doc("The largest record batch that is accepted, as it is sent, that is after compression.");

    public static final Setting<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES = DECLARED.integer(
                    "max.decompressed.message.bytes", 2_147_483_639)
            .allow(between(1, 2_147_483_639))
            .clusterWide()
            .doc("The largest record that is accepted in a compressed batch, measured after decompression.");

    public static final Setting<String> COMPRESSION_TYPE = DECLARED.string("compression.type", "producer")
            .allow(oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"))
            .high()
            .clusterWide()
            .doc("How record batches are stored: as the producer sent them (producer), or compressed anew this way.");

    public static final Setting<Integer> COMPRESSION_GZIP_LEVEL = DECLARED.integer("compression.gzip.level", -1)
            .allow(betweenOr(1, 9, -1))
            .clusterWide()
            .doc("The level when batches are compressed anew with gzip; -1 is gzip's own default.");

    public static final Setting<Integer> COMPRESSION_LZ4_LEVEL = DECLARED.integer("compression.lz4.level", 9)
            .allow(between(1, 17))
            .clusterWide()
            .doc("The level when batches are compressed anew with lz4.");

    public static final Setting<Integer> COMPRESSION_ZSTD_LEVEL = DECLARED.integer("compression.zstd.level", 3)
            .allow(between(-131_072, 22))
            .clusterWide()
            .doc("The level when batches are compressed anew with zstd.");

    public static final Setting<String> LOG_MESSAGE_TIMESTAMP_TYPE = DECLARED.string(
                    "log.message.timestamp.type", "CreateTime")
            .allow(oneOf("CreateTime", "LogAppendTime"))
            .clusterWide()
            .doc("Whether a record's time is when its producer made it (CreateTime) or when it was stored"
                    + " (LogAppendTime).");

    public static final Setting<Long> LOG_MESSAGE_TIMESTAMP_BEFORE_MAX_MS = DECLARED.longInteger(
                    "log.message.timestamp.before.max.ms", Long.MAX_VALUE)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How far in the past a producer's time may be; older records are refused.");

    public static final Setting<Long> LOG_MESSAGE_TIMESTAMP_AFTER_MAX_MS = DECLARED.longInteger(
                    "log.message.timestamp.after.max.ms", 3_600_000L)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How far in the future a producer's time may be; later records are refused.");

    // Logs: where, segments, retention

    public static final Setting<List<String>> LOG_DIR = DECLARED.list("log.dir", "barnabas-data")
            .allow(atLeastOne())
            .high()
            .differs("Kafka's is under /tmp, which does not survive a restart of the machine")
            .doc("The directory that holds the data, if log.dirs does not name any.");

    public static final Setting<List<String>> LOG_DIRS = DECLARED.listOrUnset("log.dirs")
            .allow(atLeastOne())
            .high()
            .orElse(LOG_DIR)
            .doc("The directories that hold the data; partitions are spread over them. The first holds the"
                    + " cluster's metadata.");

    public static final Setting<Integer> LOG_SEGMENT_BYTES = DECLARED.integer("log.segment.bytes", 1_073_741_824)
            .allow(atLeast(1_048_576))
            .high()
            .clusterWide()
            .doc("A segment that would grow beyond this is closed and the next one begun.");

    public static final Setting<Integer> LOG_ROLL_HOURS = DECLARED.integer("log.roll.hours", 168)
            .allow(atLeast(1))
            .high()
            .doc("The same as log.roll.ms, in hours, for when that is unset.");

    public static final Setting<Long> LOG_ROLL_MS = DECLARED.longInteger("log.roll.ms", null)
            .allow(atLeast(1))
            .high()
            .clusterWide()
            .orElse(LOG_ROLL_HOURS, Times::hours)
            .doc("A segment whose first record is this old is closed and the next one begun.");

    public static final Setting<Integer> LOG_ROLL_JITTER_HOURS = DECLARED.integer("log.roll.jitter.hours", 0)
            .allow(atLeast(0))
            .high()
            .doc("The same as log.roll.jitter.ms, in hours, for when that is unset.");

    public static final Setting<Long> LOG_ROLL_JITTER_MS = DECLARED.longInteger("log.roll.jitter.ms", null)
            .allow(atLeast(0))
            .high()
            .clusterWide()
            .orElse(LOG_ROLL_JITTER_HOURS, Times::hours)
            .doc("The most that is taken off log.roll.ms at random, so that not all segments are closed at once.");

    public static final Setting<Integer> LOG_RETENTION_HOURS = DECLARED.integer("log.retention.hours", 168)
            .high()
            .doc("The same as log.retention.ms, in hours, for when neither that nor log.retention.minutes is set.");

    public static final Setting<Integer> LOG_RETENTION_MINUTES = DECLARED.integer("log.retention.minutes", null)
            .high()
            .doc("The same as log.retention.ms, in minutes, for when that is unset.");

    public static final Setting<Long> LOG_RETENTION_MS = DECLARED.longInteger("log.retention.ms", null)
            .high()
            .clusterWide()
            .orElse(LOG_RETENTION_MINUTES, Times::minutesOrForever)
            .orElse(LOG_RETENTION_HOURS, Times::hoursOrForever)
            .doc("How long records are kept; -1 keeps them whatever their age.");

    public static final Setting<Long> LOG_RETENTION_BYTES = DECLARED.longInteger("log.retention.bytes", -1L)
            .high()
            .clusterWide()
            .doc("How many bytes of a partition are kept; -1 keeps them whatever their size.");

    public static final Setting<Long> LOG_RETENTION_CHECK_INTERVAL_MS = DECLARED.longInteger(
                    "log.retention.check.interval.ms", 300_000L)
            .allow(atLeast(1))
            .doc("How often it is looked whether there are segments to delete.");

    public static final Setting<List<String>> LOG_CLEANUP_POLICY = DECLARED.list("log.cleanup.policy", "delete")
            .allow(anyOf("compact", "delete"))
            .clusterWide()
            .doc("What becomes of old records: they are deleted (delete), the last one of each key is kept (compact),"
                    + " both, or all are kept for ever (empty).");

    public static final Setting<Long> LOG_SEGMENT_DELETE_DELAY_MS = DECLARED.longInteger(
                    "log.segment.delete.delay.ms", 60_000L)
            .allow(atLeast(0))
            .high()
            .clusterWide()
            .doc("How long the files of a deleted segment stay, for those who are still reading them.");

    public static final Setting<Long> LOG_FLUSH_INTERVAL_MESSAGES = DECLARED.longInteger(
                    "log.flush.interval.messages", Long.MAX_VALUE)
            .allow(atLeast(1))
            .high()
            .clusterWide()
            .doc("How many records of a partition may wait for being brought to stable storage, where"
                    + " barnabas.durability is after-write.");

    public static final Setting<Long> LOG_FLUSH_SCHEDULER_INTERVAL_MS = DECLARED.longInteger(
                    "log.flush.scheduler.interval.ms", Long.MAX_VALUE)
            .high()
            .doc("What log.flush.interval.ms is when it is unset.");

    public static final Setting<Integer> LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS = DECLARED.integer(
                    "log.flush.offset.checkpoint.interval.ms", 60_000)
            .allow(atLeast(0))
            .high()
            .doc("How long it takes at most until it is written down that records are on stable storage: they are not"
                    + " read again after a crash, and if they rot meanwhile, they are known to be damaged. Less often"
                    + " where there is much to write down.");

    public static final Setting<Long> LOG_FLUSH_INTERVAL_MS = DECLARED.longInteger("log.flush.interval.ms", null)
            .high()
            .clusterWide()
            .orElse(LOG_FLUSH_SCHEDULER_INTERVAL_MS)
            .doc("How long records of a partition may wait for being brought to stable storage, where"
                    + " barnabas.durability is after-write.");

    public static final Setting<Integer> LOG_INDEX_INTERVAL_BYTES = DECLARED.integer("log.index.interval.bytes", 4096)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How many bytes of records there are between two entries of the offset index.");

    public static final Setting<Integer> LOG_INDEX_SIZE_MAX_BYTES = DECLARED.integer(
                    "log.index.size.max.bytes", 10_485_760)
            .allow(atLeast(4))
            .clusterWide()
            .doc("A segment whose offset index reaches this size is closed and the next one begun.");

    public static final Setting<Boolean> LOG_PREALLOCATE = DECLARED.bool("log.preallocate", false)
            .clusterWide()
            .doc("Whether the whole space of a segment is reserved when it is begun.");

    public static final Setting<Integer> PRODUCER_ID_EXPIRATION_MS = DECLARED.integer(
                    "producer.id.expiration.ms", 86_400_000)
            .allow(atLeast(1))
            .low()
            .clusterWide()
            .doc("How long a partition remembers an idempotent producer that has stopped writing.");

    // Logs: compaction and tiered storage

    public static final Setting<Boolean> LOG_CLEANER_ENABLE =
            DECLARED.bool("log.cleaner.enable", true).doc("Whether logs are compacted whose policy says so.");

    public static final Setting<Integer> LOG_CLEANER_THREADS = DECLARED.integer("log.cleaner.threads", 1)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How many logs of this node are compacted at the same time.");

    public static final Setting<Long> LOG_CLEANER_DEDUPE_BUFFER_SIZE = DECLARED.longInteger(
                    "log.cleaner.dedupe.buffer.size", 134_217_728L)
            .clusterWide()
            .doc("How much memory the keys of all logs that are being compacted may take, in bytes: outside of the"
                    + " heap, while they are compacted, 24 bytes a key. What does not fit is left to the next run.");

    public static final Setting<Double> LOG_CLEANER_IO_BUFFER_LOAD_FACTOR = DECLARED.decimal(
                    "log.cleaner.io.buffer.load.factor", 0.9)
            .clusterWide()
            .doc("How full that memory may become, from 0 to 1; the fuller, the slower.");

    public static final Setting<Double> LOG_CLEANER_IO_MAX_BYTES_PER_SECOND = DECLARED.decimal(
                    "log.cleaner.io.max.bytes.per.second", Double.MAX_VALUE)
            .clusterWide()
            .doc("How many bytes compaction may read and write in a second, on the whole node.");

    public static final Setting<Long> LOG_CLEANER_BACKOFF_MS = DECLARED.longInteger("log.cleaner.backoff.ms", 15_000L)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How long to wait when no log needs to be compacted before looking again.");

    public static final Setting<Double> LOG_CLEANER_MIN_CLEANABLE_RATIO = DECLARED.decimal(
                    "log.cleaner.min.cleanable.ratio", 0.5)
            .allow(ratio(0, 1))
            .clusterWide()
            .doc("The part of a log that must be uncompacted before it is compacted again.");

    public static final Setting<Long> LOG_CLEANER_DELETE_RETENTION_MS = DECLARED.longInteger(
                    "log.cleaner.delete.retention.ms", 86_400_000L)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How long a compacted log keeps the markers of deleted keys.");

    public static final Setting<Long> LOG_CLEANER_MIN_COMPACTION_LAG_MS = DECLARED.longInteger(
                    "log.cleaner.min.compaction.lag.ms", 0L)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How long a record is safe from being compacted away.");

    public static final Setting<Long> LOG_CLEANER_MAX_COMPACTION_LAG_MS = DECLARED.longInteger(
                    "log.cleaner.max.compaction.lag.ms", Long.MAX_VALUE)
            .allow(atLeast(1))
            .clusterWide()
            .doc("How long a record may stay uncompacted.");

    public static final Setting<Long> LOG_LOCAL_RETENTION_MS = DECLARED.longInteger("log.local.retention.ms", -2L)
            .allow(atLeast(-2))
            .clusterWide()
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How long records of a tiered topic stay on this node; -2 is as long as log.retention.ms.");

    public static final Setting<Long> LOG_LOCAL_RETENTION_BYTES = DECLARED.longInteger("log.local.retention.bytes", -2L)
            .allow(atLeast(-2))
            .clusterWide()
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How many bytes of a partition of a tiered topic stay on this node; -2 is as many as"
                    + " log.retention.bytes.");

    public static final Setting<Long> LOG_REMOTE_COPY_LAG_MS = DECLARED.longInteger("log.remote.copy.lag.ms", 0L)
            .allow(atLeast(-1))
            .clusterWide()
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How old a closed segment of a tiered topic is before it is copied.");

    public static final Setting<Long> LOG_REMOTE_COPY_LAG_BYTES = DECLARED.longInteger("log.remote.copy.lag.bytes", -1L)
            .allow(atLeast(-1))
            .clusterWide()
            .withoutEffect(NO_TIERED_STORAGE)
            .doc("How many bytes there are behind a closed segment of a tiered topic before it is copied.");

    // Metadata

    public static final Setting<String> METADATA_LOG_DIR = DECLARED.string("metadata.log.dir", null)
            .allow(notEmpty())
            .high()
            .withoutEffect("metadata is in the first of log.dirs")
            .doc("The directory that holds the cluster's metadata; by default the first of log.dirs.");

    public static final Setting<Long> METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS = DECLARED.longInteger(
                    "metadata.log.max.record.bytes.between.snapshots", 20_971_520L)
            .allow(atLeast(1))
            .unit(Unit.BYTES)
            .high()
            .doc("After so many bytes of metadata changes a snapshot takes their place.");

    public static final Setting<Integer> TELEMETRY_MAX_BYTES = DECLARED.integer("telemetry.max.bytes", 1_048_576)
            .allow(atLeast(1))
            .low()
            .doc("The most bytes of metrics that a client may push at a time, as they come.");

    // Barnabas' own

    public static final Setting<String> DURABILITY = DECLARED.string("barnabas.durability", "after-sync")
            .allow(oneOf("after-sync", "after-write"))
            .high()
            .clusterWide()
            .doc("When a record is acknowledged: when it is on stable storage (after-sync), or as in Kafka as soon"
                    + " as the operating system has it (after-write), which a power failure can undo.");

    public static final Setting<Integer> LOOPS = DECLARED.integer("barnabas.loops", 0)
            .allow(between(0, 1024))
            .doc("How many event loops there are; 0 is one for each processor core.");

    public static final Setting<String> HTTP_LISTENER = DECLARED.string(
                    "barnabas.http.listener", "http://localhost:9644")
            .allow(Listeners.HTTP_RULE)
            .doc("Where metrics (/metrics) and health (/health) are served, as http://host:port; empty serves them"
                    + " nowhere.");

    public static final Setting<Long> DISK_RESERVE_BYTES = DECLARED.longInteger(
                    "barnabas.disk.reserve.bytes", 134_217_728L)
            .allow(atLeast(0))
            .doc("When a disk has less free space than this, producers are refused, so that the node can still be"
                    + " restarted and cleaned up.");

    public static final Setting<Long> HOT_BYTES = DECLARED.longInteger("barnabas.hot.bytes", 268_435_456L)
            .allow(atLeast(0))
            .doc("How much of what was written last to a directory of log.dirs is taken to be in the page cache: it is"
                    + " read without a thread that may wait, and its checksums are not looked at again.");

    public static final Setting<Long> SCRUB_BYTES_PER_SECOND = DECLARED.longInteger(
                    "barnabas.scrub.bytes.per.second", 4_194_304L)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How many bytes of each directory of log.dirs are read in a second to check, in the background, that"
                    + " stored records are not damaged; every record once a day at most. 0: they are not checked.");

    /** Every setting of a broker. */
    public static final Declarations ALL = DECLARED.together(
            CoordinatorSettings.DECLARED, ReplicationSettings.DECLARED, SettingsWithoutEffect.DECLARED);

    private BrokerSettings() {}

    /** Settings of a node that was given none. */
    public static Settings defaults() {
        return new Settings(ALL, List.of());
    }

    /** What a broker's settings, each valid by itself, violate together. */
    public static List<Problem> conflicts(Settings broker) {
        return BrokerRules.problems(broker);
    }

    /** Settings given as texts that are valid, as for a test. */
    public static Settings of(Map<String, String> texts) {
        return defaults().with(Source.STATIC_BROKER, texts);
    }
}
