package dev.barnabas.log;

import dev.barnabas.protocol.ErrorCode;
import java.util.List;

/**
 * Why a log did not do what it was asked for. Nothing changed.
 *
 * @param message a sentence for people
 * @param records the records to blame, if single records of a batch are to blame
 */
public record LogRefusal(ErrorCode error, String message, List<RecordError> records) {

    public LogRefusal {
        records = List.copyOf(records);
    }

    LogRefusal(ErrorCode error, String message) {
        this(error, message, List.of());
    }

    /**
     * A record that was not accepted.
     *
     * @param index its place in the batch, from 0
     */
    public record RecordError(int index, String message) {}
}
