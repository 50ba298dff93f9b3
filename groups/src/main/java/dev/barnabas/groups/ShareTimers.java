package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.protocol.Uuid;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a share group when time passes, or its coordinator is elected. */
final class ShareTimers {
    private static final Logger LOG = LoggerFactory.getLogger(ShareTimers.class);

    private ShareTimers() {}

    /**
     * After a reload: every session begins anew, and the share coordinators are asked again for what is not settled.
     */
    static Decision<GroupRecord, GroupChange, GroupTimer> loaded(GroupShard shard, ShareGroup group, long nowMs) {
        ShareDraft draft = new ShareDraft(shard, group, nowMs);
        group.members().keySet().forEach(draft::prolongSession);
        if (group.epoch() > group.targetEpoch() && !group.isEmpty()) {
            draft.start(new GroupTimer.AssignDue(group.id()), 0);
        }
        draft.initialize();
        NavigableSet<SharePlace> places = new TreeSet<>();
        group.states().deleting().forEach(topic -> places.addAll(everyPlaceOf(shard.topics(), topic)));
        if (!places.isEmpty()) {
            draft.whenCommitted(() -> shard.shareFollowUps().delete(group.id(), places));
        }
        return draft.decision();
    }

    /** The states that there may be of a topic. */
    static NavigableSet<SharePlace> everyPlaceOf(Topics topics, Uuid topic) {
        NavigableSet<SharePlace> places = new TreeSet<>();
        topics.nameOf(topic).ifPresent(name -> {
            for (int partition = 0; partition < topics.partitionsOf(name); partition++) {
                places.add(new SharePlace(topic, partition));
            }
        });
        return places;
    }

    /** Nothing was heard of a member for its session timeout: it is taken for gone. */
    static Decision<GroupRecord, GroupChange, GroupTimer> sessionEnded(
            GroupShard shard, ShareGroup group, String memberId, long nowMs) {
        if (group.member(memberId).isEmpty()) {
            return Decision.nothing();
        }
        LOG.atInfo()
                .setMessage("the session of a member of a share group ended")
                .addKeyValue("group", group.id())
                .addKeyValue("member", memberId)
                .log();
        ShareDraft draft = new ShareDraft(shard, group, nowMs);
        draft.remove(memberId);
        draft.settle();
        draft.assign();
        return draft.decision();
    }

    /** The time between two assignments is over. */
    static Decision<GroupRecord, GroupChange, GroupTimer> assignDue(GroupShard shard, ShareGroup group, long nowMs) {
        ShareDraft draft = new ShareDraft(shard, group, nowMs);
        draft.assign();
        return draft.decision();
    }

    /** The share coordinators are asked again. */
    static Decision<GroupRecord, GroupChange, GroupTimer> statesDue(GroupShard shard, ShareGroup group, long nowMs) {
        ShareDraft draft = new ShareDraft(shard, group, nowMs);
        draft.answered(true);
        draft.initialize();
        return draft.decision();
    }
}
