package dev.barnabas.broker;

import dev.barnabas.protocol.Request;

/**
 * Answers one API. There is one handler per API and node, without state of its own that depends on who asks; it is
 * called on the loop of the connection, and answers its {@link Call} once, now or later, on that loop.
 */
@FunctionalInterface
interface Handler<Q extends Request> {

    void handle(Q request, Call call);
}
