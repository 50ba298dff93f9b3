package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.ListGroupsResponse.ListedGroup;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The groups that one shard keeps. Version 4 (KIP-518) filters by state, version 5 (KIP-848) by type, both regardless
 * of upper and lower case; no filter means all.
 */
record ListGroups(ListGroupsRequest request, Ticket<ListGroupsResponse> ticket) implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Set<String> states = lowerCase(request.statesFilter());
        Set<String> types = lowerCase(request.typesFilter());
        List<ListedGroup> listed = shard.groups().stream()
                .filter(group -> passes(states, group.state()) && passes(types, group.type()))
                .map(group -> ListedGroup.builder()
                        .groupId(group.id())
                        .protocolType(group.shownProtocolType())
                        .groupState(group.state())
                        .groupType(group.type())
                        .build())
                .toList();
        return Decision.answer(
                ticket.with(ListGroupsResponse.builder().groups(listed).build()));
    }

    private static Set<String> lowerCase(List<String> filter) {
        return filter.stream()
                .map(value -> value.trim().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    private static boolean passes(Set<String> filter, String value) {
        return filter.isEmpty() || filter.contains(value.toLowerCase(Locale.ROOT));
    }

    static ListGroupsResponse refusal(ErrorCode error) {
        return ListGroupsResponse.builder().errorCode(error.code()).build();
    }

    /** What all shards of a node say together: all groups, or the first error. */
    static ListGroupsResponse together(List<ListGroupsResponse> shards) {
        for (ListGroupsResponse shard : shards) {
            // A shard that has just moved is listed by its new node.
            boolean moved = shard.errorCode() == ErrorCode.NOT_COORDINATOR.code();
            if (shard.errorCode() != ErrorCode.NONE.code() && !moved) {
                return shard;
            }
        }
        return ListGroupsResponse.builder()
                .groups(shards.stream()
                        .flatMap(shard -> shard.groups().stream())
                        .toList())
                .build();
    }
}
