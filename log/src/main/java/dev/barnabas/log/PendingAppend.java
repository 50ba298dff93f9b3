package dev.barnabas.log;

import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An append that waits for the end of the turn, and what is decided about it there. Owned by the {@link Appender}. */
final class PendingAppend {
    final AppendOrigin origin;
    final int leaderEpoch;
    final long verification;
    final boolean bumpsEpoch;
    final Appending then;

    /** What is written: the caller's buffer, or another one if the batch had to be compressed anew. */
    ByteBuffer bytes;

    /** The first batch, nearly always the only one; null as long as it was not accepted. */
    @Nullable
    RecordBatch first;

    List<RecordBatch> others = List.of();

    @Nullable
    EndTxnMarker marker;

    long baseOffset;
    long lastOffset;
    long logAppendTimeMs = RecordBatch.NO_TIMESTAMP;
    boolean duplicate;
    /** Offsets are missing before or between the batches. */
    boolean hasGaps;

    @Nullable
    LogRefusal refusal;

    PendingAppend(Append request, Appending then) {
        this.bytes = request.batches();
        this.origin = request.origin();
        this.leaderEpoch = request.leaderEpoch();
        this.verification = request.verification();
        this.bumpsEpoch = request.bumpsEpoch();
        this.then = then;
    }

    /** Whether it is to be written, as far as has been decided. */
    boolean accepted() {
        return refusal == null && !duplicate;
    }

    long maxTimestamp() {
        long max = first == null ? RecordBatch.NO_TIMESTAMP : first.maxTimestamp();
        for (RecordBatch each : others) {
            max = Math.max(max, each.maxTimestamp());
        }
        return max;
    }

    void answer(long logStartOffset) {
        LogRefusal refused = refusal;
        if (refused != null) {
            then.refused(refused);
        } else {
            then.written(new Appended(baseOffset, lastOffset, logAppendTimeMs, logStartOffset, duplicate));
        }
    }
}
