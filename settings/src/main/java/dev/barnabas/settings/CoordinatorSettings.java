package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.anyOf;
import static dev.barnabas.settings.Rule.atLeast;
import static dev.barnabas.settings.Rule.between;
import static dev.barnabas.settings.Rule.oneOfIgnoringCase;

import java.util.List;

/** The settings of a node's coordinators: groups, their offsets, transactions. They are settings of the broker. */
public final class CoordinatorSettings {

    static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.BROKER);

    private static final String SINGLE_NODE = "a single node cannot have three replicas";

    // Classic groups

    public static final Setting<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = DECLARED.integer(
                    "group.min.session.timeout.ms", 6000)
            .doc("The shortest session timeout that a member of a classic group may ask for.");

    public static final Setting<Integer> GROUP_MAX_SESSION_TIMEOUT_MS = DECLARED.integer(
                    "group.max.session.timeout.ms", 1_800_000)
            .doc("The longest session timeout that a member of a classic group may ask for.");

    public static final Setting<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS = DECLARED.integer(
                    "group.initial.rebalance.delay.ms", 300)
            .differs("Kafka waits 3000; here a member that comes later costs a rebalance of some milliseconds, since"
                    + " the others are told at once")
            .doc("How long a new classic group waits for further members before its first assignment.");

    public static final Setting<Integer> GROUP_MAX_SIZE = DECLARED.integer("group.max.size", Integer.MAX_VALUE)
            .allow(atLeast(1))
            .doc("The most members of a classic group.");

    public static final Setting<Integer> HEARTBEAT_WAIT_MAX_MS = DECLARED.integer(
                    "barnabas.heartbeat.wait.max.ms", 3000)
            .allow(atLeast(0))
            .low()
            .doc("How long the answer to a heartbeat of a classic group may wait for news, so that members learn of a"
                    + " rebalance at once; only with clients that do not wait for it themselves, never longer than"
                    + " half of group.min.session.timeout.ms. 0: every heartbeat is answered at once.");

    // Offsets

    public static final Setting<Integer> OFFSET_METADATA_MAX_BYTES = DECLARED.integer("offset.metadata.max.bytes", 4096)
            .high()
            .doc("The longest text that may be committed with an offset.");

    public static final Setting<Integer> OFFSETS_RETENTION_MINUTES = DECLARED.integer(
                    "offsets.retention.minutes", 10_080)
            .allow(atLeast(1))
            .high()
            .doc("How long the offsets of a group are kept after it has become empty.");

    public static final Setting<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = DECLARED.longInteger(
                    "offsets.retention.check.interval.ms", 600_000L)
            .allow(atLeast(1))
            .high()
            .doc("How often it is looked whether there are offsets to forget.");

    public static final Setting<Integer> OFFSETS_COMMIT_TIMEOUT_MS = DECLARED.integer("offsets.commit.timeout.ms", 5000)
            .allow(atLeast(1))
            .high()
            .doc("How long an offset commit may take to become durable before the client is told to try again.");

    public static final Setting<Integer> OFFSETS_TOPIC_NUM_PARTITIONS = DECLARED.integer(
                    "offsets.topic.num.partitions", 50)
            .allow(atLeast(1))
            .high()
            .doc("The number of partitions of __consumer_offsets, taken when it is created and never to be changed.");

    public static final Setting<Integer> OFFSETS_TOPIC_REPLICATION_FACTOR = DECLARED.shortInteger(
                    "offsets.topic.replication.factor", 3)
            .allow(atLeast(1))
            .high()
            .doc("The number of replicas of __consumer_offsets, taken when it is created. Where the cluster has fewer"
                    + " brokers there is one for each; in Kafka the topic could not be created then.");

    public static final Setting<Integer> OFFSETS_TOPIC_SEGMENT_BYTES = DECLARED.integer(
                    "offsets.topic.segment.bytes", 104_857_600)
            .allow(atLeast(1))
            .high()
            .doc("The segment size of __consumer_offsets, taken when it is created.");

    // The consumer group protocol (KIP-848)

    public static final Setting<List<String>> GROUP_COORDINATOR_REBALANCE_PROTOCOLS = DECLARED.list(
                    "group.coordinator.rebalance.protocols", "classic", "consumer", "streams")
            .allow(anyOf("classic", "consumer", "share", "streams"))
            .doc("The group protocols that clients may use.");

    public static final Setting<List<String>> GROUP_CONSUMER_ASSIGNORS = DECLARED.list(
                    "group.consumer.assignors", "uniform", "range")
            .allow(anyOf("uniform", "range"))
            .doc("The assignors that a group may use; the first one if its members do not care.");
    public static final Setting<Integer> GROUP_CONSUMER_MAX_SIZE = DECLARED.integer(
                    "group.consumer.max.size", Integer.MAX_VALUE)
            .allow(atLeast(1))
            .doc("The most members of a group of the consumer protocol.");
    public static final Setting<String> GROUP_CONSUMER_MIGRATION_POLICY = DECLARED.string(
                    "group.consumer.migration.policy", "bidirectional")
            .allow(oneOfIgnoringCase("DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"))
            .doc("Which groups with members may change from the classic to the consumer protocol, and back.");

    public static final Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS =
            consumer("group.consumer.session.timeout.ms", 45_000, 1, "How long a member may be silent.");
    public static final Setting<Integer> GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS =
            consumer("group.consumer.min.session.timeout.ms", 45_000, 1, "The shortest session timeout of a group.");
    public static final Setting<Integer> GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS =
            consumer("group.consumer.max.session.timeout.ms", 60_000, 1, "The longest session timeout of a group.");
    public static final Setting<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS =
            consumer("group.consumer.heartbeat.interval.ms", 5000, 1, "How often a member sends a heartbeat.");
    public static final Setting<Integer> GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS = consumer(
            "group.consumer.min.heartbeat.interval.ms", 5000, 1, "The shortest heartbeat interval of a group.");
    public static final Setting<Integer> GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS = consumer(
            "group.consumer.max.heartbeat.interval.ms", 15_000, 1, "The longest heartbeat interval of a group.");
    public static final Setting<Integer> GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS = DECLARED.integer(
                    "group.consumer.assignment.interval.ms", 1000)
            .allow(atLeast(0))
            .clusterWide()
            .doc("The least time between two assignments of a group.");
    public static final Setting<Integer> GROUP_CONSUMER_MIN_ASSIGNMENT_INTERVAL_MS =
            consumer("group.consumer.min.assignment.interval.ms", 0, 0, "The shortest assignment interval of a group.");
    public static final Setting<Integer> GROUP_CONSUMER_MAX_ASSIGNMENT_INTERVAL_MS = consumer(
            "group.consumer.max.assignment.interval.ms", 15_000, 0, "The longest assignment interval of a group.");

    // Share groups (KIP-932)

    public static final Setting<List<String>> GROUP_SHARE_ASSIGNORS = DECLARED.list("group.share.assignors", "simple")
            .allow(anyOf("simple"))
            .doc("The assignors of share groups; there is one.");
    public static final Setting<Integer> GROUP_SHARE_MAX_SIZE = DECLARED.integer("group.share.max.size", 200)
            .allow(between(1, 1000))
            .doc("The most members of a share group.");

    public static final Setting<Integer> GROUP_SHARE_SESSION_TIMEOUT_MS =
            share("group.share.session.timeout.ms", 45_000, 1, "How long a member may be silent.");
    public static final Setting<Integer> GROUP_SHARE_MIN_SESSION_TIMEOUT_MS =
            share("group.share.min.session.timeout.ms", 45_000, 1, "The shortest session timeout of a group.");
    public static final Setting<Integer> GROUP_SHARE_MAX_SESSION_TIMEOUT_MS =
            share("group.share.max.session.timeout.ms", 60_000, 1, "The longest session timeout of a group.");
    public static final Setting<Integer> GROUP_SHARE_HEARTBEAT_INTERVAL_MS =
            share("group.share.heartbeat.interval.ms", 5000, 1, "How often a member sends a heartbeat.");
    public static final Setting<Integer> GROUP_SHARE_MIN_HEARTBEAT_INTERVAL_MS =
            share("group.share.min.heartbeat.interval.ms", 5000, 1, "The shortest heartbeat interval of a group.");
    public static final Setting<Integer> GROUP_SHARE_MAX_HEARTBEAT_INTERVAL_MS =
            share("group.share.max.heartbeat.interval.ms", 15_000, 1, "The longest heartbeat interval of a group.");
    public static final Setting<Integer> GROUP_SHARE_ASSIGNMENT_INTERVAL_MS = DECLARED.integer(
                    "group.share.assignment.interval.ms", 1000)
            .allow(atLeast(0))
            .clusterWide()
            .doc("The least time between two assignments of a group.");
    public static final Setting<Integer> GROUP_SHARE_MIN_ASSIGNMENT_INTERVAL_MS =
            share("group.share.min.assignment.interval.ms", 0, 0, "The shortest assignment interval of a group.");
    public static final Setting<Integer> GROUP_SHARE_MAX_ASSIGNMENT_INTERVAL_MS =
            share("group.share.max.assignment.interval.ms", 15_000, 0, "The longest assignment interval of a group.");
    public static final Setting<Integer> GROUP_SHARE_RECORD_LOCK_DURATION_MS = share(
            "group.share.record.lock.duration.ms", 30_000, 1000, 3_600_000, "How long a member may work on a record.");
    public static final Setting<Integer> GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS = share(
            "group.share.min.record.lock.duration.ms", 15_000, 1000, 30_000, "The shortest lock duration of a group.");
    public static final Setting<Integer> GROUP_SHARE_MAX_RECORD_LOCK_DURATION_MS = share(
            "group.share.max.record.lock.duration.ms",
            60_000,
            30_000,
            3_600_000,
            "The longest lock duration of a group.");
    public static final Setting<Integer> GROUP_SHARE_DELIVERY_COUNT_LIMIT = share(
            "group.share.delivery.count.limit", 5, 2, 10, "How often a record is delivered before it is given up.");
    public static final Setting<Integer> GROUP_SHARE_MIN_DELIVERY_COUNT_LIMIT =
            share("group.share.min.delivery.count.limit", 2, 2, 5, "The least delivery count limit of a group.");
    public static final Setting<Integer> GROUP_SHARE_MAX_DELIVERY_COUNT_LIMIT =
            share("group.share.max.delivery.count.limit", 10, 5, 25, "The largest delivery count limit of a group.");
    public static final Setting<Integer> GROUP_SHARE_PARTITION_MAX_RECORD_LOCKS = share(
            "group.share.partition.max.record.locks",
            2000,
            100,
            10_000,
            "How many records of a partition may be locked.");
    public static final Setting<Integer> GROUP_SHARE_MIN_PARTITION_MAX_RECORD_LOCKS = share(
            "group.share.min.partition.max.record.locks",
            100,
            100,
            2000,
            "The least limit of record locks of a group.");
    public static final Setting<Integer> GROUP_SHARE_MAX_PARTITION_MAX_RECORD_LOCKS = share(
            "group.share.max.partition.max.record.locks",
            4000,
            2000,
            10_000,
            "The largest limit of record locks of a group.");

    public static final Setting<Integer> GROUP_SHARE_MAX_SHARE_SESSIONS = DECLARED.integer(
                    "group.share.max.share.sessions", 2000)
            .allow(atLeast(1))
            .doc("How many share sessions the broker keeps, that is, how many members may fetch from it. Each loop"
                    + " (barnabas.loops) keeps an equal part.");

    public static final Setting<Boolean> ERRORS_DEADLETTERQUEUE_AUTO_CREATE_TOPICS_ENABLE = DECLARED.bool(
                    "errors.deadletterqueue.auto.create.topics.enable", false)
            .clusterWide()
            .doc("Whether a topic for dead letters that a share group names is created when there is none.");

    public static final Setting<String> ERRORS_DEADLETTERQUEUE_TOPIC_NAME_PREFIX = DECLARED.string(
                    "errors.deadletterqueue.topic.name.prefix", "dlq.")
            .clusterWide()
            .doc("How the names of topics for dead letters must begin; empty allows any.");

    // The states of share groups

    public static final Setting<Integer> SHARE_COORDINATOR_SNAPSHOT_UPDATE_RECORDS_PER_SNAPSHOT = DECLARED.integer(
                    "share.coordinator.snapshot.update.records.per.snapshot", 500)
            .allow(between(0, 500))
            .doc("How many changes of a state are stored by themselves until all of it is stored again.");

    public static final Setting<Integer> SHARE_COORDINATOR_WRITE_TIMEOUT_MS = DECLARED.integer(
                    "share.coordinator.write.timeout.ms", 5000)
            .allow(atLeast(1))
            .high()
            .doc("How long a change of a state may take to become durable before the broker that asked is told to try"
                    + " again.");

    public static final Setting<Integer> SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS = DECLARED.integer(
                    "share.coordinator.state.topic.num.partitions", 50)
            .allow(atLeast(1))
            .high()
            .doc("The number of partitions of __share_group_state, taken when it is created and never to be changed.");

    public static final Setting<Integer> SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR = DECLARED.shortInteger(
                    "share.coordinator.state.topic.replication.factor", 3)
            .allow(atLeast(1))
            .high()
            .doc("The number of replicas of __share_group_state, taken when it is created. Where the cluster has fewer"
                    + " brokers there is one for each; in Kafka the topic could not be created then.");

    public static final Setting<Integer> SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR = DECLARED.shortInteger(
                    "share.coordinator.state.topic.min.isr", 2)
            .allow(atLeast(1))
            .high()
            .doc("How many replicas of __share_group_state must be in sync for it to be written to; at most as many as"
                    + " it has.");

    public static final Setting<Integer> SHARE_COORDINATOR_STATE_TOPIC_SEGMENT_BYTES = DECLARED.integer(
                    "share.coordinator.state.topic.segment.bytes", 104_857_600)
            .allow(atLeast(1))
            .high()
            .doc("The segment size of __share_group_state, taken when it is created.");

    // Streams groups (KIP-1071)

    public static final Setting<List<String>> GROUP_STREAMS_ASSIGNORS = DECLARED.list(
                    "group.streams.assignors", "sticky")
            .allow(anyOf("sticky"))
            .doc("The assignors that a group may choose from; the first is the default.");
    public static final Setting<Integer> GROUP_STREAMS_MAX_SIZE = DECLARED.integer(
                    "group.streams.max.size", Integer.MAX_VALUE)
            .allow(atLeast(1))
            .doc("The most members of a streams group.");
    public static final Setting<Integer> GROUP_STREAMS_SESSION_TIMEOUT_MS =
            streams("group.streams.session.timeout.ms", 45_000, 1, "How long a member may be silent.");
    public static final Setting<Integer> GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS =
            streams("group.streams.min.session.timeout.ms", 45_000, 1, "The shortest session timeout of a group.");
    public static final Setting<Integer> GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS =
            streams("group.streams.max.session.timeout.ms", 60_000, 1, "The longest session timeout of a group.");
    public static final Setting<Integer> GROUP_STREAMS_HEARTBEAT_INTERVAL_MS =
            streams("group.streams.heartbeat.interval.ms", 5000, 1, "How often a member sends a heartbeat.");
    public static final Setting<Integer> GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS =
            streams("group.streams.min.heartbeat.interval.ms", 5000, 1, "The shortest heartbeat interval of a group.");
    public static final Setting<Integer> GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS =
            streams("group.streams.max.heartbeat.interval.ms", 15_000, 1, "The longest heartbeat interval of a group.");
    public static final Setting<Integer> GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS = DECLARED.integer(
                    "group.streams.assignment.interval.ms", 1000)
            .allow(atLeast(0))
            .clusterWide()
            .doc("The least time between two assignments of a group.");
    public static final Setting<Integer> GROUP_STREAMS_MIN_ASSIGNMENT_INTERVAL_MS =
            streams("group.streams.min.assignment.interval.ms", 0, 0, "The shortest assignment interval of a group.");
    public static final Setting<Integer> GROUP_STREAMS_MAX_ASSIGNMENT_INTERVAL_MS = streams(
            "group.streams.max.assignment.interval.ms", 15_000, 0, "The longest assignment interval of a group.");
    public static final Setting<Integer> GROUP_STREAMS_NUM_STANDBY_REPLICAS =
            streams("group.streams.num.standby.replicas", 0, 0, "How many standby tasks each task has.");
    public static final Setting<Integer> GROUP_STREAMS_MAX_STANDBY_REPLICAS =
            streams("group.streams.max.standby.replicas", 2, 0, "The most standby tasks that a group may ask for.");
    public static final Setting<Integer> GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS = streams(
            "group.streams.initial.rebalance.delay.ms", 3000, 0, "How long a new group waits for further members.");
    public static final Setting<List<String>> GROUP_STREAMS_RACK_AWARE_ASSIGNMENT_TAGS = DECLARED.list(
                    "group.streams.rack.aware.assignment.tags")
            .low()
            .doc("The client tags over which standby tasks are spread.");

    // Transactions

    public static final Setting<Integer> TRANSACTION_MAX_TIMEOUT_MS = DECLARED.integer(
                    "transaction.max.timeout.ms", 900_000)
            .allow(atLeast(1))
            .high()
            .doc("The longest transaction timeout that a producer may ask for.");

    public static final Setting<Boolean> TRANSACTION_PARTITION_VERIFICATION_ENABLE = DECLARED.bool(
                    "transaction.partition.verification.enable", true)
            .clusterWide()
            .low()
            .doc("Whether records of a transaction are accepted only if its coordinator knows of the partition. It"
                    + " concerns older clients; for newer ones the partition is added to the transaction.");

    public static final Setting<Integer> TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS = DECLARED.integer(
                    "transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000)
            .allow(atLeast(1))
            .low()
            .doc("How soon the abort of a transaction that was open for too long is tried again if it was refused. The"
                    + " first time it is aborted when its time is over.");

    public static final Setting<Integer> TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS = DECLARED.integer(
                    "transaction.remove.expired.transaction.cleanup.interval.ms", 3_600_000)
            .allow(atLeast(1))
            .low()
            .doc("How often it is looked whether there are transactional ids to forget.");

    public static final Setting<Integer> ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MAX_MS = DECLARED.integer(
                    "add.partitions.to.txn.retry.backoff.max.ms", 100)
            .allow(atLeast(0))
            .high()
            .doc("How long records of a new transaction wait for the transaction before to end in all its partitions.");

    public static final Setting<Integer> TRANSACTIONAL_ID_EXPIRATION_MS = DECLARED.integer(
                    "transactional.id.expiration.ms", 604_800_000)
            .allow(atLeast(1))
            .high()
            .doc("How long a transactional id that is not used is remembered.");

    public static final Setting<Integer> TRANSACTION_STATE_LOG_NUM_PARTITIONS = DECLARED.integer(
                    "transaction.state.log.num.partitions", 50)
            .allow(atLeast(1))
            .high()
            .doc("The number of partitions of __transaction_state, taken when it is created and never to be changed.");

    public static final Setting<Integer> TRANSACTION_STATE_LOG_REPLICATION_FACTOR = DECLARED.shortInteger(
                    "transaction.state.log.replication.factor", 1)
            .allow(atLeast(1))
            .high()
            .differs("Kafka's is 3: " + SINGLE_NODE)
            .doc("The number of replicas of __transaction_state, taken when it is created.");

    public static final Setting<Integer> TRANSACTION_STATE_LOG_MIN_ISR = DECLARED.integer(
                    "transaction.state.log.min.isr", 1)
            .allow(atLeast(1))
            .high()
            .differs("Kafka's is 2: " + SINGLE_NODE)
            .doc("How many replicas of __transaction_state must be in sync for it to be written to.");

    public static final Setting<Integer> TRANSACTION_STATE_LOG_SEGMENT_BYTES = DECLARED.integer(
                    "transaction.state.log.segment.bytes", 104_857_600)
            .allow(atLeast(1))
            .high()
            .doc("The segment size of __transaction_state, taken when it is created.");

    /**
     * A setting and its bounds: a group may choose only between them.
     *
     * @param group the name of the setting of a group that is bounded by them too
     */
    record Bounded(String group, Setting<Integer> least, Setting<Integer> value, Setting<Integer> most) {}

    static final List<Bounded> BOUNDED = List.of(
            new Bounded(
                    "consumer.session.timeout.ms",
                    GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS,
                    GROUP_CONSUMER_SESSION_TIMEOUT_MS,
                    GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS),
            new Bounded(
                    "consumer.heartbeat.interval.ms",
                    GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS,
                    GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS,
                    GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS),
            new Bounded(
                    "consumer.assignment.interval.ms",
                    GROUP_CONSUMER_MIN_ASSIGNMENT_INTERVAL_MS,
                    GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS,
                    GROUP_CONSUMER_MAX_ASSIGNMENT_INTERVAL_MS),
            new Bounded(
                    "share.session.timeout.ms",
                    GROUP_SHARE_MIN_SESSION_TIMEOUT_MS,
                    GROUP_SHARE_SESSION_TIMEOUT_MS,
                    GROUP_SHARE_MAX_SESSION_TIMEOUT_MS),
            new Bounded(
                    "share.heartbeat.interval.ms",
                    GROUP_SHARE_MIN_HEARTBEAT_INTERVAL_MS,
                    GROUP_SHARE_HEARTBEAT_INTERVAL_MS,
                    GROUP_SHARE_MAX_HEARTBEAT_INTERVAL_MS),
            new Bounded(
                    "share.assignment.interval.ms",
                    GROUP_SHARE_MIN_ASSIGNMENT_INTERVAL_MS,
                    GROUP_SHARE_ASSIGNMENT_INTERVAL_MS,
                    GROUP_SHARE_MAX_ASSIGNMENT_INTERVAL_MS),
            new Bounded(
                    "share.record.lock.duration.ms",
                    GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS,
                    GROUP_SHARE_RECORD_LOCK_DURATION_MS,
                    GROUP_SHARE_MAX_RECORD_LOCK_DURATION_MS),
            new Bounded(
                    "share.delivery.count.limit",
                    GROUP_SHARE_MIN_DELIVERY_COUNT_LIMIT,
                    GROUP_SHARE_DELIVERY_COUNT_LIMIT,
                    GROUP_SHARE_MAX_DELIVERY_COUNT_LIMIT),
            new Bounded(
                    "share.partition.max.record.locks",
                    GROUP_SHARE_MIN_PARTITION_MAX_RECORD_LOCKS,
                    GROUP_SHARE_PARTITION_MAX_RECORD_LOCKS,
                    GROUP_SHARE_MAX_PARTITION_MAX_RECORD_LOCKS),
            new Bounded(
                    "streams.session.timeout.ms",
                    GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS,
                    GROUP_STREAMS_SESSION_TIMEOUT_MS,
                    GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS),
            new Bounded(
                    "streams.heartbeat.interval.ms",
                    GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS,
                    GROUP_STREAMS_HEARTBEAT_INTERVAL_MS,
                    GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS),
            new Bounded(
                    "streams.assignment.interval.ms",
                    GROUP_STREAMS_MIN_ASSIGNMENT_INTERVAL_MS,
                    GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS,
                    GROUP_STREAMS_MAX_ASSIGNMENT_INTERVAL_MS));

    private CoordinatorSettings() {}

    private static Setting<Integer> consumer(String name, int defaultValue, int least, String doc) {
        return DECLARED.integer(name, defaultValue).allow(atLeast(least)).doc(doc);
    }

    private static Setting<Integer> share(String name, int defaultValue, int least, String doc) {
        return DECLARED.integer(name, defaultValue).allow(atLeast(least)).doc(doc);
    }

    private static Setting<Integer> share(String name, int defaultValue, int least, int most, String doc) {
        return DECLARED.integer(name, defaultValue).allow(between(least, most)).doc(doc);
    }

    private static Setting<Integer> streams(String name, int defaultValue, int least, String doc) {
        return DECLARED.integer(name, defaultValue).allow(atLeast(least)).doc(doc);
    }
}
