package dev.barnabas.simulation;

/**
 * Unwinds the task in whose middle its process was killed. It is an error, and nothing but the loop's root may catch
 * it: a real process has no say in its own death. Code that still touches a port of a dead process gets it again.
 */
public final class ProcessDied extends Error {
    private static final long serialVersionUID = 1L;

    ProcessDied(String process) {
        super(process + " is dead", null, false, false);
    }
}
