package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.atLeast;
import static dev.barnabas.settings.Rule.oneOf;

/** How the replicas of a partition follow their leader. They are settings of the broker. */
public final class ReplicationSettings {

    static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.BROKER);

    /** The only selector there is; its name is that of Kafka's class. */
    public static final String RACK_AWARE_SELECTOR = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    /** Kafka's other class stands for not selecting at all. */
    static final String LEADER_SELECTOR = "org.apache.kafka.common.replica.LeaderSelector";

    public static final Setting<Integer> NUM_REPLICA_FETCHERS = DECLARED.integer("num.replica.fetchers", 1)
            .allow(atLeast(1))
            .high()
            .clusterWide()
            .withoutEffect("each loop (barnabas.loops) has one connection to each broker that leads partitions of it")
            .doc("How many threads fetch from each broker.");

    public static final Setting<Integer> REPLICA_FETCH_MAX_BYTES = DECLARED.integer(
                    "replica.fetch.max.bytes", 1_048_576)
            .allow(atLeast(0))
            .doc("How many bytes of one partition a follower asks for at a time; the first batch is always sent"
                    + " whole.");

    public static final Setting<Integer> REPLICA_FETCH_RESPONSE_MAX_BYTES = DECLARED.integer(
                    "replica.fetch.response.max.bytes", 10_485_760)
            .allow(atLeast(0))
            .doc("How many bytes of all partitions together a follower asks for at a time; the first batch is always"
                    + " sent whole.");

    public static final Setting<Integer> REPLICA_FETCH_MIN_BYTES = DECLARED.integer("replica.fetch.min.bytes", 1)
            .high()
            .doc("For how many bytes a leader waits before it answers a follower, at most for"
                    + " replica.fetch.wait.max.ms.");

    public static final Setting<Integer> REPLICA_FETCH_WAIT_MAX_MS = DECLARED.integer("replica.fetch.wait.max.ms", 500)
            .high()
            .doc("How long a leader waits before it answers a follower that there is nothing new; must not be longer"
                    + " than replica.lag.time.max.ms.");

    public static final Setting<Integer> REPLICA_FETCH_BACKOFF_MS = DECLARED.integer("replica.fetch.backoff.ms", 1000)
            .allow(atLeast(0))
            .doc("The longest that a follower waits before it tries again what failed: to connect to a leader, or to"
                    + " fetch a partition. Unlike Kafka's, its first tries follow each other sooner.");

    public static final Setting<Integer> REPLICA_SOCKET_TIMEOUT_MS = DECLARED.integer(
                    "replica.socket.timeout.ms", 30_000)
            .high()
            .doc("How long a follower waits for a leader's answer before it gives the connection up; must be longer"
                    + " than replica.fetch.wait.max.ms.");

    public static final Setting<Long> REPLICA_LAG_TIME_MAX_MS = DECLARED.longInteger("replica.lag.time.max.ms", 30_000L)
            .high()
            .doc("A follower that has not been at the end of its leader's log for that long is no longer in sync.");

    public static final Setting<Long> LEADER_REPLICATION_THROTTLED_RATE = DECLARED.longInteger(
                    "leader.replication.throttled.rate", Long.MAX_VALUE)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How many bytes in a second this broker sends, as a leader, to followers that are not in sync of the"
                    + " partitions in leader.replication.throttled.replicas. Unlike Kafka's it does not count what"
                    + " goes to followers in sync.");

    public static final Setting<Long> FOLLOWER_REPLICATION_THROTTLED_RATE = DECLARED.longInteger(
                    "follower.replication.throttled.rate", Long.MAX_VALUE)
            .allow(atLeast(0))
            .clusterWide()
            .doc("How many bytes in a second this broker fetches for replicas that are not in sync of the partitions in"
                    + " follower.replication.throttled.replicas. Unlike Kafka's it does not count replicas in sync.");

    public static final Setting<String> REPLICA_SELECTOR_CLASS = DECLARED.string("replica.selector.class", null)
            .allow(oneOf(RACK_AWARE_SELECTOR, LEADER_SELECTOR))
            .doc("From which replica consumers are told to read: the leader (unset), or one in the rack that they say"
                    + " they are in.");

    private ReplicationSettings() {}
}
