package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Records;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.replication.Fetched;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a leader's answer says to the follower of one partition. */
final class FetchAnswer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private FetchAnswer() {}

    static Fetched of(PartitionData answer) {
        if (answer.errorCode() != ErrorCode.NONE.code()) {
            return new Fetched.Refused(ErrorCode.forCode(answer.errorCode()), answer.logStartOffset());
        }
        if (answer.divergingEpoch().epoch() >= 0) {
            return new Fetched.Diverging(
                    answer.divergingEpoch().epoch(), answer.divergingEpoch().endOffset(), answer.logStartOffset());
        }
        return new Fetched.Batches(batches(answer.records()), answer.highWatermark(), answer.logStartOffset());
    }

    private static ByteBuffer batches(@Nullable Records records) {
        return records instanceof MemoryRecords inMemory ? inMemory.buffer() : NOTHING.duplicate();
    }
}
