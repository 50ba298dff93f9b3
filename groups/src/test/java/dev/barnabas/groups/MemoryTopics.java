package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Topics that a test creates and deletes. */
final class MemoryTopics implements Topics {
    private final Map<String, Uuid> ids = new TreeMap<>();
    private final Map<String, Integer> partitions = new TreeMap<>();
    private final Map<String, List<String>> racks = new TreeMap<>();
    private long created;
    private long version;

    /** The number of partitions that a topic has for those who ask how many there are. */
    private static final int PARTITIONS = 4;

    /** With as many partitions as anybody asks for. */
    Uuid create(String name) {
        Uuid id = new Uuid(7, ++created);
        ids.put(name, id);
        version++;
        return id;
    }

    Uuid create(String name, int partitionCount) {
        partitions.put(name, partitionCount);
        return create(name);
    }

    void addPartitions(String name, int partitionCount) {
        partitions.put(name, partitionCount);
        version++;
    }

    /** Each partition of the topic is in one rack: the racks take turns. */
    void spread(String name, List<String> overRacks) {
        racks.put(name, overRacks);
        version++;
    }

    /** The id that it had. */
    Uuid delete(String name) {
        version++;
        return Optional.ofNullable(ids.remove(name)).orElseThrow();
    }

    @Override
    public Optional<Uuid> idOf(String name) {
        return Optional.ofNullable(ids.get(name));
    }

    @Override
    public Optional<String> nameOf(Uuid id) {
        return ids.entrySet().stream()
                .filter(entry -> entry.getValue().equals(id))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public List<String> names() {
        return List.copyOf(ids.keySet());
    }

    @Override
    public int partitionsOf(String name) {
        return ids.containsKey(name) ? partitions.getOrDefault(name, PARTITIONS) : 0;
    }

    @Override
    public NavigableSet<String> racksOf(String name, int partition) {
        List<String> of = racks.getOrDefault(name, List.of());
        return of.isEmpty() ? new TreeSet<>() : new TreeSet<>(List.of(of.get(partition % of.size())));
    }

    @Override
    public boolean hasPartition(String name, int partition) {
        return ids.containsKey(name) && partition < partitions.getOrDefault(name, Integer.MAX_VALUE);
    }
}
