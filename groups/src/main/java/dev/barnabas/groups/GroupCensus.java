package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.ShardCounts;
import dev.barnabas.coordinator.Ticket;
import java.util.List;

/** All groups that a node coordinates, at one time. */
public record GroupCensus(List<Entry> groups, ShardCounts shards) {

    /**
     * A group.
     *
     * @param type as tools show it, such as {@code consumer}
     * @param state as tools show it, such as {@code Stable}
     */
    public record Entry(String group, String type, String state, int members) {}

    public GroupCensus {
        groups = List.copyOf(groups);
    }

    static Decision<GroupRecord, GroupChange, GroupTimer> of(GroupShard shard, Ticket<GroupCensus> ticket) {
        return Decision.answer(ticket.with(new GroupCensus(
                shard.groups().stream()
                        .map(group -> new Entry(group.id(), group.type(), group.state(), group.size()))
                        .toList(),
                ShardCounts.ACTIVE)));
    }

    static GroupCensus together(List<GroupCensus> shards) {
        return new GroupCensus(
                shards.stream().flatMap(shard -> shard.groups().stream()).toList(),
                shards.stream().map(GroupCensus::shards).reduce(ShardCounts.NONE, ShardCounts::plus));
    }
}
