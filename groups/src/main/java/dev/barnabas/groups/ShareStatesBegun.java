package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.GroupTimer.ShareStatesDue;
import dev.barnabas.protocol.ErrorCode;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The share coordinators have begun states, or could not: what has begun is assigned, for the rest they are asked again
 * a little later.
 */
record ShareStatesBegun(String groupId, NavigableMap<SharePlace, ErrorCode> results, Ticket<ErrorCode> ticket)
        implements GroupOperation {
    private static final long RETRY_MS = 1_000;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ShareGroup> group = shard.share(groupId);
        if (group.isEmpty()) {
            return Decision.answer(ticket.with(ErrorCode.NONE));
        }
        ShareDraft draft = new ShareDraft(shard, group.get(), nowMs);
        Partitions.Builder begun = new Partitions.Builder();
        NavigableSet<SharePlace> unknown = new TreeSet<>();
        boolean failed = false;
        for (var result : results.entrySet()) {
            SharePlace place = result.getKey();
            switch (result.getValue()) {
                case NONE -> begun.add(place.topicId(), place.partition());
                case FENCED_STATE_EPOCH -> unknown.add(place);
                default -> failed = true;
            }
        }
        Partitions done = begun.build();
        if (!done.isEmpty()) {
            draft.store(draft.states().begun(done));
            draft.bump();
        }
        if (!unknown.isEmpty()) {
            // Of an earlier group of that name, whose deletion was interrupted.
            draft.whenCommitted(() -> shard.shareFollowUps().delete(groupId, unknown));
        }
        boolean again = failed || !unknown.isEmpty();
        // Nobody asks in the pause: what is asked next has to come after what was asked before.
        draft.answered(!again);
        if (again) {
            draft.start(new ShareStatesDue(groupId), RETRY_MS);
        }
        draft.settle();
        draft.assign();
        draft.initialize();
        return draft.answer(ticket.with(ErrorCode.NONE)).decision();
    }
}
