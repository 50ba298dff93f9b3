package dev.barnabas.coordinator;

import dev.barnabas.protocol.ErrorCode;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * The shards that this node hosts: one for each partition of the topic that it leads. Partitions come and go on their
 * own loops; requests come from any.
 *
 * @param <S> the shards
 * @param <R> their records
 * @param <C> their changes
 * @param <T> their timers
 */
public final class Shards<S extends Shard<R, C, T>, R, C, T> {
    private final Function<ShardLog, S> newShard;
    private final long writeTimeoutMs;
    private final ConcurrentNavigableMap<Integer, ShardHost<S, R, C, T>> led = new ConcurrentSkipListMap<>();

    /**
     * @param newShard makes an empty shard for one leadership of a partition
     * @param writeTimeoutMs how long an answer waits for its records to be committed
     *     ({@code offsets.commit.timeout.ms})
     */
    public Shards(Function<ShardLog, S> newShard, long writeTimeoutMs) {
        this.newShard = newShard;
        this.writeTimeoutMs = writeTimeoutMs;
    }

    /** The partition that a key is stored in: the same one that Apache Kafka chooses. */
    public static int partitionOf(String key, int partitions) {
        int hash = key.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }

    /** This node leads a partition from now on, or in a new epoch. On the partition's loop. */
    public void elected(int partition, ShardLog log) {
        resigned(partition);
        ShardHost<S, R, C, T> host = new ShardHost<>(newShard.apply(log), log, writeTimeoutMs);
        led.put(partition, host);
        host.start();
    }

    /** This node does not lead a partition (any more). On the partition's loop. */
    public void resigned(int partition) {
        ShardHost<S, R, C, T> host = led.remove(partition);
        if (host != null) {
            host.close();
        }
    }

    /** From any thread; the host itself belongs to its loop. */
    public Optional<ShardHost<S, R, C, T>> host(int partition) {
        return Optional.ofNullable(led.get(partition));
    }

    /** In the order of their partitions. From any thread. */
    public Collection<ShardHost<S, R, C, T>> hosts() {
        return led.values();
    }

    /**
     * Puts a request to the shard that keeps a key; its loop is found by itself.
     *
     * @param ticket refused with NOT_COORDINATOR if the shard is not here
     */
    public void decide(String key, int partitions, Ticket<?> ticket, Shard.Operation<S, R, C, T> operation) {
        Optional<ShardHost<S, R, C, T>> host = partitions <= 0 ? Optional.empty() : host(partitionOf(key, partitions));
        if (host.isEmpty()) {
            ticket.refused(partitions <= 0 ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.NOT_COORDINATOR)
                    .send();
            return;
        }
        onLoop(host.get(), () -> host.get().decide(key, ticket, operation));
    }

    /** Puts a question to one shard; its loop is found by itself. */
    public void read(ShardHost<S, R, C, T> host, Ticket<?> ticket, Shard.Operation<S, R, C, T> operation) {
        onLoop(host, () -> host.read(ticket, operation));
    }

    private void onLoop(ShardHost<S, R, C, T> host, Runnable task) {
        if (host.loop().isCurrent()) {
            task.run();
        } else {
            host.loop().execute(task);
        }
    }
}
