package dev.barnabas.metadata;

import dev.barnabas.host.Entropy;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.Settings;

/**
 * Decides about wishes: the one place where something about the cluster is left to chance or to a node's settings. Has
 * no state of its own and is used on the loop that owns the cluster's metadata.
 */
public final class Controller {

    /** RFC 9562: the bits that make a random id one of version 4 in the usual variant. */
    private static final long VERSION_MASK = 0xF000L;

    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final Settings atStart;
    private final Entropy entropy;

    /** @param atStart the settings that the node was started with; what is set at run time comes from the image */
    public Controller(Settings atStart, Entropy entropy) {
        this.atStart = atStart;
        this.entropy = entropy;
    }

    /** Decides about a wish. Nothing is changed. */
    public <A> Plan<A> plan(Wish<A> wish, ClusterImage image) {
        return wish.plan(image, this);
    }

    /** The settings of brokers that have none of their own. */
    Settings settings(ClusterImage image) {
        return image.brokerSettings(atStart, -1);
    }

    Settings settingsAtStart() {
        return atStart;
    }

    /** An id that nothing else has. Its text never starts with a dash, which command lines would take for an option. */
    Uuid newId() {
        while (true) {
            long most = (entropy.nextLong() & ~VERSION_MASK) | VERSION_4;
            long least = (entropy.nextLong() & ~VARIANT_MASK) | VARIANT;
            Uuid id = new Uuid(most, least);
            if (!id.toString().startsWith("-")) {
                return id;
            }
        }
    }

    /** A stamp that no other entry has; not 0, which stands for no entry. */
    long newStamp() {
        long stamp = entropy.nextLong();
        return stamp == 0 ? 1 : stamp;
    }

    Entropy entropy() {
        return entropy;
    }
}
