package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterPartitionResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The way to whoever decides on in-sync replicas: the active controller, wherever it is. */
@FunctionalInterface
interface ControllerChannel {

    /**
     * Asks the active controller.
     *
     * @param limit how long it is tried
     * @param then called once, on the asker's loop, not inside the call; with nothing if there was no answer in time
     */
    void ask(
            AlterPartitionRequest request, Duration limit, Loop asker, Consumer<Optional<AlterPartitionResponse>> then);
}
