package dev.barnabas.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a consumer fetches, where it starts, and to which group it belongs.
 *
 * @param group the group it is a member of, whose committed offsets it uses; or null: then it can only be assigned
 *     partitions, and cannot commit
 * @param reset where to start without a committed offset ({@code auto.offset.reset})
 * @param autoCommitInterval how often the position is committed, or null: never by itself ({@code enable.auto.commit},
 *     {@code auto.commit.interval.ms})
 * @param isolation what of transactions is seen ({@code isolation.level})
 * @param fetch how much is fetched at once
 * @param allowTopicCreation whether asking for a topic may create it ({@code allow.auto.create.topics})
 */
public record ConsumerSettings(
        @Nullable Group group,
        OffsetReset reset,
        @Nullable Duration autoCommitInterval,
        Isolation isolation,
        Fetch fetch,
        boolean allowTopicCreation) {

    /** What of transactions is seen. */
    public enum Isolation {
        READ_UNCOMMITTED(0),
        READ_COMMITTED(1);

        private final byte code;

        Isolation(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }
    }

    public ConsumerSettings {
        if (autoCommitInterval != null && (autoCommitInterval.isNegative() || autoCommitInterval.isZero())) {
            throw new IllegalArgumentException("the interval of commits must be positive: " + autoCommitInterval);
        }
    }

    /** For partitions that are assigned by hand, with nothing to commit; starts at the earliest offset. */
    public static ConsumerSettings alone() {
        return new ConsumerSettings(
                null, OffsetReset.earliest(), null, Isolation.READ_UNCOMMITTED, Fetch.DEFAULT, false);
    }

    /** A member of a group that commits every five seconds and starts at the end, as Kafka's consumer does. */
    public static ConsumerSettings group(String id) {
        return new ConsumerSettings(
                Group.of(id),
                OffsetReset.latest(),
                Duration.ofSeconds(5),
                Isolation.READ_UNCOMMITTED,
                Fetch.DEFAULT,
                true);
    }

    public ConsumerSettings withReset(OffsetReset newReset) {
        return new ConsumerSettings(group, newReset, autoCommitInterval, isolation, fetch, allowTopicCreation);
    }

    public ConsumerSettings withAutoCommit(Duration interval) {
        return new ConsumerSettings(group, reset, interval, isolation, fetch, allowTopicCreation);
    }

    public ConsumerSettings withoutAutoCommit() {
        return new ConsumerSettings(group, reset, null, isolation, fetch, allowTopicCreation);
    }

    public ConsumerSettings withGroup(Group newGroup) {
        return new ConsumerSettings(newGroup, reset, autoCommitInterval, isolation, fetch, allowTopicCreation);
    }

    public ConsumerSettings withIsolation(Isolation newIsolation) {
        return new ConsumerSettings(group, reset, autoCommitInterval, newIsolation, fetch, allowTopicCreation);
    }

    public ConsumerSettings withFetch(Fetch newFetch) {
        return new ConsumerSettings(group, reset, autoCommitInterval, isolation, newFetch, allowTopicCreation);
    }

    Optional<Duration> autoCommit() {
        return Optional.ofNullable(autoCommitInterval);
    }

    /**
     * Membership in a group with the classic protocol.
     *
     * @param instanceId the name of a static member, which comes back to its partitions after a restart without a
     *     rebalance, or null ({@code group.instance.id}, KIP-345)
     * @param assignors how this member could share out, the preferred first; the group uses one that all its members
     *     know ({@code partition.assignment.strategy}). If all of them are cooperative, partitions that stay are
     *     consumed on while the group rebalances
     * @param session without a heartbeat for so long the member counts as dead ({@code session.timeout.ms})
     * @param heartbeat how often to send one ({@code heartbeat.interval.ms})
     * @param maxPollInterval without a poll for so long the member leaves, so that others can go on
     *     ({@code max.poll.interval.ms}); it is also how long a rebalance waits for members
     */
    public record Group(
            String id,
            @Nullable String instanceId,
            List<Assignor> assignors,
            Duration session,
            Duration heartbeat,
            Duration maxPollInterval) {

        public Group {
            if (id.isEmpty()) {
                throw new IllegalArgumentException("the group has no name");
            }
            if (instanceId != null && instanceId.isEmpty()) {
                throw new IllegalArgumentException("the static member has no name");
            }
            assignors = List.copyOf(assignors);
            if (assignors.isEmpty()) {
                throw new IllegalArgumentException("a member needs at least one assignor");
            }
            if (heartbeat.isNegative() || heartbeat.isZero() || heartbeat.compareTo(session) >= 0) {
                throw new IllegalArgumentException("heartbeats (every " + heartbeat
                        + ") must be more frequent than the session lasts: " + session);
            }
        }

        public static Group of(String id) {
            return new Group(
                    id,
                    null,
                    List.of(Assignor.RANGE, Assignor.COOPERATIVE_STICKY),
                    Duration.ofSeconds(45),
                    Duration.ofSeconds(3),
                    Duration.ofMinutes(5));
        }

        public Group withInstanceId(@Nullable String newInstanceId) {
            return new Group(id, newInstanceId, assignors, session, heartbeat, maxPollInterval);
        }

        public Group withAssignors(Assignor... newAssignors) {
            return new Group(id, instanceId, List.of(newAssignors), session, heartbeat, maxPollInterval);
        }

        public Group withTimes(Duration newSession, Duration newHeartbeat, Duration newMaxPollInterval) {
            return new Group(id, instanceId, assignors, newSession, newHeartbeat, newMaxPollInterval);
        }

        /** Whether partitions are kept while the group rebalances: only if no assignor forbids it (KIP-429). */
        boolean cooperative() {
            return assignors.stream().allMatch(Assignor::cooperative);
        }
    }

    /**
     * How much is fetched at once, and kept for {@code poll}.
     *
     * @param minBytes the broker waits for so much ... ({@code fetch.min.bytes})
     * @param maxWait ... but not longer than this ({@code fetch.max.wait.ms})
     * @param maxBytes of one answer; the first batch comes even if it is larger ({@code fetch.max.bytes})
     * @param maxPartitionBytes of one partition in one answer, likewise ({@code max.partition.fetch.bytes})
     * @param maxBufferedBytes no more is fetched while so much waits to be polled
     * @param maxPollRecords as many whole batches as hold about this many records come out of one poll
     *     ({@code max.poll.records}; batches are not split)
     */
    public record Fetch(
            int minBytes,
            Duration maxWait,
            int maxBytes,
            int maxPartitionBytes,
            long maxBufferedBytes,
            int maxPollRecords) {

        public static final Fetch DEFAULT =
                new Fetch(1, Duration.ofMillis(500), 50 * 1024 * 1024, 1024 * 1024, 64L * 1024 * 1024, 500);

        public Fetch {
            if (minBytes < 0 || maxBytes < 1 || maxPartitionBytes < 1 || maxBufferedBytes < 1 || maxPollRecords < 1) {
                throw new IllegalArgumentException("sizes must be positive");
            }
            if (maxWait.isNegative()) {
                throw new IllegalArgumentException("the longest wait must not be negative: " + maxWait);
            }
        }

        public Fetch withMaxWait(Duration newMaxWait) {
            return new Fetch(minBytes, newMaxWait, maxBytes, maxPartitionBytes, maxBufferedBytes, maxPollRecords);
        }

        public Fetch withMaxPollRecords(int records) {
            return new Fetch(minBytes, maxWait, maxBytes, maxPartitionBytes, maxBufferedBytes, records);
        }
    }
}
