package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * The topics that there are, as the newest metadata that this node has seen says. Asked on any loop.
 *
 * <p>A leader that was elected has seen all metadata up to its election, and with it every topic that an earlier leader
 * can have accepted offsets for: a topic that is missing here has been deleted.
 */
public interface Topics {

    Optional<Uuid> idOf(String name);

    Optional<String> nameOf(Uuid id);

    /** Whether there is such a partition of such a topic. */
    boolean hasPartition(String name, int partition);

    /** Grows whenever anything here may be answered differently; compared for equality. */
    long version();

    /** The names of all topics, in order. */
    List<String> names();

    /** How many partitions a topic has; 0 if there is no such topic. */
    int partitionsOf(String name);

    /** The racks that have a replica of a partition, in order; none if they are not known. */
    NavigableSet<String> racksOf(String name, int partition);
}
