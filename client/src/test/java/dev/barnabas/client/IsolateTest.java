package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.message.FetchResponse.AbortedTransaction;
import dev.barnabas.protocol.record.ControlRecordType;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IsolateTest {

    private final List<RecordBatch> log = new ArrayList<>();
    private long endOffset;

    @Test
    void controlBatchesAreNeverSeen() {
        batch(1, true, "a");
        marker(1, ControlRecordType.COMMIT);

        assertThat(visible()).containsExactly("a");
    }

    @Test
    void abortedTransactionsAreSkippedUntilTheirMarker() {
        batch(1, true, "aborted");
        batch(2, true, "of another");
        batch(3, false, "of none");
        batch(1, true, "aborted too");
        marker(1, ControlRecordType.ABORT);
        batch(1, true, "the next transaction");
        marker(2, ControlRecordType.COMMIT);

        assertThat(visible(new AbortedTransaction(1, 0)))
                .containsExactly("of another", "of none", "the next transaction");
    }

    @Test
    void aTransactionIsAbortedOnlyFromItsFirstOffsetOn() {
        batch(1, true, "committed");
        marker(1, ControlRecordType.COMMIT);
        batch(1, true, "aborted");
        marker(1, ControlRecordType.ABORT);

        assertThat(visible(new AbortedTransaction(1, 2))).containsExactly("committed");
    }

    @Test
    void twoAbortedTransactionsOfOneProducerAreTwo() {
        batch(1, true, "one");
        marker(1, ControlRecordType.ABORT);
        batch(1, true, "between");
        marker(1, ControlRecordType.COMMIT);
        batch(1, true, "two");
        marker(1, ControlRecordType.ABORT);

        assertThat(visible(new AbortedTransaction(1, 4), new AbortedTransaction(1, 0)))
                .containsExactly("between");
    }

    private List<String> visible(AbortedTransaction... aborted) {
        List<String> values = new ArrayList<>();
        Isolate.visible(log, List.of(aborted))
                .forEach(batch -> batch.records().forEach(record -> values.add(FakeCluster.text(record.value()))));
        return values;
    }

    private void batch(long producer, boolean transactional, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1_000)
                .baseOffset(endOffset)
                .producer(producer, (short) 0, 0)
                .transactional(transactional);
        builder.append(0, null, value.getBytes(java.nio.charset.StandardCharsets.UTF_8), List.of());
        add(builder);
    }

    private void marker(long producer, ControlRecordType type) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1_000)
                .baseOffset(endOffset)
                .producer(producer, (short) 0, RecordBatch.NO_SEQUENCE);
        builder.appendEndTxnMarker(0, new EndTxnMarker(type == ControlRecordType.COMMIT, 0));
        add(builder);
    }

    private void add(RecordBatchBuilder builder) {
        RecordBatch batch = RecordBatch.at(builder.build(), 0);
        endOffset = batch.endOffset();
        log.add(batch);
    }
}
