package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request that has nothing else to tell.
 *
 * @param message null if there was no error
 */
record StateOutcome(ErrorCode error, @Nullable String message) {
    static final StateOutcome DONE = new StateOutcome(ErrorCode.NONE, null);

    static StateOutcome refused(ErrorCode error) {
        return new StateOutcome(error, error.name());
    }

    static StateOutcome noSuchPartition(ShareKey key) {
        return new StateOutcome(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                "There is no partition " + key.partition() + " of a topic with id " + key.topicId() + ".");
    }

    static StateOutcome invalid(String why) {
        return new StateOutcome(ErrorCode.INVALID_REQUEST, why);
    }

    static StateOutcome fencedByState(int requested, ShareState state) {
        return new StateOutcome(
                ErrorCode.FENCED_STATE_EPOCH,
                "The state epoch " + requested + " is over; the state is at epoch " + state.stateEpoch() + ".");
    }

    static StateOutcome fencedByLeader(int requested, ShareState state) {
        return new StateOutcome(
                ErrorCode.FENCED_LEADER_EPOCH,
                "The leader epoch " + requested + " is over; a leader of epoch " + state.leaderEpoch()
                        + " has read the state.");
    }
}
