package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Of which partitions a share group has states at the share coordinators. Immutable.
 *
 * <pre>
 *   somebody subscribes          the state has begun               offsets or the group are deleted
 *  ---------------------> initializing ------------> initialized ---------------------------------> deleting --> gone
 * </pre>
 *
 * <p>It is noted before anything is asked of a share coordinator, so that nothing is left there that no group knows of.
 * Partitions are assigned when their state has begun.
 *
 * @param names of all these topics when they were noted, for people
 * @param deleting topics whose states are being deleted
 */
record ShareTopics(
        NavigableMap<Uuid, String> names,
        Partitions initializing,
        Partitions initialized,
        NavigableSet<Uuid> deleting) {

    static final ShareTopics NONE = new ShareTopics(
            Collections.emptyNavigableMap(), Partitions.NONE, Partitions.NONE, Collections.emptyNavigableSet());

    ShareTopics {
        NavigableSet<Uuid> known = new TreeSet<>(deleting);
        known.addAll(initializing.byTopic().keySet());
        known.addAll(initialized.byTopic().keySet());
        NavigableMap<Uuid, String> needed = new TreeMap<>();
        for (Uuid topic : known) {
            needed.put(topic, Optional.ofNullable(names.get(topic)).orElse(""));
        }
        names = Collections.unmodifiableNavigableMap(needed);
        deleting = Collections.unmodifiableNavigableSet(new TreeSet<>(deleting));
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    boolean isKnown(Uuid topic, int partition) {
        return initialized.contains(topic, partition) || initializing.contains(topic, partition);
    }

    /** Whatever there is of states, those that are being deleted excepted. */
    Partitions all() {
        Partitions.Builder all = new Partitions.Builder();
        initializing.forEach(all::add);
        initialized.forEach(all::add);
        return all.build();
    }

    /** States of further partitions are going to begin. */
    ShareTopics beginning(Partitions added, Function<Uuid, Optional<String>> nameOf) {
        Partitions.Builder more = new Partitions.Builder();
        initializing.forEach(more::add);
        added.forEach(more::add);
        NavigableMap<Uuid, String> all = new TreeMap<>(names);
        NavigableSet<Uuid> deleted = new TreeSet<>(deleting);
        added.byTopic().keySet().forEach(topic -> {
            nameOf.apply(topic).ifPresent(name -> all.put(topic, name));
            deleted.remove(topic);
        });
        return new ShareTopics(all, more.build(), initialized, deleted);
    }

    /** States have begun; those that are not wanted any more do not count. */
    ShareTopics begun(Partitions done) {
        Partitions.Builder more = new Partitions.Builder();
        initialized.forEach(more::add);
        initializing.matching(done::contains).forEach(more::add);
        return new ShareTopics(
                names,
                initializing.matching((topic, partition) -> !done.contains(topic, partition)),
                more.build(),
                deleting);
    }

    /** The states of topics are going to be deleted. */
    ShareTopics ending(Collection<Uuid> topics) {
        NavigableSet<Uuid> more = new TreeSet<>(deleting);
        more.addAll(topics);
        return new ShareTopics(names, without(initializing, topics), without(initialized, topics), more);
    }

    /** The states of topics have been deleted. Those that have begun anew meanwhile stay. */
    ShareTopics ended(Collection<Uuid> topics) {
        NavigableSet<Uuid> left = new TreeSet<>(deleting);
        left.removeAll(topics);
        return new ShareTopics(names, initializing, initialized, left);
    }

    /** Topics are gone, and their states with them. */
    ShareTopics without(Collection<Uuid> topics) {
        return ending(topics).ended(topics);
    }

    private static Partitions without(Partitions partitions, Collection<Uuid> topics) {
        return partitions.matching((topic, _) -> !topics.contains(topic));
    }
}
