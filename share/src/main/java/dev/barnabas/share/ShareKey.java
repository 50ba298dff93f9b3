package dev.barnabas.share;

import dev.barnabas.protocol.Uuid;

/** Which share partition: one partition in one share group. */
public record ShareKey(String groupId, Uuid topicId, int partition) {

    /** As FindCoordinator names it; which partition of {@code __share_group_state} stores it follows from this. */
    public String text() {
        return groupId + ":" + topicId + ":" + partition;
    }

    @Override
    public String toString() {
        return text();
    }
}
