package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import java.util.List;
import java.util.Optional;

/** Forgets a group that has no members, with all its offsets: one of those that a DeleteGroups request names. */
record DeleteGroup(String groupId, Ticket<DeletableGroupResult> ticket) implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<Group> group = shard.group(groupId);
        if (group.isEmpty()) {
            return Decision.answer(ticket.with(answer(groupId, ErrorCode.GROUP_ID_NOT_FOUND)));
        }
        if (!group.get().isEmpty()) {
            return Decision.answer(ticket.with(answer(groupId, ErrorCode.NON_EMPTY_GROUP)));
        }
        if (shard.share(groupId).isPresent()) {
            return DeleteShareGroup.begin(shard, shard.share(groupId).get(), ticket, nowMs);
        }
        return Expiry.divisible(
                Expiry.everythingOf(shard, groupId), List.of(ticket.with(answer(groupId, ErrorCode.NONE))));
    }

    static DeletableGroupResult answer(String groupId, ErrorCode error) {
        return DeletableGroupResult.builder()
                .groupId(groupId)
                .errorCode(error.code())
                .build();
    }
}
