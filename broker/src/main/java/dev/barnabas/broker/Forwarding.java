package dev.barnabas.broker;

import dev.barnabas.protocol.Request;
import java.time.Duration;
import java.util.function.Predicate;

/** Answers a request where the controller is: here, or by forwarding it (KIP-590). */
final class Forwarding<Q extends Request> implements Handler<Q> {

    /** Clients wait 30 seconds by default; then they ask somebody else. */
    private static final Duration LIMIT = Duration.ofSeconds(25);

    private final ActiveController controller;
    private final Handler<Q> here;
    private final Predicate<Q> ofThisNode;

    /** @param ofThisNode which requests concern nobody but the node that was asked */
    Forwarding(ActiveController controller, Handler<Q> here, Predicate<Q> ofThisNode) {
        this.controller = controller;
        this.here = here;
        this.ofThisNode = ofThisNode;
    }

    @Override
    public void handle(Q request, Call call) {
        // What was forwarded to this node is answered here, if only by saying that the controller has moved.
        if (controller.isHere() || call.isForwarded() || ofThisNode.test(request)) {
            here.handle(request, call);
        } else {
            controller.forward(request, call, LIMIT);
        }
    }
}
