package dev.barnabas.share;

import dev.barnabas.protocol.Uuid;
import java.util.Comparator;

/** Which share partition: one partition in one share group. */
public record ShareKey(String groupId, Uuid topicId, int partition) implements Comparable<ShareKey> {
    private static final Comparator<ShareKey> ORDER = Comparator.comparing(ShareKey::groupId)
            .thenComparing(ShareKey::topicId)
            .thenComparingInt(ShareKey::partition);

    /** As FindCoordinator names it; which partition of {@code __share_group_state} stores it follows from this. */
    public String text() {
        return groupId + ":" + topicId + ":" + partition;
    }

    @Override
    public int compareTo(ShareKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text();
    }
}
