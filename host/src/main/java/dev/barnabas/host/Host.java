package dev.barnabas.host;

import java.io.IOException;
import java.util.List;

/**
 * What one node is given of the world. Live: {@code dev.barnabas.host.live.LiveHost}; simulated: a node of a simulated
 * cluster.
 */
public interface Host {

    Clock clock();

    Entropy entropy();

    /** The node's loops; at least one. Live: one per core. The first also owns what there is only one of. */
    List<Loop> loops();

    Network network();

    /**
     * Opens a log directory, creating it if it is absent.
     *
     * @throws IOException when it cannot be created or used, another process has it open, or a sync of it has failed
     *     since the machine was started; the message tells an operator what to do
     */
    Disk disk(String directory) throws IOException;
}
