package dev.barnabas.coordinator;

import dev.barnabas.protocol.ErrorCode;

/**
 * How the shards that a node hosts are.
 *
 * @param active that answer
 * @param loading that are being replayed
 * @param failed that could not be loaded: what they keep has no coordinator
 */
public record ShardCounts(int active, int loading, int failed) {

    public static final ShardCounts NONE = new ShardCounts(0, 0, 0);
    public static final ShardCounts ACTIVE = new ShardCounts(1, 0, 0);

    /** The shard that has refused a question so. */
    public static ShardCounts refusing(ErrorCode error) {
        return error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? new ShardCounts(0, 1, 0) : new ShardCounts(0, 0, 1);
    }

    public ShardCounts plus(ShardCounts other) {
        return new ShardCounts(active + other.active, loading + other.loading, failed + other.failed);
    }
}
