package dev.barnabas.broker;

import dev.barnabas.protocol.Request;
import java.time.Duration;

/** Answers a request where the controller is: here, or by forwarding it (KIP-590). */
final class Forwarding<Q extends Request> implements Handler<Q> {

    /** Clients wait 30 seconds by default; then they ask somebody else. */
    private static final Duration LIMIT = Duration.ofSeconds(25);

    private final ActiveController controller;
    private final Handler<Q> here;

    Forwarding(ActiveController controller, Handler<Q> here) {
        this.controller = controller;
        this.here = here;
    }

    @Override
    public void handle(Q request, Call call) {
        // What was forwarded to this node is answered here, if only by saying that the controller has moved.
        if (controller.isHere() || call.isForwarded()) {
            here.handle(request, call);
        } else {
            controller.forward(request, call, LIMIT);
        }
    }
}
