package dev.barnabas.cli;

import dev.barnabas.client.Replicas;

/** What is the matter with a partition, at worst. */
enum PartitionHealth {
    /** Nobody leads it: it can neither be written nor read. */
    LEADERLESS("no leader"),
    /** Fewer are in sync than {@code min.insync.replicas}: who wants acks=all cannot write. */
    BELOW_MINIMUM("below minimum"),
    /** Not all replicas are in sync. */
    UNDER_REPLICATED("under-replicated"),
    WELL("ok");

    private final String words;

    PartitionHealth(String words) {
        this.words = words;
    }

    /** @param minInSync what {@code min.insync.replicas} says, or 0 if that is not known */
    static PartitionHealth of(Replicas.State state, int minInSync) {
        return of(state.leader(), state.inSync().size(), state.replicas().size(), minInSync);
    }

    static PartitionHealth of(int leader, int inSync, int replicas, int minInSync) {
        if (leader < 0) {
            return LEADERLESS;
        }
        // A topic may have fewer replicas than the setting asks for; then all of them are enough.
        if (inSync < Math.min(minInSync, replicas)) {
            return BELOW_MINIMUM;
        }
        return inSync < replicas ? UNDER_REPLICATED : WELL;
    }

    /** For people. */
    @Override
    public String toString() {
        return words;
    }

    /** For programs. */
    String code() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
