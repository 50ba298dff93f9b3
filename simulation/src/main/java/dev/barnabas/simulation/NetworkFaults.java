package dev.barnabas.simulation;

import java.time.Duration;

/**
 * How the network behaves from now on.
 *
 * @param fastest the least time that anything takes from one host to another
 * @param usual most of it arrives within this
 * @param spike probability that a piece of data is held up
 * @param spikeAtMost how long it is then held up
 * @param reset probability that a connection breaks when data is put on it
 * @param refuse probability that a connection is refused although somebody listens
 */
public record NetworkFaults(
        Duration fastest, Duration usual, double spike, Duration spikeAtMost, double reset, double refuse) {

    /** A quiet local network: nothing goes wrong. */
    public static final NetworkFaults NONE =
            new NetworkFaults(Duration.ofNanos(20_000), Duration.ofNanos(500_000), 0, Duration.ZERO, 0, 0);

    public NetworkFaults withLatency(Duration least, Duration mostly) {
        return new NetworkFaults(least, mostly, spike, spikeAtMost, reset, refuse);
    }

    public NetworkFaults withSpikes(double probability, Duration atMost) {
        return new NetworkFaults(fastest, usual, probability, atMost, reset, refuse);
    }

    public NetworkFaults withResets(double probability) {
        return new NetworkFaults(fastest, usual, spike, spikeAtMost, probability, refuse);
    }

    public NetworkFaults withRefusals(double probability) {
        return new NetworkFaults(fastest, usual, spike, spikeAtMost, reset, probability);
    }
}
