package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;

/**
 * Who is answered: a client's connection, another broker that forwards what its client has asked, or this broker
 * itself. Owned by its loop.
 */
interface Asker {

    Loop loop();

    /** Where the question comes from. */
    Endpoint remote();

    /** Through which of the broker's listeners it came. */
    BrokerListener listener();

    /** Whether there is nobody left to answer. */
    boolean isClosed();

    /** The question broke the protocol: whoever asked is told by being cut off. */
    void violation(String why);

    /** The question cannot be answered, for reasons of ours: whoever asked is told by being cut off. */
    void unanswerable(String why);

    /** The call has its answer, or will never get one. */
    void answered(Call call);

    /** Runs a task when the asker is gone; a task that equals one which waits already is run once. */
    void whenClosed(Runnable task);
}
