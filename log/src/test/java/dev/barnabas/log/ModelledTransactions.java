package dev.barnabas.log;

import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The simplest account of transactions in a log: a list of what is in it, gone through from the start for every
 * question.
 */
final class ModelledTransactions {
    private static final int REMEMBERED = 5;

    private final List<Entry> entries = new ArrayList<>();

    /** @param committed what a marker says; null for data */
    record Entry(
            long offset,
            int records,
            long producer,
            int epoch,
            int sequence,
            boolean transactional,
            @Nullable Boolean committed,
            int coordinatorEpoch) {

        boolean isMarker() {
            return committed != null;
        }

        long lastOffset() {
            return offset + records - 1;
        }
    }

    /** What the log has of a producer. */
    private static final class State {
        private int epoch;
        private int coordinatorEpoch = -1;
        private long open = -1;
        private final List<Entry> recent = new ArrayList<>();

        private void add(Entry entry) {
            if (entry.epoch != epoch) {
                epoch = entry.epoch;
                recent.clear();
            }
            if (entry.isMarker()) {
                coordinatorEpoch = entry.coordinatorEpoch;
                open = -1;
                return;
            }
            recent.add(entry);
            if (recent.size() > REMEMBERED) {
                recent.removeFirst();
            }
            if (entry.transactional && open < 0) {
                open = entry.offset;
            }
        }

        private int nextSequence() {
            return recent.isEmpty() ? 0 : recent.getLast().sequence + recent.getLast().records;
        }
    }

    private @Nullable State state(long producer) {
        State state = null;
        for (Entry entry : entries) {
            if (entry.producer == producer) {
                if (state == null) {
                    state = new State();
                    state.epoch = entry.epoch;
                }
                state.add(entry);
            }
        }
        return state;
    }

    /** What becomes of an append: null if it is written, DUPLICATE_SEQUENCE_NUMBER if it is there already. */
    @Nullable
    ErrorCode outcome(Entry entry, boolean bumpsEpoch) {
        State state = state(entry.producer);
        if (state == null) {
            return null;
        }
        if (!entry.isMarker()
                && entry.epoch == state.epoch
                && state.recent.stream()
                        .anyMatch(each -> each.sequence == entry.sequence && each.records == entry.records)) {
            return ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
        }
        if (entry.epoch < state.epoch) {
            return ErrorCode.INVALID_PRODUCER_EPOCH;
        }
        if (entry.isMarker()) {
            if (bumpsEpoch && entry.epoch == state.epoch) {
                return state.open < 0 ? ErrorCode.DUPLICATE_SEQUENCE_NUMBER : ErrorCode.INVALID_PRODUCER_EPOCH;
            }
            return entry.coordinatorEpoch < state.coordinatorEpoch ? ErrorCode.TRANSACTION_COORDINATOR_FENCED : null;
        }
        int expected = entry.epoch == state.epoch ? state.nextSequence() : 0;
        if (entry.sequence != expected) {
            return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
        }
        return !entry.transactional && state.open >= 0 ? ErrorCode.INVALID_TXN_STATE : null;
    }

    void add(Entry entry) {
        entries.add(entry);
    }

    void truncate(long endOffset) {
        entries.removeIf(entry -> entry.lastOffset() >= endOffset);
    }

    long endOffset() {
        return entries.isEmpty() ? 0 : entries.getLast().lastOffset() + 1;
    }

    /** Where a batch ends: at this offset or as little before it as can be. */
    long endBefore(long offset) {
        return entries.stream()
                .mapToLong(entry -> entry.lastOffset() + 1)
                .filter(end -> end <= offset)
                .max()
                .orElse(0);
    }

    int nextSequence(long producer, int epoch) {
        State state = state(producer);
        return state == null || state.epoch != epoch ? 0 : state.nextSequence();
    }

    int epoch(long producer) {
        State state = state(producer);
        return state == null ? 0 : state.epoch;
    }

    boolean isOpen(long producer) {
        State state = state(producer);
        return state != null && state.open >= 0;
    }

    OptionalLong firstUnstable(long highWatermark) {
        Map<Long, Long> open = new HashMap<>();
        long first = Long.MAX_VALUE;
        for (Entry entry : entries) {
            if (entry.isMarker()) {
                Long began = open.remove(entry.producer);
                if (began != null && entry.offset >= highWatermark) {
                    first = Math.min(first, began);
                }
            } else if (entry.transactional) {
                open.putIfAbsent(entry.producer, entry.offset);
            }
        }
        for (long began : open.values()) {
            first = Math.min(first, began);
        }
        return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
    }

    List<AbortedTransaction> aborted(long from, long upTo) {
        Map<Long, Long> open = new HashMap<>();
        List<AbortedTransaction> aborted = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.isMarker()) {
                Long began = open.remove(entry.producer);
                if (began != null && Boolean.FALSE.equals(entry.committed) && entry.offset >= from && began < upTo) {
                    aborted.add(new AbortedTransaction(entry.producer, began, entry.offset));
                }
            } else if (entry.transactional) {
                open.putIfAbsent(entry.producer, entry.offset);
            }
        }
        return aborted;
    }
}
