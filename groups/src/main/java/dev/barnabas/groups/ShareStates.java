package dev.barnabas.groups;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.function.Consumer;

/**
 * The states of partitions in share groups, which are stored by the share coordinators, wherever they are. Each is
 * asked once; what could not be reached is answered with an error, and may have been done all the same. Callbacks come
 * once, on the loop that is given, with an answer for each place.
 */
public interface ShareStates {

    /**
     * The state of partitions begins, or begins anew with a higher epoch.
     *
     * @param starts where; -1: the leader of the partition decides by {@code share.auto.offset.reset}
     */
    void initialize(
            String groupId,
            int stateEpoch,
            NavigableMap<SharePlace, Long> starts,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then);

    /** The states are forgotten. */
    void delete(
            String groupId,
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then);

    /** How far the group has come. */
    void summarize(
            String groupId,
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, Summary>> then);

    /** Where the partitions end, in terms of high watermarks; nothing where nobody could say. */
    void ends(NavigableSet<SharePlace> places, Loop loop, Consumer<NavigableMap<SharePlace, Long>> then);

    /**
     * How far a group has come in a partition.
     *
     * @param leaderEpoch of the leader of the partition that has read the state last
     * @param startOffset of the first record that is not settled; -1 if nobody has decided yet where to begin
     * @param deliveryCompleteCount how many records from there on are settled; -1 if nobody knows
     */
    record Summary(ErrorCode error, int leaderEpoch, long startOffset, int deliveryCompleteCount) {

        static final long NO_OFFSET = -1;

        public static Summary refused(ErrorCode error) {
            return new Summary(error, 0, NO_OFFSET, -1);
        }

        /**
         * How many records are left to be settled; -1 if nobody knows.
         *
         * @param end of the partition; negative if nobody knows it
         */
        long lag(long end) {
            return end < 0 || startOffset == NO_OFFSET || deliveryCompleteCount < 0
                    ? -1
                    : Math.max(0, end - startOffset - deliveryCompleteCount);
        }
    }
}
