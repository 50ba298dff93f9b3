package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** The states of topics have been deleted, or not all of them: those are deleted again when somebody asks for it. */
record ShareStatesEnded(String groupId, NavigableMap<SharePlace, ErrorCode> results, Ticket<ErrorCode> ticket)
        implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ShareGroup> group = shard.share(groupId);
        if (group.isEmpty()) {
            return Decision.answer(ticket.with(ErrorCode.NONE));
        }
        ShareDraft draft = new ShareDraft(shard, group.get(), nowMs);
        draft.store(draft.states().ended(ended(results)));
        return draft.answer(ticket.with(ErrorCode.NONE)).decision();
    }

    /** The topics that nothing is left of. */
    static NavigableSet<Uuid> ended(NavigableMap<SharePlace, ErrorCode> results) {
        NavigableSet<Uuid> topics = new TreeSet<>();
        results.keySet().forEach(place -> topics.add(place.topicId()));
        results.forEach((place, error) -> {
            if (!isGone(error)) {
                topics.remove(place.topicId());
            }
        });
        return topics;
    }

    /** A partition that does not exist has no state. */
    static boolean isGone(ErrorCode error) {
        return error == ErrorCode.NONE || error == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
}
