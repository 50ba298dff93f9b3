package dev.barnabas.transactions;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a transactional id is doing. {@code package-info} has the picture.
 *
 * <p>Kafka has two more states, which are never stored: an id that is being forgotten (Dead), and a producer that is
 * being fenced (PrepareEpochFence).
 */
enum Status {
    /** A producer has been given an id and an epoch, and has begun nothing yet. */
    EMPTY(0, "Empty"),
    ONGOING(1, "Ongoing"),
    /** It is decided: the transaction commits. Its markers are on the way. */
    PREPARE_COMMIT(2, "PrepareCommit"),
    /** It is decided: the transaction aborts. Its markers are on the way. */
    PREPARE_ABORT(3, "PrepareAbort"),
    COMPLETE_COMMIT(4, "CompleteCommit"),
    COMPLETE_ABORT(5, "CompleteAbort");

    /** All names that one may ask for, with those of states that nothing here is ever in. */
    static final Set<String> NAMES = Stream.concat(
                    Stream.of(values()).map(Status::kafkaName), Stream.of("Dead", "PrepareEpochFence"))
            .collect(Collectors.toUnmodifiableSet());

    private final byte id;
    private final String kafkaName;

    Status(int id, String kafkaName) {
        this.id = (byte) id;
        this.kafkaName = kafkaName;
    }

    static Optional<Status> ofId(byte id) {
        return Stream.of(values()).filter(status -> status.id == id).findFirst();
    }

    /** In a stored record. */
    byte id() {
        return id;
    }

    /** As it is listed and described. */
    String kafkaName() {
        return kafkaName;
    }

    /** Whether the outcome is decided but not yet known to all partitions. */
    boolean isEnding() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }
}
