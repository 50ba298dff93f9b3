package dev.barnabas.host;

/** The only source of randomness. In the simulator it follows from the seed. */
public interface Entropy {

    /** 64 random bits. */
    long nextLong();

    /** A number from 0 (inclusive) to {@code bound} (exclusive); {@code bound} must be positive. */
    default int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive: " + bound);
        }
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }
}
