package dev.barnabas.groups;

/**
 * How soon a member of a consumer group is to send its next heartbeat.
 *
 * <p>A coordinator cannot call its members: whoever has to give up a partition learns of it with its next heartbeat,
 * and whoever waits for one as well. With an interval of 5 s a group of a few members takes two or three of them to
 * form. But every answer says when the next heartbeat is wanted (KIP-848), so a group is asked often while it changes,
 * and less and less often the longer it has been quiet: after {@code quiet} milliseconds since the last assignment, a
 * settled member is asked again after half of that, one that waits for something after an eighth; a change costs each
 * member about ten more heartbeats. However large a group is, its members together send no more than a thousand a
 * second.
 *
 * <p>A group that has been quiet for long is asked once a second, so that its members learn soon of the next change;
 * less often, down to the interval that is set, where that would be more than twenty heartbeats a second for all groups
 * of the shard: of fifty shards a thousand.
 */
final class HeartbeatPace {
    private static final long LEAST_MS = 100;
    private static final int PER_SECOND = 1_000;
    private static final long LEAST_RESTING_MS = 1_000;
    private static final int RESTING_PER_SECOND = 20;

    private HeartbeatPace() {}

    /**
     * How often the members of a group are asked in which nothing changes.
     *
     * @param shardMembers of all groups of the shard
     * @param set the interval that is set
     */
    static int restingMs(int shardMembers, int set) {
        return (int) Math.min(set, Math.max(LEAST_RESTING_MS, shardMembers * 1_000L / RESTING_PER_SECOND));
    }

    /**
     * @param quietMs how long the targets have been what they are
     * @param settled the member has all that it is to have, as far as one knows
     * @param most that of a group in which nothing changes
     */
    static int nextMs(long quietMs, boolean settled, int members, int most) {
        long least = Math.max(LEAST_MS, members * 1_000L / PER_SECOND);
        long wanted = Math.max(0, quietMs) / (settled ? 2 : 8);
        if (wanted >= most) {
            return most;
        }
        // In steps, as clients write a line into their logs whenever it is another interval.
        return (int) Math.min(most, least * Math.max(1, Long.highestOneBit(wanted / least)));
    }
}
