package dev.barnabas.groups;

import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a consumer group has said about itself. Immutable; what it has is its {@link CurrentAssignment}.
 *
 * @param instanceId names a static member; null for a dynamic one
 * @param rackId where it runs; null if it does not say
 * @param topics the names that it has subscribed to
 * @param pattern the regular expression that it has subscribed to; null if none
 * @param rebalanceTimeoutMs how long it may take to give up partitions
 * @param assignor the assignor that it prefers; null if it does not care
 * @param classic what it said in the classic protocol; null if it speaks the consumer protocol
 */
record ConsumerMember(
        @Nullable String instanceId,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        NavigableSet<String> topics,
        @Nullable String pattern,
        int rebalanceTimeoutMs,
        @Nullable String assignor,
        @Nullable Classic classic) {

    ConsumerMember {
        topics = Collections.unmodifiableNavigableSet(new TreeSet<>(topics));
    }

    /**
     * A member of the classic protocol in a group that others use the consumer protocol in.
     *
     * @param protocols what it supports, in the order of its preference
     */
    record Classic(int sessionTimeoutMs, List<Protocol> protocols) {
        Classic {
            protocols = List.copyOf(protocols);
        }
    }

    boolean usesClassicProtocol() {
        return classic != null;
    }

    /** Whether the same partitions would be right for both. */
    boolean wantsTheSameAs(ConsumerMember other) {
        return topics.equals(other.topics)
                && Objects.equals(pattern, other.pattern)
                && Objects.equals(rackId, other.rackId)
                && Objects.equals(assignor, other.assignor);
    }
}
