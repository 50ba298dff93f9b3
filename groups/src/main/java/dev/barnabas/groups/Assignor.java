package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the partitions of a consumer group are given to its members. Each partition goes to one member. */
enum Assignor {
    /** Everybody gets the same number; what can stay where it is stays. */
    UNIFORM("uniform"),

    /** The first partitions of each topic to the first member, the next to the second, ... */
    RANGE("range");

    private final String label;

    Assignor(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    static Optional<Assignor> named(String name) {
        for (Assignor assignor : values()) {
            if (assignor.label.equals(name)) {
                return Optional.of(assignor);
            }
        }
        return Optional.empty();
    }

    /**
     * Who wants what.
     *
     * @param instanceId of a static member, whose id changes with every restart; null for a dynamic one
     * @param rack where the member runs; null if that is not known
     * @param topics what it has subscribed to
     * @param before its target so far
     */
    record Subscriber(
            String memberId,
            @Nullable String instanceId,
            @Nullable String rack,
            NavigableSet<Uuid> topics,
            Partitions before) {}

    /**
     * What there is.
     *
     * @param racks for each partition, the racks that have a replica of it
     */
    record Subscribed(Uuid id, List<Set<String>> racks) {
        Subscribed {
            racks = List.copyOf(racks);
        }

        int partitions() {
            return racks.size();
        }

        boolean isIn(int partition, @Nullable String rack) {
            return rack != null && racks.get(partition).contains(rack);
        }
    }

    /** @param topics all that somebody has subscribed to and that exist */
    Map<String, Partitions> assign(List<Subscriber> members, NavigableMap<Uuid, Subscribed> topics) {
        return switch (this) {
            case UNIFORM -> UniformAssignment.of(members, topics);
            case RANGE -> RangeAssignment.of(members, topics);
        };
    }
}
