package dev.barnabas.replication;

import dev.barnabas.protocol.ErrorCode;
import java.util.OptionalInt;

/** What a partition is on this node for the time being. Owned by the partition's loop, like all that implement it. */
sealed interface Role permits Role.None, Role.Suspended, LeaderRole, FollowerRole {

    /** The leader's term; -1 if none is known. */
    int leaderEpoch();

    /** The version of what is agreed on; -1 if none is known. */
    int partitionEpoch();

    OptionalInt leader();

    /** More of the log is stable here than before. */
    void stableEndAdvanced();

    /** Whether something is under way that has to be over before another role begins. */
    boolean isBusy();

    /** Another role begins, or none; whoever waits is refused. */
    void end(ErrorCode why, String message);

    /** Nothing is known yet, or the partition is being closed, or its log has failed. */
    record None(int leaderEpoch, int partitionEpoch) implements Role {
        @Override
        public OptionalInt leader() {
            return OptionalInt.empty();
        }

        @Override
        public void stableEndAdvanced() {}

        @Override
        public boolean isBusy() {
            return false;
        }

        @Override
        public void end(ErrorCode why, String message) {}
    }

    /**
     * This node leads in this term as far as it knows, and may have been replaced without knowing it: nobody is served.
     * What is known of the followers and of who is in sync is kept for the case that it has not.
     */
    record Suspended(LeaderRole leadership) implements Role {
        @Override
        public int leaderEpoch() {
            return leadership.leaderEpoch();
        }

        @Override
        public int partitionEpoch() {
            return leadership.partitionEpoch();
        }

        @Override
        public OptionalInt leader() {
            return OptionalInt.empty();
        }

        @Override
        public void stableEndAdvanced() {
            leadership.stableEndAdvanced();
        }

        @Override
        public boolean isBusy() {
            return false;
        }

        @Override
        public void end(ErrorCode why, String message) {
            leadership.end(why, message);
        }
    }
}
