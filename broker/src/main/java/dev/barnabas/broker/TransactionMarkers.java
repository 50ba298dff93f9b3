package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.transactions.Marker;
import dev.barnabas.transactions.MarkerSender;
import dev.barnabas.transactions.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * Brings the markers of the transactions that are coordinated here to the leaders of their partitions: each loop sends
 * what its coordinators have, see {@link LoopMarkers}.
 */
final class TransactionMarkers implements MarkerSender {

    private final Node node;
    private final List<LoopMarkers> byLoop = new ArrayList<>();

    /** @param connections makes the connections of a loop that are used for markers only */
    TransactionMarkers(Node node, Function<Loop, BrokerConnections> connections) {
        this.node = node;
        MarkerWriter writer = new MarkerWriter(node);
        for (LoopShare share : node.shares()) {
            byLoop.add(new LoopMarkers(node, share.loop(), connections.apply(share.loop()), writer));
        }
    }

    @Override
    public Sending send(Marker marker, Collection<TopicPartition> partitions, Loop loop, Results then) {
        LoopMarkers markers = byLoop.get(node.share(loop).index());
        MarkerSending sending = new MarkerSending(marker, loop, then);
        List<TopicPartition> all = List.copyOf(partitions);
        if (loop.isCurrent()) {
            markers.send(sending, all);
        } else {
            loop.execute(() -> markers.send(sending, all));
        }
        return sending;
    }

    /** The loop ends: nothing is sent or answered any more. On that loop. */
    void stop(LoopShare share) {
        byLoop.get(share.index()).stop();
    }

    /** A marker and who is to be told what becomes of it. Owned by the loop that is told. */
    static final class MarkerSending implements Sending {
        private final Marker marker;
        private final Loop loop;
        private final Results then;
        private List<TopicPartition> settled = new ArrayList<>();
        private boolean cancelled;

        private MarkerSending(Marker marker, Loop loop, Results then) {
            this.marker = marker;
            this.loop = loop;
            this.then = then;
        }

        Marker marker() {
            return marker;
        }

        boolean isCancelled() {
            return cancelled;
        }

        /** It is told with what else is settled in this turn. */
        void settle(TopicPartition partition) {
            if (settled.isEmpty()) {
                loop.atEndOfTurn(this::tell);
            }
            settled.add(partition);
        }

        private void tell() {
            List<TopicPartition> now = settled;
            settled = new ArrayList<>();
            if (!cancelled) {
                then.settled(now);
            }
        }

        void refuse(TopicPartition partition, ErrorCode why) {
            loop.atEndOfTurn(() -> {
                if (!cancelled) {
                    then.refused(partition, why);
                }
            });
        }

        @Override
        public void cancel() {
            loop.requireCurrent();
            cancelled = true;
        }
    }
}
