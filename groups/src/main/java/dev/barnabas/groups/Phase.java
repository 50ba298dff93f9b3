package dev.barnabas.groups;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a classic group is in its rebalances.
 *
 * <pre>
 *            somebody joins                all have joined, or time is up
 *   Empty ------------------> Preparing ----------------------------------> Completing
 *     ^                        |   ^  ^                                      |    |
 *     |   nobody is left       |   |  |  somebody joins, leaves or is gone   |    |
 *     +------------------------+   |  +--------------------------------------+    |
 *                                  |                                              | the leader
 *                                  |  somebody joins, leaves or is gone           | has assigned
 *                                  +------------------------------ Stable <-------+
 * </pre>
 *
 * <p>Empty and Stable are stored; a group whose coordinator moves during a rebalance falls back to what was stored
 * last, and its members notice and join again. A group that does not exist is called Dead on the wire.
 */
sealed interface Phase {

    /** The state as tools show it. */
    String label();

    /** There are no members. Offsets may be committed by anybody. */
    record Empty() implements Phase {
        @Override
        public String label() {
            return "Empty";
        }
    }

    /**
     * The members are asked to join (again).
     *
     * @param reason why, for people
     * @param opening not null while a group that was empty waits a little for more members
     */
    record Preparing(String reason, @Nullable Opening opening) implements Phase {
        @Override
        public String label() {
            return "PreparingRebalance";
        }
    }

    /**
     * A group that was empty waits for more members.
     *
     * @param remainingMs how long the wait may be extended in all
     * @param delayMs how long this part of the wait is
     * @param grew somebody has joined since this part began, so there will be another
     */
    record Opening(int delayMs, int remainingMs, boolean grew) {}

    /**
     * The members know the new generation, and the leader is working out the assignment.
     *
     * @param unsynced members that have not asked for their assignment yet
     */
    record Completing(String protocol, Set<String> unsynced) implements Phase {
        public Completing {
            unsynced = Collections.unmodifiableSet(new LinkedHashSet<>(unsynced));
        }

        @Override
        public String label() {
            return "CompletingRebalance";
        }
    }

    /**
     * Every member has its assignment.
     *
     * @param unsynced members that have not fetched it yet
     */
    record Stable(String protocol, Set<String> unsynced) implements Phase {
        public Stable {
            unsynced = Collections.unmodifiableSet(new LinkedHashSet<>(unsynced));
        }

        @Override
        public String label() {
            return "Stable";
        }
    }
}
