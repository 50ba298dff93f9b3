package dev.barnabas.replication;

import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogFault;
import dev.barnabas.log.LogListener;
import dev.barnabas.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Passes the events of a log on, once there is a partition. Owned by the partition's loop. */
final class PartitionLogEvents implements LogListener {
    private @Nullable Partition partition;

    void belongTo(Partition owner) {
        partition = owner;
    }

    @Override
    public void stableEndOffsetAdvanced(long stableEndOffset) {
        if (partition != null) {
            partition.role().stableEndAdvanced();
        }
    }

    @Override
    public void logStartOffsetAdvanced(long logStartOffset) {
        // Clients learn of it with their next response; followers do the same, and leaders wait for that.
        if (partition != null && partition.role() instanceof LeaderRole) {
            partition.watches().logStartMoved();
        } else if (partition != null && partition.role() instanceof FollowerRole) {
            partition.listener().positionChanged(partition);
        }
    }

    @Override
    public void roomIsBack() {
        if (partition != null && partition.role() instanceof FollowerRole) {
            partition.listener().positionChanged(partition);
        }
    }

    @Override
    public void compactionFailed(String why) {
        if (partition != null) {
            partition.listener().compactionFailed(partition, why);
        }
    }

    @Override
    public void damageFound(LogDamage damage) {
        if (partition != null) {
            partition.listener().damageFound(partition, damage);
        }
    }

    @Override
    public void failed(LogFault fault) {
        if (partition != null) {
            partition.roles().stop(ErrorCode.KAFKA_STORAGE_ERROR, "The partition's log is offline");
            partition.listener().failed(partition, fault);
        }
    }
}
