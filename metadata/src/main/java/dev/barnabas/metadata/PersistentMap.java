package dev.barnabas.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map of which a changed copy shares nearly all of the original: a change costs a few small arrays however
 * large the map is. A hash trie, five bits of the hash to a level. Its order follows from the keys' hashes and nothing
 * else, so that a simulation repeats itself.
 */
final class PersistentMap<K, V> {

    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(null, 0);

    private final @Nullable Slot<K, V> root;
    private final int size;

    private PersistentMap(@Nullable Slot<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    // Nothing can be taken out of the empty map, so its types do not matter.
    @SuppressWarnings("unchecked")
    static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    int size() {
        return size;
    }

    @Nullable
    V get(K key) {
        int hash = hash(key);
        Slot<K, V> slot = root;
        for (int shift = 0; slot instanceof Branch<K, V> branch; shift += BITS) {
            slot = branch.slots[index(hash, shift)];
        }
        if (slot instanceof Leaf<K, V> leaf && leaf.hash == hash) {
            for (Map.Entry<K, V> entry : leaf.entries) {
                if (entry.getKey().equals(key)) {
                    return entry.getValue();
                }
            }
        }
        return null;
    }

    PersistentMap<K, V> with(K key, V value) {
        boolean absent = get(key) == null;
        return new PersistentMap<>(put(root, 0, hash(key), Map.entry(key, value)), absent ? size + 1 : size);
    }

    PersistentMap<K, V> without(K key) {
        return get(key) == null ? this : new PersistentMap<>(remove(root, 0, hash(key), key), size - 1);
    }

    /** All values, in the order of the map. */
    List<V> values() {
        List<V> values = new ArrayList<>(size);
        forEach(root, entry -> values.add(entry.getValue()));
        return values;
    }

    List<K> keys() {
        List<K> keys = new ArrayList<>(size);
        forEach(root, entry -> keys.add(entry.getKey()));
        return keys;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof PersistentMap<?, ?> map) || map.size != size) {
            return false;
        }
        List<Map.Entry<?, ?>> mine = new ArrayList<>(size);
        List<Map.Entry<?, ?>> others = new ArrayList<>(size);
        forEach(root, mine::add);
        forEach(map.root, others::add);
        // Keys whose hashes are the same stand in the order in which they came.
        return mine.equals(others) || List.copyOf(mine).containsAll(others);
    }

    @Override
    public int hashCode() {
        int[] sum = new int[1];
        forEach(root, entry -> sum[0] += entry.hashCode());
        return sum[0];
    }

    @Override
    public String toString() {
        List<Object> entries = new ArrayList<>(size);
        forEach(root, entries::add);
        return entries.toString();
    }

    private static <K, V> Slot<K, V> put(@Nullable Slot<K, V> slot, int shift, int hash, Map.Entry<K, V> entry) {
        return switch (slot) {
            case null -> new Leaf<>(hash, List.of(entry));
            case Leaf<K, V> leaf when leaf.hash == hash -> leaf.with(entry);
            case Leaf<K, V> leaf -> {
                Branch<K, V> branch = new Branch<>(null, index(leaf.hash, shift), leaf);
                yield put(branch, shift, hash, entry);
            }
            case Branch<K, V> branch -> {
                int index = index(hash, shift);
                yield new Branch<>(branch, index, put(branch.slots[index], shift + BITS, hash, entry));
            }
        };
    }

    private static <K, V> @Nullable Slot<K, V> remove(@Nullable Slot<K, V> slot, int shift, int hash, K key) {
        return switch (slot) {
            case null -> null;
            case Leaf<K, V> leaf -> leaf.without(key);
            case Branch<K, V> branch -> {
                int index = index(hash, shift);
                Branch<K, V> rest = new Branch<>(branch, index, remove(branch.slots[index], shift + BITS, hash, key));
                yield rest.isEmpty() ? null : rest;
            }
        };
    }

    private static <K, V> void forEach(@Nullable Slot<K, V> slot, Consumer<? super Map.Entry<K, V>> action) {
        switch (slot) {
            case null -> {}
            case Leaf<K, V> leaf -> leaf.entries.forEach(action);
            case Branch<K, V> branch -> {
                for (Slot<K, V> child : branch.slots) {
                    forEach(child, action);
                }
            }
        }
    }

    private static int hash(Object key) {
        int hash = key.hashCode();
        return hash ^ (hash >>> 16);
    }

    /** Behind the last bits of a hash the index is always 0; two different hashes have parted before. */
    private static int index(int hash, int shift) {
        return shift >= Integer.SIZE ? 0 : (hash >>> shift) & (WIDTH - 1);
    }

    private sealed interface Slot<K, V> {}

    /** The entries of one hash. */
    private record Leaf<K, V>(int hash, List<Map.Entry<K, V>> entries) implements Slot<K, V> {

        Leaf<K, V> with(Map.Entry<K, V> entry) {
            List<Map.Entry<K, V>> changed = new ArrayList<>(entries);
            changed.removeIf(earlier -> earlier.getKey().equals(entry.getKey()));
            changed.add(entry);
            return new Leaf<>(hash, List.copyOf(changed));
        }

        @Nullable
        Leaf<K, V> without(K key) {
            List<Map.Entry<K, V>> rest = entries.stream()
                    .filter(entry -> !entry.getKey().equals(key))
                    .toList();
            return rest.isEmpty() ? null : new Leaf<>(hash, rest);
        }
    }

    private static final class Branch<K, V> implements Slot<K, V> {

        private final @Nullable Slot<K, V>[] slots;

        /** A copy of the original with another slot; of nothing if there is none. */
        // An array cannot be made of a generic type; this one holds nothing else.
        @SuppressWarnings("unchecked")
        Branch(@Nullable Branch<K, V> original, int index, @Nullable Slot<K, V> slot) {
            this.slots = original == null ? (Slot<K, V>[]) new Slot<?, ?>[WIDTH] : original.slots.clone();
            this.slots[index] = slot;
        }

        boolean isEmpty() {
            for (Slot<K, V> slot : slots) {
                if (Objects.nonNull(slot)) {
                    return false;
                }
            }
            return true;
        }
    }
}
