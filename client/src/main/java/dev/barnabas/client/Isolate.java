package dev.barnabas.client;

import dev.barnabas.protocol.message.FetchResponse.AbortedTransaction;
import dev.barnabas.protocol.record.ControlRecordType;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Which batches of a fetch a consumer may see: no control batches, and if it reads what is committed only, none of
 * aborted transactions. The broker names those with the offset at which each begins; it lasts until the producer's
 * abort marker (KIP-98). Pure.
 */
final class Isolate {

    private final Deque<AbortedTransaction> toCome;
    private final Set<Long> aborting = new HashSet<>();
    private final List<RecordBatch> visible = new ArrayList<>();

    private Isolate(List<AbortedTransaction> aborted) {
        List<AbortedTransaction> ordered = new ArrayList<>(aborted);
        ordered.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
        toCome = new ArrayDeque<>(ordered);
    }

    /**
     * @param aborted empty for a consumer that reads everything
     * @throws CorruptRecordException if a control batch is broken
     */
    static List<RecordBatch> visible(Iterable<RecordBatch> batches, List<AbortedTransaction> aborted) {
        Isolate isolate = new Isolate(aborted);
        batches.forEach(isolate::next);
        return isolate.visible;
    }

    private void next(RecordBatch batch) {
        while (!toCome.isEmpty() && toCome.getFirst().firstOffset() <= batch.lastOffset()) {
            aborting.add(toCome.removeFirst().producerId());
        }
        if (batch.isControl()) {
            if (isAbort(batch)) {
                aborting.remove(batch.producerId());
            }
        } else if (!batch.isTransactional() || !aborting.contains(batch.producerId())) {
            visible.add(batch);
        }
    }

    private static boolean isAbort(RecordBatch batch) {
        Iterator<Record> records = batch.records().iterator();
        return records.hasNext() && ControlRecordType.of(records.next()) == ControlRecordType.ABORT;
    }
}
