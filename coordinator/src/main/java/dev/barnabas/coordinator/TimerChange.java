package dev.barnabas.coordinator;

/**
 * What becomes of a timer. A timer is a value that says what it is for; equal values are the same timer.
 *
 * @param <T> timers
 */
public sealed interface TimerChange<T> {

    /** Lets the timer go off after the delay, instead of when it would have otherwise. */
    record Start<T>(T timer, long delayMs) implements TimerChange<T> {}

    /** The timer does not go off. */
    record Cancel<T>(T timer) implements TimerChange<T> {}
}
