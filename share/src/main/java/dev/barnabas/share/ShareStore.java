package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the leaders of partitions keep the state of their share partitions: the share coordinators, wherever they are.
 * Whoever implements it asks again as long as that makes sense. Callbacks come once, on the loop of who asks, perhaps
 * in the same call.
 *
 * <p>Errors are the coordinator's: COORDINATOR_NOT_AVAILABLE (also if it could not be reached), NOT_COORDINATOR,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH,
 * FENCED_STATE_EPOCH. After an error it is not known whether a write has been stored.
 */
public interface ShareStore {

    /**
     * @param leaderEpoch of the leader that asks; earlier ones are fenced from now on
     * @param then the state is null if there is an error
     */
    void read(ShareKey key, int leaderEpoch, BiConsumer<ErrorCode, @Nullable StoredState> then);

    /** A share partition has one write under way at a time. */
    void write(ShareKey key, StateWrite write, Consumer<ErrorCode> then);
}
