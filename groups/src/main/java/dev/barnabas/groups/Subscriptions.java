package dev.barnabas.groups;

import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the members of a consumer group tell their leader, as far as the coordinator has to know it. Every version of
 * the consumer protocol begins like version 0: the version, then the topics.
 */
final class Subscriptions {
    private Subscriptions() {}

    /** The topics that the members of a generation have subscribed to; empty if nobody can say. */
    static Optional<Set<String>> of(ClassicGroup group) {
        if (!group.isConsumers()) {
            return Optional.empty();
        }
        Set<String> topics = new LinkedHashSet<>();
        String protocol = group.protocol();
        if (protocol == null) {
            return group.roster().isEmpty() ? Optional.of(topics) : Optional.empty();
        }
        try {
            for (Member member : group.roster().all()) {
                Reader reader = new Reader(member.metadata(protocol));
                reader.int16("version");
                topics.addAll(reader.stringList("topics", false));
            }
        } catch (MalformedMessageException notConsumers) {
            return Optional.empty();
        }
        return Optional.of(topics);
    }
}
