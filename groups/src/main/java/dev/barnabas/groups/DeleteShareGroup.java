package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Forgets a share group that has no members: first its states at the share coordinators, then the group. If not all of
 * them could be forgotten the group stays, and is deleted by whoever asks again.
 */
final class DeleteShareGroup {

    private DeleteShareGroup() {}

    /** Part of a {@link DeleteGroup}. */
    static Decision<GroupRecord, GroupChange, GroupTimer> begin(
            GroupShard shard, ShareGroup group, Ticket<DeletableGroupResult> ticket, long nowMs) {
        NavigableSet<Uuid> topics = group.states().names().navigableKeySet();
        NavigableSet<SharePlace> places = new TreeSet<>();
        topics.forEach(topic -> places.addAll(ShareTimers.everyPlaceOf(shard.topics(), topic)));
        if (places.isEmpty()) {
            return forget(group, ticket);
        }
        ShareDraft draft = new ShareDraft(shard, group, nowMs);
        draft.store(draft.states().ending(topics));
        return draft.whenCommitted(() -> shard.shareFollowUps()
                        .delete(
                                group.id(),
                                places,
                                ticket,
                                results -> (later, laterMs) -> end(later, group.id(), results, ticket, laterMs)))
                .decision();
    }

    private static Decision<GroupRecord, GroupChange, GroupTimer> end(
            GroupShard shard,
            String groupId,
            NavigableMap<SharePlace, ErrorCode> results,
            Ticket<DeletableGroupResult> ticket,
            long nowMs) {
        Optional<ShareGroup> group = shard.share(groupId);
        if (group.isEmpty()) {
            return Decision.answer(ticket.with(DeleteGroup.answer(groupId, ErrorCode.GROUP_ID_NOT_FOUND)));
        }
        ShareDraft draft = new ShareDraft(shard, group.get(), nowMs);
        draft.store(draft.states().ended(ShareStatesEnded.ended(results)));
        boolean nothingLeft = draft.states().names().keySet().stream()
                .allMatch(topic -> shard.topics().nameOf(topic).isEmpty());
        if (!group.get().isEmpty()) {
            return draft.answer(ticket.with(DeleteGroup.answer(groupId, ErrorCode.NON_EMPTY_GROUP)))
                    .decision();
        }
        if (nothingLeft) {
            return forget(group.get(), ticket);
        }
        ErrorCode why = results.values().stream()
                .filter(error -> !ShareStatesEnded.isGone(error))
                .findFirst()
                .orElse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        return draft.answer(ticket.with(DeleteGroup.answer(groupId, why))).decision();
    }

    private static Decision<GroupRecord, GroupChange, GroupTimer> forget(
            ShareGroup group, Ticket<DeletableGroupResult> ticket) {
        return Expiry.divisible(
                group.tombstones(), List.of(ticket.with(DeleteGroup.answer(group.id(), ErrorCode.NONE))));
    }
}
