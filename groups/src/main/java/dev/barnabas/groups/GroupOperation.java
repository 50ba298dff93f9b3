package dev.barnabas.groups;

import dev.barnabas.coordinator.Shard;

/** A request to a group, as it is decided by the shard that keeps the group. */
interface GroupOperation extends Shard.Operation<GroupShard, GroupRecord, GroupChange, GroupTimer> {}
