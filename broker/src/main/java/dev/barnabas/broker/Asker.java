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

    /** The client has said what software it is (KIP-511). */
    default void introduced(String name, String version) {}

    /** The name of its software; empty if it has not said it. */
    default String softwareName() {
        return "";
    }

    /** Empty if it has not been said. */
    default String softwareVersion() {
        return "";
    }

    /**
     * Runs a task, once, when the next request comes or the asker is gone: the answers to later requests wait for those
     * to earlier ones, so whoever holds one back for no need of its own lets go of it then.
     */
    default void whenNextComes(Runnable task) {
        task.run();
    }

    /** Runs a task when the asker is gone; a task that equals one which waits already is run once. */
    void whenClosed(Runnable task);
}
