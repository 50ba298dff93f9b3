package dev.barnabas.broker;

import java.io.Serial;

/**
 * The owner of some state has failed in the middle of a change, so what it holds can no longer be trusted: a defect. An
 * {@link Error}, so that a connection that fails on its own account is not mistaken for it, wherever it is thrown.
 */
final class BrokenStateError extends Error {

    @Serial
    private static final long serialVersionUID = 1L;

    BrokenStateError(RuntimeException cause) {
        super("a task for the owner of some state has thrown " + cause, cause);
    }
}
