package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.log.Appended;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.replication.Partition;
import dev.barnabas.transactions.Marker;
import dev.barnabas.transactions.TopicPartition;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes markers to partitions that this node leads. Stateless; called on any loop. */
final class MarkerWriter {

    /** How long a marker may take to be on all in-sync replicas; whoever sent it sends it again then. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** From this version on each transaction has an epoch of its own (KIP-890). */
    private static final int BUMPS_EPOCH_SINCE = 2;

    private final Node node;

    MarkerWriter(Node node) {
        this.node = node;
    }

    /**
     * Writes one marker.
     *
     * @param then called once, on {@code loop}: NONE when the marker is committed
     */
    void write(Marker marker, TopicPartition partition, Loop loop, Consumer<ErrorCode> then) {
        ClusterImage image = node.image();
        Optional<Topic> topic = image.topic(partition.topic())
                .filter(known -> known.partition(partition.partition()).isPresent());
        if (topic.isEmpty()) {
            node.run(loop, () -> then.accept(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
            return;
        }
        LoopShare owner = node.share(node.ownerOf(topic.get().id(), partition.partition()));
        node.run(owner.loop(), () -> {
            Partition open = owner.partitions().find(topic.get().id(), partition.partition());
            Consumer<ErrorCode> back = error -> node.run(loop, () -> then.accept(error));
            if (open == null) {
                back.accept(node.whyAbsent(topic.get().id(), partition.partition()));
            } else {
                append(marker, open, back);
            }
        });
    }

    private static void append(Marker marker, Partition partition, Consumer<ErrorCode> then) {
        partition.appendMarker(
                marker.producerId(),
                marker.producerEpoch(),
                new EndTxnMarker(marker.committed(), marker.coordinatorEpoch()),
                marker.transactionVersion() >= BUMPS_EPOCH_SINCE,
                partition.loop().clock().nanos() + LIMIT.toNanos(),
                new Partition.Answer() {
                    @Override
                    public void written(@Nullable Appended appended) {
                        // It counts when it is committed.
                    }

                    @Override
                    public void acknowledged(Appended appended) {
                        then.accept(ErrorCode.NONE);
                    }

                    @Override
                    public void refused(LogRefusal refusal) {
                        then.accept(refusal.error());
                    }
                });
    }
}
