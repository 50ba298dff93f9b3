package dev.barnabas.client;

/**
 * MurmurHash2, 32 bits (Austin Appleby's public-domain algorithm), with the seed that Kafka clients agree on, so that
 * every client puts a key into the same partition: {@code (hash & 0x7fffffff) % partitions}.
 */
final class KeyHash {

    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private KeyHash() {}

    /** The partition of a key among {@code partitions}, which must be positive. */
    static int partition(byte[] key, int partitions) {
        return (murmur2(key) & Integer.MAX_VALUE) % partitions;
    }

    static int murmur2(byte[] key) {
        int length = key.length;
        int hash = SEED ^ length;
        int at = 0;
        for (; at + 4 <= length; at += 4) {
            int k = (key[at] & 0xff)
                    | (key[at + 1] & 0xff) << 8
                    | (key[at + 2] & 0xff) << 16
                    | (key[at + 3] & 0xff) << 24;
            k *= M;
            k ^= k >>> R;
            k *= M;
            hash *= M;
            hash ^= k;
        }
        int rest = length - at;
        if (rest > 0) {
            for (int i = rest - 1; i >= 0; i--) {
                hash ^= (key[at + i] & 0xff) << 8 * i;
            }
            hash *= M;
        }
        hash ^= hash >>> 13;
        hash *= M;
        hash ^= hash >>> 15;
        return hash;
    }
}
