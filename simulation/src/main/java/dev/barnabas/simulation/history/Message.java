package dev.barnabas.simulation.history;

/**
 * What makes a record unlike all others.
 *
 * @param number increases with every message that the producer sends
 */
public record Message(String producer, long number) {
    @Override
    public String toString() {
        return producer + "#" + number;
    }
}
