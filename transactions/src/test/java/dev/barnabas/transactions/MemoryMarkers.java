package dev.barnabas.transactions;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Partitions that take markers, at once or when a test says so. */
final class MemoryMarkers implements MarkerSender {
    private final List<Held> held = new ArrayList<>();
    private final Map<TopicPartition, List<Marker>> written = new TreeMap<>();
    private final Map<OfProducer, Integer> coordinatorEpochs = new HashMap<>();
    private boolean holds;

    /** What a partition knows about a producer. */
    private record OfProducer(TopicPartition partition, long producerId) {}

    @Override
    public Sending send(Marker marker, Collection<TopicPartition> partitions, Loop loop, Results then) {
        Held sending = new Held(marker, new TreeSet<>(partitions), loop, then);
        held.add(sending);
        if (!holds) {
            loop.execute(() -> settle(sending, List.copyOf(sending.left)));
        }
        return sending;
    }

    /** From now on markers are, or are not, written at once. */
    void holds(boolean nowHolds) {
        holds = nowHolds;
        if (!holds) {
            for (Held sending : List.copyOf(held)) {
                settle(sending, List.copyOf(sending.left));
            }
        }
    }

    /** Writes all markers that a partition is to get. */
    void settle(TopicPartition partition) {
        for (Held sending : List.copyOf(held)) {
            if (sending.left.contains(partition)) {
                settle(sending, List.of(partition));
            }
        }
    }

    /** A partition has heard of a coordinator in this epoch. */
    void taken(TopicPartition partition, long producerId, int coordinatorEpoch) {
        coordinatorEpochs.put(new OfProducer(partition, producerId), coordinatorEpoch);
    }

    /** What a partition has been told, in order. */
    List<Marker> written(TopicPartition partition) {
        return written.getOrDefault(partition, List.of());
    }

    Map<TopicPartition, List<Marker>> written() {
        return written;
    }

    private void settle(Held sending, List<TopicPartition> partitions) {
        List<TopicPartition> settled = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            if (sending.left.remove(partition)) {
                // Of markers that are cancelled, some are written nevertheless.
                OfProducer known = new OfProducer(partition, sending.marker.producerId());
                boolean fenced = coordinatorEpochs.getOrDefault(known, -1) > sending.marker.coordinatorEpoch();
                if (fenced) {
                    if (!sending.cancelled) {
                        sending.then.refused(partition, ErrorCode.TRANSACTION_COORDINATOR_FENCED);
                    }
                    continue;
                }
                coordinatorEpochs.put(known, sending.marker.coordinatorEpoch());
                written.computeIfAbsent(partition, _ -> new ArrayList<>()).add(sending.marker);
                settled.add(partition);
            }
        }
        if (sending.left.isEmpty()) {
            held.remove(sending);
        }
        if (!settled.isEmpty() && !sending.cancelled) {
            sending.then.settled(settled);
        }
    }

    private static final class Held implements Sending {
        private final Marker marker;
        private final NavigableSet<TopicPartition> left;
        private final Loop loop;
        private final Results then;
        private boolean cancelled;

        private Held(Marker marker, NavigableSet<TopicPartition> left, Loop loop, Results then) {
            this.marker = marker;
            this.left = left;
            this.loop = loop;
            this.then = then;
        }

        @Override
        public void cancel() {
            loop.requireCurrent();
            cancelled = true;
        }
    }
}
