package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import java.util.List;
import java.util.NavigableMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Members leave a consumer group, or are taken for gone. */
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private Departure() {}

    /**
     * The rest of the decision when members go: if only members of the classic protocol stay, the group becomes a
     * classic one; otherwise what they had is assigned to the others.
     */
    static Decision<GroupRecord, GroupChange, GroupTimer> of(ConsumerDraft draft, List<String> memberIds, String why) {
        memberIds.forEach(draft::remove);
        LOG.atInfo()
                .setMessage("members leave the group")
                .addKeyValue("group", draft.group().id())
                .addKeyValue("members", memberIds)
                .addKeyValue("why", why)
                .log();
        NavigableMap<String, ConsumerMember> left = draft.members();
        if (Migration.canDowngrade(draft, left)) {
            return Migration.downgrade(draft, why);
        }
        draft.settle();
        draft.assign();
        return draft.decision();
    }
}
