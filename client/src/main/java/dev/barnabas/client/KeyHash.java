package dev.barnabas.client;

import java.nio.ByteBuffer;

/**
 * MurmurHash2, 32 bits (Austin Appleby's public-domain algorithm), with the seed that Kafka clients agree on, so that
 * every client puts a key into the same partition: {@code (hash & 0x7fffffff) % partitions}.
 */
final class KeyHash {

    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private KeyHash() {}

    /** The partition of a key (from position to limit) among {@code partitions}, which must be positive. */
    static int partition(ByteBuffer key, int partitions) {
        return (murmur2(key) & Integer.MAX_VALUE) % partitions;
    }

    static int murmur2(ByteBuffer key) {
        int length = key.remaining();
        int hash = SEED ^ length;
        int at = key.position();
        int end = key.limit();
        for (; at + 4 <= end; at += 4) {
            int k = (key.get(at) & 0xff)
                    | ((key.get(at + 1) & 0xff) << 8)
                    | ((key.get(at + 2) & 0xff) << 16)
                    | ((key.get(at + 3) & 0xff) << 24);
            k *= M;
            k ^= k >>> R;
            k *= M;
            hash *= M;
            hash ^= k;
        }
        int rest = end - at;
        if (rest > 0) {
            for (int i = rest - 1; i >= 0; i--) {
                hash ^= (key.get(at + i) & 0xff) << (8 * i);
            }
            hash *= M;
        }
        hash ^= hash >>> 13;
        hash *= M;
        hash ^= hash >>> 15;
        return hash;
    }
}
