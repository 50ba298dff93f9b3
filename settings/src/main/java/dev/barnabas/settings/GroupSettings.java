package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.atLeast;
import static dev.barnabas.settings.Rule.oneOf;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The settings of a group that uses one of the newer protocols. What is not set comes from the broker. */
public final class GroupSettings {

    private static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.GROUP);

    public static final Setting<Integer> CONSUMER_SESSION_TIMEOUT_MS = integer(
            "consumer.session.timeout.ms",
            1,
            CoordinatorSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS,
            "How long a member may be silent before it is taken for gone.");
    public static final Setting<Integer> CONSUMER_HEARTBEAT_INTERVAL_MS = integer(
            "consumer.heartbeat.interval.ms",
            1,
            CoordinatorSettings.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS,
            "How often a member sends a heartbeat.");
    public static final Setting<Integer> CONSUMER_ASSIGNMENT_INTERVAL_MS = integer(
            "consumer.assignment.interval.ms",
            0,
            CoordinatorSettings.GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS,
            "The least time between two assignments.");

    public static final Setting<Integer> SHARE_SESSION_TIMEOUT_MS = integer(
            "share.session.timeout.ms",
            1,
            CoordinatorSettings.GROUP_SHARE_SESSION_TIMEOUT_MS,
            "How long a member may be silent before it is taken for gone.");
    public static final Setting<Integer> SHARE_HEARTBEAT_INTERVAL_MS = integer(
            "share.heartbeat.interval.ms",
            1,
            CoordinatorSettings.GROUP_SHARE_HEARTBEAT_INTERVAL_MS,
            "How often a member sends a heartbeat.");
    public static final Setting<Integer> SHARE_ASSIGNMENT_INTERVAL_MS = integer(
            "share.assignment.interval.ms",
            0,
            CoordinatorSettings.GROUP_SHARE_ASSIGNMENT_INTERVAL_MS,
            "The least time between two assignments.");
    public static final Setting<Integer> SHARE_RECORD_LOCK_DURATION_MS = integer(
            "share.record.lock.duration.ms",
            1000,
            CoordinatorSettings.GROUP_SHARE_RECORD_LOCK_DURATION_MS,
            "How long a member may work on a record before another one gets it.");
    public static final Setting<Integer> SHARE_DELIVERY_COUNT_LIMIT = integer(
            "share.delivery.count.limit",
            2,
            CoordinatorSettings.GROUP_SHARE_DELIVERY_COUNT_LIMIT,
            "How often a record is delivered before it is given up.");
    public static final Setting<Integer> SHARE_PARTITION_MAX_RECORD_LOCKS = integer(
            "share.partition.max.record.locks",
            100,
            CoordinatorSettings.GROUP_SHARE_PARTITION_MAX_RECORD_LOCKS,
            "How many records of a partition may be locked at a time.");

    public static final Setting<String> SHARE_AUTO_OFFSET_RESET = DECLARED.string("share.auto.offset.reset", "latest")
            .allow(new Rule<>("latest, earliest, by_duration:PnDTnHnMn.nS", GroupSettings::isOffsetReset))
            .doc("Where a group begins to read: at the end, at the start, or a duration before now.");

    public static final Setting<String> SHARE_ISOLATION_LEVEL = DECLARED.string(
                    "share.isolation.level", "read_uncommitted")
            .allow(oneOf("read_committed", "read_uncommitted"))
            .doc("Whether records of transactions are delivered only when these are committed.");

    public static final Setting<Boolean> SHARE_RENEW_ACKNOWLEDGE_ENABLE = DECLARED.bool(
                    "share.renew.acknowledge.enable", true)
            .doc("Whether a member may prolong the lock of a record.");

    public static final Setting<String> SHARE_ORDER = DECLARED.string("barnabas.share.order", "none")
            .allow(oneOf("none", "key", "strict_key"))
            .doc("In which order a share group gets the records of a partition. key: the unfinished records of a"
                    + " key are with one member at a time, in the order of their offsets. strict_key: one record"
                    + " of a key is out at a time. A change gives out again what is out.");

    public static final Setting<String> ERRORS_DEADLETTERQUEUE_TOPIC_NAME = DECLARED.string(
                    "errors.deadletterqueue.topic.name", "")
            .doc("The topic for records that could not be processed; empty is none.");

    public static final Setting<Boolean> ERRORS_DEADLETTERQUEUE_COPY_RECORD_ENABLE = DECLARED.bool(
                    "errors.deadletterqueue.copy.record.enable", false)
            .doc("Whether the topic for records that could not be processed gets their content too.");

    public static final Setting<Integer> STREAMS_SESSION_TIMEOUT_MS = integer(
            "streams.session.timeout.ms",
            1,
            CoordinatorSettings.GROUP_STREAMS_SESSION_TIMEOUT_MS,
            "How long a member may be silent before it is taken for gone.");
    public static final Setting<Integer> STREAMS_HEARTBEAT_INTERVAL_MS = integer(
            "streams.heartbeat.interval.ms",
            1,
            CoordinatorSettings.GROUP_STREAMS_HEARTBEAT_INTERVAL_MS,
            "How often a member sends a heartbeat.");
    public static final Setting<Integer> STREAMS_ASSIGNMENT_INTERVAL_MS = integer(
            "streams.assignment.interval.ms",
            0,
            CoordinatorSettings.GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS,
            "The least time between two assignments.");
    public static final Setting<Integer> STREAMS_INITIAL_REBALANCE_DELAY_MS = integer(
            "streams.initial.rebalance.delay.ms",
            0,
            CoordinatorSettings.GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS,
            "How long a new group waits for further members.");
    public static final Setting<Integer> STREAMS_NUM_STANDBY_REPLICAS = integer(
            "streams.num.standby.replicas",
            0,
            CoordinatorSettings.GROUP_STREAMS_NUM_STANDBY_REPLICAS,
            "How many standby tasks each task has.");

    public static final Setting<String> STREAMS_ASSIGNOR_NAME = DECLARED.string("streams.assignor.name", null)
            .orElse(CoordinatorSettings.GROUP_STREAMS_ASSIGNORS, List::getFirst)
            .doc("The assignor of the group.");

    public static final Setting<List<String>> STREAMS_RACK_AWARE_ASSIGNMENT_TAGS = DECLARED.list(
                    "streams.rack.aware.assignment.tags")
            .low()
            .orElse(CoordinatorSettings.GROUP_STREAMS_RACK_AWARE_ASSIGNMENT_TAGS)
            .doc("The client tags over which standby tasks are spread.");

    /** Every setting of a group. */
    public static final Declarations ALL = DECLARED.together();

    private GroupSettings() {}

    /** The settings of a group: its own ones over those of the broker. */
    public static Settings of(Map<String, String> texts, Settings broker) {
        return broker.below(ALL, Source.GROUP, texts);
    }

    /** What a group's settings, each valid by itself, violate: the broker's bounds and each other. */
    public static List<Problem> conflicts(Settings group) {
        List<Problem> conflicts = new ArrayList<>();
        for (CoordinatorSettings.Bounded bounded : CoordinatorSettings.BOUNDED) {
            Setting<Integer> setting = bounded.value();
            int value = ALL.find(bounded.group())
                    .flatMap(own -> group.describe(own.name()))
                    .map(described -> Integer.parseInt(String.valueOf(described.value())))
                    .orElseGet(() -> group.get(setting));
            int least = group.get(bounded.least());
            int most = group.get(bounded.most());
            if (value < least || value > most) {
                conflicts.add(new Problem(
                        "",
                        bounded.group(),
                        value + " is not allowed; allowed by the broker: " + least + " to " + most));
            }
        }
        requireShorter(group, CONSUMER_HEARTBEAT_INTERVAL_MS, CONSUMER_SESSION_TIMEOUT_MS, conflicts);
        requireShorter(group, SHARE_HEARTBEAT_INTERVAL_MS, SHARE_SESSION_TIMEOUT_MS, conflicts);
        requireShorter(group, STREAMS_HEARTBEAT_INTERVAL_MS, STREAMS_SESSION_TIMEOUT_MS, conflicts);
        String assignor = group.get(STREAMS_ASSIGNOR_NAME);
        List<String> assignors = group.get(CoordinatorSettings.GROUP_STREAMS_ASSIGNORS);
        if (!assignors.contains(assignor)) {
            conflicts.add(new Problem(
                    "",
                    STREAMS_ASSIGNOR_NAME.name(),
                    "'" + assignor + "' is not allowed; allowed by the broker: " + String.join(", ", assignors)));
        }
        int standbys = group.get(STREAMS_NUM_STANDBY_REPLICAS);
        int mostStandbys = group.get(CoordinatorSettings.GROUP_STREAMS_MAX_STANDBY_REPLICAS);
        if (standbys > mostStandbys) {
            conflicts.add(new Problem(
                    "",
                    STREAMS_NUM_STANDBY_REPLICAS.name(),
                    standbys + " is not allowed; allowed by the broker: at most " + mostStandbys));
        }
        return conflicts;
    }

    private static void requireShorter(
            Settings group, Setting<Integer> heartbeat, Setting<Integer> session, List<Problem> conflicts) {
        if (group.get(heartbeat) >= group.get(session)) {
            conflicts.add(new Problem("", heartbeat.name(), "must be shorter than " + session.name()));
        }
    }

    private static boolean isOffsetReset(String text) {
        if (text.equals("latest") || text.equals("earliest")) {
            return true;
        }
        String prefix = "by_duration:";
        if (!text.startsWith(prefix)) {
            return false;
        }
        try {
            return !Duration.parse(text.substring(prefix.length())).isNegative();
        } catch (DateTimeParseException notADuration) {
            return false;
        }
    }

    private static Setting<Integer> integer(String name, int least, Setting<Integer> broker, String doc) {
        var declared = DECLARED.integer(name, broker.defaultValue().orElseThrow())
                .allow(atLeast(least))
                .orElse(broker);
        return declared.doc(doc);
    }
}
