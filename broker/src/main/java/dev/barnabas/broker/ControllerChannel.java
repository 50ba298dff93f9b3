package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import java.time.Duration;
import java.util.function.Predicate;

/** The way to the active controller, wherever it is. */
interface ControllerChannel {

    /** What comes of a question; called once, on the loop that asked, not inside the call. */
    interface Reply<R extends Response> {

        void answered(R response);

        /** There was no controller, or no answer from it, for as long as was to be waited. */
        void unanswered(String why);
    }

    /**
     * Asks something that is harmless to ask twice.
     *
     * @param moved whether a response says that the controller is elsewhere (NOT_CONTROLLER), so that it is asked again
     * @param limit how long to try; one try takes no longer than that either
     */
    <R extends Response> void ask(
            Request request, Class<R> type, Predicate<R> moved, Duration limit, Loop asker, Reply<R> then);
}
