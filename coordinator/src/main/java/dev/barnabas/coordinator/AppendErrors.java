package dev.barnabas.coordinator;

import dev.barnabas.protocol.ErrorCode;

/** What refuses an append, in terms of coordinators: those are the errors that their clients understand. */
public final class AppendErrors {

    private AppendErrors() {}

    public static ErrorCode asToldToClients(ErrorCode error) {
        return switch (error) {
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT ->
                ErrorCode.COORDINATOR_NOT_AVAILABLE;
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> ErrorCode.NOT_COORDINATOR;
            // Of the transaction coordinator, which could not be asked: clients try again without looking for another.
            case NETWORK_EXCEPTION -> ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> ErrorCode.UNKNOWN_SERVER_ERROR;
            default -> error;
        };
    }
}
