package dev.barnabas.groups;

import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a share group has said about itself. Immutable; what it has is its {@link ShareCurrent}.
 *
 * @param rackId where it runs; null if it does not say
 * @param topics the names that it has subscribed to
 */
record ShareMember(@Nullable String rackId, String clientId, String clientHost, NavigableSet<String> topics) {

    ShareMember {
        topics = Collections.unmodifiableNavigableSet(new TreeSet<>(topics));
    }
}
