package dev.barnabas.share;

import java.util.Optional;

/**
 * What a record is to a share group (KIP-932, KIP-1191).
 *
 * <pre>
 *                 acquire                accept
 *   AVAILABLE -----------------> ACQUIRED ------> ACKNOWLEDGED
 *       ^                        |  |  |
 *       +-- release, lock over --+  |  +-- reject, or delivered too often --> ARCHIVED
 *           (or archived)           |                                            ^
 *                                   +-- the same with a dead-letter topic        |
 *                                       --> ARCHIVING --- dead letter written ---+
 * </pre>
 *
 * While a change is being stored a record stays what it was, and can be changed by nobody else.
 */
public enum RecordState {
    /** Nobody has it, and somebody may get it. */
    AVAILABLE(0),
    /** It is out with a member. Never stored: a new leader gives it out again. */
    ACQUIRED(1),
    /** A member has processed it. Final. */
    ACKNOWLEDGED(2),
    /** It is given up, and on its way to the topic for dead letters. */
    ARCHIVING(3),
    /** It is given up, or there is none at this offset. Final. */
    ARCHIVED(4);

    private final byte code;

    RecordState(int code) {
        this.code = (byte) code;
    }

    /** As it is stored and travels. */
    public byte code() {
        return code;
    }

    /** Empty if there is no such state. */
    public static Optional<RecordState> of(byte code) {
        for (RecordState state : values()) {
            if (state.code == code) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    boolean isFinal() {
        return this == ACKNOWLEDGED || this == ARCHIVED;
    }
}
