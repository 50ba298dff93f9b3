package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;

/**
 * An address on which the broker is reachable.
 *
 * @param name as in {@code listeners} and {@code advertised.listeners}
 * @param bound where it listens
 * @param advertised what clients are told to connect to
 */
public record BrokerListener(String name, Endpoint bound, Endpoint advertised) {

    /** As in {@code listeners}, and what is advertised where that is another address. */
    @Override
    public String toString() {
        String listens = name + "://" + bound;
        return bound.equals(advertised) ? listens : listens + " advertised as " + advertised;
    }
}
