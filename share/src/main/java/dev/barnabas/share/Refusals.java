package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;

/** What clients are told when the state of a share partition cannot be read or written, as Kafka tells them. */
final class Refusals {

    private Refusals() {}

    /** @param error of the share coordinator */
    static ErrorCode ofStore(ErrorCode error) {
        return switch (error) {
            case NONE, GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION, FENCED_STATE_EPOCH -> error;
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS ->
                ErrorCode.COORDINATOR_NOT_AVAILABLE;
            case FENCED_LEADER_EPOCH, NOT_LEADER_OR_FOLLOWER -> ErrorCode.NOT_LEADER_OR_FOLLOWER;
            default -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    /** Whether what is known here is not what counts any more: it has to be read again. */
    static boolean ends(ErrorCode error) {
        return switch (error) {
            case GROUP_ID_NOT_FOUND,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    FENCED_STATE_EPOCH,
                    FENCED_LEADER_EPOCH,
                    NOT_LEADER_OR_FOLLOWER -> true;
            default -> false;
        };
    }
}
