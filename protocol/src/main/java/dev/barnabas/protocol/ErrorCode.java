package dev.barnabas.protocol;

/**
 * What can go wrong, as told on the wire: a number. {@link #message()} is the explanation for people that goes along
 * where the response has room for one and the broker has nothing more specific to say.
 */
public enum ErrorCode {
    UNKNOWN_SERVER_ERROR(-1, false, "The server failed in a way it did not expect; its log says more."),
    NONE(0, false, "No error."),
    OFFSET_OUT_OF_RANGE(1, false, "The partition has no such offset (any more, or yet)."),
    CORRUPT_MESSAGE(2, true, "A record batch is damaged: its checksum, size or header is wrong."),
    UNKNOWN_TOPIC_OR_PARTITION(3, true, "This server does not host that topic or partition."),
    INVALID_FETCH_SIZE(4, false, "The fetch size asked for is not valid."),
    LEADER_NOT_AVAILABLE(
            5, true, "The partition has no leader at the moment, probably because an election is under way."),
    NOT_LEADER_OR_FOLLOWER(
            6, true, "This broker is not the leader of the partition, or for a read not a replica of it."),
    REQUEST_TIMED_OUT(7, true, "The time given to the request ran out before it was done."),
    BROKER_NOT_AVAILABLE(8, false, "That broker is not reachable."),
    REPLICA_NOT_AVAILABLE(9, true, "This broker has no usable replica of the partition."),
    MESSAGE_TOO_LARGE(10, false, "The record batch is larger than the topic or the server accepts."),
    STALE_CONTROLLER_EPOCH(11, false, "The controller that sent this has been replaced by a newer one."),
    OFFSET_METADATA_TOO_LARGE(12, false, "The text committed with an offset is longer than the server accepts."),
    NETWORK_EXCEPTION(13, true, "The connection broke before an answer came."),
    COORDINATOR_LOAD_IN_PROGRESS(14, true, "The coordinator is still loading its state; try again soon."),
    COORDINATOR_NOT_AVAILABLE(15, true, "There is no coordinator for this group or transaction at the moment."),
    NOT_COORDINATOR(
            16, true, "This broker does not coordinate that group or transaction; look the coordinator up again."),
    INVALID_TOPIC_EXCEPTION(17, false, "The topic name is not valid, or the operation is not allowed on that topic."),
    RECORD_LIST_TOO_LARGE(18, false, "The request holds more record data than one segment can."),
    NOT_ENOUGH_REPLICAS(19, true, "Fewer replicas are in sync than min.insync.replicas demands; nothing was written."),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(
            20, true, "The records were written, but then too few replicas were in sync to call them committed."),
    INVALID_REQUIRED_ACKS(21, false, "acks must be 0, 1 or -1 (all)."),
    ILLEGAL_GENERATION(22, false, "The member belongs to another generation of the group."),
    INCONSISTENT_GROUP_PROTOCOL(
            23, false, "The member shares no protocol type or assignor with the rest of the group."),
    INVALID_GROUP_ID(24, false, "The group id is not valid."),
    UNKNOWN_MEMBER_ID(25, false, "The group has no such member."),
    INVALID_SESSION_TIMEOUT(26, false, "The session timeout is outside the range that the server allows."),
    REBALANCE_IN_PROGRESS(27, false, "The group is being rebalanced; the member has to join again."),
    INVALID_COMMIT_OFFSET_SIZE(28, false, "The commit is larger than the server accepts."),
    TOPIC_AUTHORIZATION_FAILED(29, false, "Not authorised for that topic."),
    GROUP_AUTHORIZATION_FAILED(30, false, "Not authorised for that group."),
    CLUSTER_AUTHORIZATION_FAILED(31, false, "Not authorised for operations on the cluster."),
    INVALID_TIMESTAMP(32, false, "A record's timestamp is further from the server's time than the topic allows."),
    UNSUPPORTED_SASL_MECHANISM(33, false, "The server does not offer that SASL mechanism."),
    ILLEGAL_SASL_STATE(34, false, "The request does not fit the present state of SASL authentication."),
    UNSUPPORTED_VERSION(35, false, "The server does not support that version of the API, or that feature."),
    TOPIC_ALREADY_EXISTS(36, false, "There is a topic of that name already."),
    INVALID_PARTITIONS(37, false, "The number of partitions is not valid."),
    INVALID_REPLICATION_FACTOR(
            38, false, "The replication factor is below one or above the number of available brokers."),
    INVALID_REPLICA_ASSIGNMENT(39, false, "The assignment of replicas to brokers is not valid."),
    INVALID_CONFIG(40, false, "The setting or its value is not valid."),
    NOT_CONTROLLER(41, true, "This node is not the active controller."),
    INVALID_REQUEST(42, false, "The request contradicts itself or the protocol."),
    UNSUPPORTED_FOR_MESSAGE_FORMAT(43, false, "The record format in use does not support the operation."),
    POLICY_VIOLATION(44, false, "The request breaks a policy that the operator configured."),
    OUT_OF_ORDER_SEQUENCE_NUMBER(
            45, false, "The producer's sequence number leaves a gap; a batch before it is missing."),
    DUPLICATE_SEQUENCE_NUMBER(46, false, "The producer's sequence number was used before."),
    INVALID_PRODUCER_EPOCH(47, false, "A newer producer with the same id or transactional id has taken over."),
    INVALID_TXN_STATE(48, false, "The transaction is not in a state that allows this."),
    INVALID_PRODUCER_ID_MAPPING(49, false, "The producer id is not the one that belongs to the transactional id."),
    INVALID_TRANSACTION_TIMEOUT(50, false, "The transaction timeout is longer than the server allows."),
    CONCURRENT_TRANSACTIONS(
            51, true, "The previous transaction of this producer is still being completed; try again soon."),
    TRANSACTION_COORDINATOR_FENCED(52, false, "A newer transaction coordinator has taken over."),
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, false, "Not authorised for that transactional id."),
    SECURITY_DISABLED(54, false, "No authorizer is configured, so there are no access rules to work with."),
    OPERATION_NOT_ATTEMPTED(55, false, "Not tried because another part of the same request failed."),
    KAFKA_STORAGE_ERROR(56, true, "The disk that holds the partition failed."),
    LOG_DIR_NOT_FOUND(57, false, "There is no such log directory in the broker's settings."),
    SASL_AUTHENTICATION_FAILED(58, false, "Authentication failed."),
    UNKNOWN_PRODUCER_ID(
            59, false, "Nothing is known of that producer id, perhaps because all its records have expired."),
    REASSIGNMENT_IN_PROGRESS(60, false, "The replicas of the partition are being moved already."),
    DELEGATION_TOKEN_AUTH_DISABLED(61, false, "Delegation tokens are not enabled."),
    DELEGATION_TOKEN_NOT_FOUND(62, false, "There is no such delegation token."),
    DELEGATION_TOKEN_OWNER_MISMATCH(63, false, "The principal is neither owner nor renewer of the delegation token."),
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(
            64, false, "Delegation tokens cannot be handled over this kind of connection."),
    DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, false, "Not authorised for delegation tokens."),
    DELEGATION_TOKEN_EXPIRED(66, false, "The delegation token has expired."),
    INVALID_PRINCIPAL_TYPE(67, false, "That type of principal is not supported."),
    NON_EMPTY_GROUP(68, false, "The group still has members."),
    GROUP_ID_NOT_FOUND(69, false, "There is no such group."),
    FETCH_SESSION_ID_NOT_FOUND(70, true, "The fetch session is unknown; start a new one."),
    INVALID_FETCH_SESSION_EPOCH(71, true, "The epoch of the fetch session is not the expected one."),
    LISTENER_NOT_FOUND(72, true, "The partition's leader has no listener of the name used for this connection."),
    TOPIC_DELETION_DISABLED(73, false, "The server's settings do not allow topics to be deleted."),
    FENCED_LEADER_EPOCH(74, true, "The leader epoch given is older than the broker's."),
    UNKNOWN_LEADER_EPOCH(75, true, "The leader epoch given is newer than the broker's."),
    UNSUPPORTED_COMPRESSION_TYPE(
            76, false, "The version of the request does not support the compression of its records."),
    STALE_BROKER_EPOCH(77, false, "The broker has registered again since; the epoch given is out of date."),
    OFFSET_NOT_AVAILABLE(78, true, "The new leader does not know its high watermark yet; try again soon."),
    MEMBER_ID_REQUIRED(79, false, "Join again with the member id in this answer."),
    PREFERRED_LEADER_NOT_AVAILABLE(80, true, "The preferred leader is not available."),
    GROUP_MAX_SIZE_REACHED(81, false, "The group has as many members as it may have."),
    FENCED_INSTANCE_ID(82, false, "Another member with the same group.instance.id has taken over."),
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83, true, "None of the replicas that may lead is available."),
    ELECTION_NOT_NEEDED(84, true, "The partition has the right leader already."),
    NO_REASSIGNMENT_IN_PROGRESS(85, false, "The replicas of the partition are not being moved."),
    GROUP_SUBSCRIBED_TO_TOPIC(
            86, false, "The group has members that are subscribed to the topic, so its offsets must stay."),
    INVALID_RECORD(87, false, "A record is not valid; the broker refused its batch."),
    UNSTABLE_OFFSET_COMMIT(88, true, "There are offsets whose transaction is not decided yet; try again soon."),
    THROTTLING_QUOTA_EXCEEDED(89, true, "The quota is exhausted; try again after the throttle time."),
    PRODUCER_FENCED(90, false, "A newer producer with the same transactional id has taken over."),
    RESOURCE_NOT_FOUND(91, false, "What the request refers to does not exist."),
    DUPLICATE_RESOURCE(92, false, "The request names the same thing twice."),
    UNACCEPTABLE_CREDENTIAL(93, false, "The credential does not meet the requirements."),
    INCONSISTENT_VOTER_SET(94, false, "The voters named are not those of the quorum."),
    INVALID_UPDATE_VERSION(95, false, "The feature or state cannot be changed to that version."),
    FEATURE_UPDATE_FAILED(96, false, "The features could not be updated."),
    PRINCIPAL_DESERIALIZATION_FAILURE(97, false, "The principal in a forwarded request could not be read."),
    SNAPSHOT_NOT_FOUND(98, false, "There is no such snapshot."),
    POSITION_OUT_OF_RANGE(99, false, "The position is outside the snapshot."),
    UNKNOWN_TOPIC_ID(100, true, "This server does not host a topic with that id."),
    DUPLICATE_BROKER_REGISTRATION(101, false, "Another live broker has the same id."),
    BROKER_ID_NOT_REGISTERED(102, false, "There is no broker of that id."),
    INCONSISTENT_TOPIC_ID(103, true, "The log on this broker belongs to another topic id."),
    INCONSISTENT_CLUSTER_ID(104, false, "The cluster id is not that of this cluster."),
    TRANSACTIONAL_ID_NOT_FOUND(105, false, "There is no such transactional id."),
    FETCH_SESSION_TOPIC_ID_ERROR(
            106,
            true,
            "The fetch session was begun with topic names and continued with topic ids, or the other way round."),
    INELIGIBLE_REPLICA(107, false, "The replica may not join the in-sync replicas now."),
    NEW_LEADER_ELECTED(108, false, "The change led to a new leader, so the sender leads no longer."),
    OFFSET_MOVED_TO_TIERED_STORAGE(109, false, "The offset is no longer on the broker's disk but in tiered storage."),
    FENCED_MEMBER_EPOCH(
            110, false, "The group's coordinator has moved the member to another epoch; it has to join again."),
    UNRELEASED_INSTANCE_ID(111, false, "Another member of the group still uses that group.instance.id."),
    UNSUPPORTED_ASSIGNOR(112, false, "The group cannot use that assignor."),
    STALE_MEMBER_EPOCH(113, false, "The member's epoch is out of date; try again with the one of the next heartbeat."),
    MISMATCHED_ENDPOINT_TYPE(114, false, "The request was meant for the other kind of endpoint: broker or controller."),
    UNSUPPORTED_ENDPOINT_TYPE(115, false, "That kind of endpoint is not known."),
    UNKNOWN_CONTROLLER_ID(116, false, "There is no controller of that id."),
    UNKNOWN_SUBSCRIPTION_ID(117, false, "The telemetry subscription has changed; ask for the present one."),
    TELEMETRY_TOO_LARGE(118, false, "The metrics pushed take more bytes than the server accepts."),
    INVALID_REGISTRATION(119, false, "The controller cannot accept the registration."),
    TRANSACTION_ABORTABLE(120, false, "The transaction cannot be completed; abort it and begin another."),
    INVALID_RECORD_STATE(121, false, "The records are not in a state that can be acknowledged like this."),
    SHARE_SESSION_NOT_FOUND(122, true, "The share session is unknown; start a new one."),
    INVALID_SHARE_SESSION_EPOCH(123, true, "The epoch of the share session is not the expected one."),
    FENCED_STATE_EPOCH(124, false, "The epoch of the share group's state is out of date."),
    INVALID_VOTER_KEY(125, false, "The id and directory of the voter do not belong together."),
    DUPLICATE_VOTER(126, false, "That voter is in the quorum already."),
    VOTER_NOT_FOUND(127, false, "That voter is not in the quorum."),
    INVALID_REGULAR_EXPRESSION(128, false, "The regular expression is not valid."),
    REBOOTSTRAP_REQUIRED(129, false, "The client has to start again from its bootstrap addresses."),
    STREAMS_INVALID_TOPOLOGY(130, false, "The topology sent is not valid."),
    STREAMS_INVALID_TOPOLOGY_EPOCH(131, false, "The epoch of the topology is not valid."),
    STREAMS_TOPOLOGY_FENCED(132, false, "The member's topology is out of date."),
    SHARE_SESSION_LIMIT_REACHED(133, true, "The broker holds as many share sessions as it may."),
    GROUP_DELETION_FAILED(134, false, "The group could not be deleted."),
    STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED(135, false, "The description of the topology could not be stored."),
    CONTROLLER_ID_NOT_REGISTERED(136, false, "No controller of that id is registered.");

    private static final ErrorCode[] BY_CODE = new ErrorCode[values().length];

    static {
        for (ErrorCode error : values()) {
            BY_CODE[error.code + 1] = error;
        }
    }

    private final short code;
    private final boolean retriable;
    private final String message;

    ErrorCode(int code, boolean retriable, String message) {
        this.code = (short) code;
        this.retriable = retriable;
        this.message = message;
    }

    /** The error of this number; {@link #UNKNOWN_SERVER_ERROR} for a number that is not known here. */
    public static ErrorCode forCode(int code) {
        return code >= -1 && code < BY_CODE.length - 1 ? BY_CODE[code + 1] : UNKNOWN_SERVER_ERROR;
    }

    public short code() {
        return code;
    }

    /** Whether the same request may succeed when it is sent again, perhaps after new metadata was fetched. */
    public boolean retriable() {
        return retriable;
    }

    public String message() {
        return message;
    }

    public boolean isError() {
        return this != NONE;
    }
}
