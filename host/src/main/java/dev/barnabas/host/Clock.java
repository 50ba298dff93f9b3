package dev.barnabas.host;

/** The two times there are. Everything that reads a clock reads this one. */
public interface Clock {

    /**
     * Wall-clock time in milliseconds since the epoch: for timestamps that people and other machines see. It may jump.
     */
    long wallMs();

    /** Monotonic time in nanoseconds from an arbitrary origin: for durations and deadlines. It never goes back. */
    long nanos();
}
