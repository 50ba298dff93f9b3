package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Topics that a test creates and deletes. */
final class MemoryTopics implements Topics {
    private final Map<String, Uuid> ids = new TreeMap<>();
    private final Map<String, Integer> partitions = new TreeMap<>();
    private long created;

    /** With as many partitions as anybody asks for. */
    Uuid create(String name) {
        Uuid id = new Uuid(7, ++created);
        ids.put(name, id);
        return id;
    }

    Uuid create(String name, int partitionCount) {
        partitions.put(name, partitionCount);
        return create(name);
    }

    /** The id that it had. */
    Uuid delete(String name) {
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
    public boolean hasPartition(String name, int partition) {
        return ids.containsKey(name) && partition < partitions.getOrDefault(name, Integer.MAX_VALUE);
    }
}
