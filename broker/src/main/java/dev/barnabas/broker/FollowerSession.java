package dev.barnabas.broker;

/**
 * The follower's side of an incremental fetch session (KIP-227), as far as it is a matter of numbers: which id and
 * epoch the next request has. Pure.
 *
 * <p>A request may be sent before the one before it is answered. When the session is lost, the answers that are still
 * on their way belong to an older generation, and say nothing any more.
 */
final class FollowerSession {

    private static final int BEGIN = 0;
    private static final int NONE = 0;

    private int id = NONE;
    private int nextEpoch = BEGIN;
    private int generation;

    /** What one request says of its session. */
    record Step(int id, int epoch, int generation) {
        /** Whether the leader has to be told everything. */
        boolean isFull() {
            return epoch == BEGIN;
        }
    }

    /** Whether a request can be sent: the one that begins a session is answered first. */
    boolean isReady(int unanswered) {
        return unanswered == 0 || id != NONE;
    }

    /** Whether the next request begins a session. */
    boolean isNew() {
        return nextEpoch == BEGIN;
    }

    /** The next request. */
    Step next() {
        Step step = new Step(id, nextEpoch, generation);
        if (nextEpoch != BEGIN) {
            nextEpoch = nextEpoch == Integer.MAX_VALUE ? 1 : nextEpoch + 1;
        }
        return step;
    }

    /**
     * A request was answered without an error.
     *
     * @return whether the answer counts
     */
    boolean answered(Step step, int sessionId) {
        if (step.generation != generation) {
            return false;
        }
        if (step.isFull()) {
            id = sessionId;
            nextEpoch = sessionId == NONE ? BEGIN : BEGIN + 1;
        }
        return true;
    }

    /** The leader does not know the session any more, or the connection is gone: begin anew. */
    void lose() {
        id = NONE;
        nextEpoch = BEGIN;
        generation++;
    }
}
