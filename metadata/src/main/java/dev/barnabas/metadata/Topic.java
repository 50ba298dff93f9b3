package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A topic and its partitions.
 *
 * @param id never used again, unlike the name
 * @param partitions by index
 */
public record Topic(Uuid id, String name, List<Partition> partitions) {

    public static final String CONSUMER_OFFSETS = "__consumer_offsets";
    public static final String TRANSACTION_STATE = "__transaction_state";
    public static final String SHARE_GROUP_STATE = "__share_group_state";

    public Topic {
        partitions = List.copyOf(partitions);
    }

    /** The partition of an index, empty if there is none. */
    public Optional<Partition> partition(int index) {
        return index >= 0 && index < partitions.size() ? Optional.of(partitions.get(index)) : Optional.empty();
    }

    /** Whether the topic belongs to the cluster itself. */
    public boolean isInternal() {
        return isInternal(name);
    }

    public static boolean isInternal(String name) {
        return name.equals(CONSUMER_OFFSETS) || name.equals(TRANSACTION_STATE) || name.equals(SHARE_GROUP_STATE);
    }

    /** With other states of some partitions, by index. The others stay the same objects. */
    Topic with(Map<Integer, Partition> changed) {
        List<Partition> all = new ArrayList<>(partitions);
        changed.forEach(all::set);
        return new Topic(id, name, all);
    }

    Topic withFurther(List<Partition> added) {
        List<Partition> all = new ArrayList<>(partitions);
        all.addAll(added);
        return new Topic(id, name, all);
    }
}
