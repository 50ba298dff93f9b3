package dev.barnabas.host.live;

/** What happens when a task or callback throws: that is a bug, and its loop's state can no longer be trusted. */
@FunctionalInterface
public interface DefectHandler {

    /**
     * Called on the thread where it happened.
     *
     * @param where the loop or worker, for the message
     */
    void defect(String where, Throwable cause);
}
