package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Topic;
import dev.barnabas.client.ProducerSettings.Acks;
import dev.barnabas.client.TopicQueues.Pending;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends records, in batches, each to the leader of its partition. By default idempotent: whatever fails on the way,
 * each record that is acknowledged is in the log exactly once, and those of one partition in the order in which they
 * were sent.
 *
 * <p>A record's way: {@link #trySend} puts it into the open batch of its partition ({@link PartitionQueue}); when the
 * batch is full or has lingered enough, {@link ProduceSender} sends it, as often as it takes within the delivery
 * timeout; then each record's {@link Delivery} is told.
 *
 * <p>Memory is bounded: when the buffer is full, {@link #trySend} takes nothing more, and {@link #whenRoom} tells when
 * it will again. Owned by the cluster's loop.
 */
public final class Producer {

    /** How often to look for records whose time is up. */
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);

    private static final int MAX_SPARE_BUILDERS = 64;

    private final Cluster cluster;
    private final Loop loop;
    private final ProducerSettings settings;
    private final ProduceSender sender;
    private final Compressor compressor;
    private final Runnable viewChanged = this::viewChanged;
    private final Map<String, TopicQueues> topics = new HashMap<>();
    private final FlushEpochs flushEpochs = new FlushEpochs();
    private final SendBuffer buffer;
    private final Deque<ProduceBatch> lingering = new ArrayDeque<>();
    private final Deque<RecordBatchBuilder> spareBuilders = new ArrayDeque<>();
    private double compressionRatio = 1.0;
    private Loop.@Nullable Timer lingerTimer;
    private Loop.@Nullable Timer checkTimer;
    private boolean closing;
    private boolean closed;

    /** Only on the cluster's loop, like everything else here. */
    public Producer(Cluster cluster, ProducerSettings settings) {
        cluster.loop().requireCurrent();
        this.cluster = cluster;
        this.loop = cluster.loop();
        this.settings = settings;
        this.compressor = new Compressor(CompressionSpec.of(settings.compression()));
        this.sender = new ProduceSender(cluster, settings, this);
        this.buffer = new SendBuffer(loop, settings.bufferBytes());
        cluster.metadata().observe(viewChanged);
    }

    public ProducerSettings settings() {
        return settings;
    }

    /** Sends a record; fails at once with {@link ClientError.BufferFull} when there is no room. */
    public Eventual<Delivered> send(ProducerRecord record) {
        Eventual<Delivered> sent = new Eventual<>();
        boolean accepted = trySend(record, new Delivery() {
            @Override
            public void delivered(TopicPartition partition, long offset, long timestampMs) {
                sent.succeed(new Delivered(partition, offset, timestampMs));
            }

            @Override
            public void failed(ClientError error) {
                sent.fail(error);
            }
        });
        if (!accepted) {
            sent.fail(new ClientError.BufferFull(
                    "the producer's buffer of " + settings.bufferBytes() + " bytes is full"));
        }
        return sent;
    }

    /**
     * Sends a record, unless the buffer is full.
     *
     * @param delivery told what becomes of it, possibly before this returns if the record cannot be sent at all
     * @return false if there is no room: nothing was taken, and {@code delivery} is not going to be called
     */
    public boolean trySend(ProducerRecord record, Delivery delivery) {
        loop.requireCurrent();
        if (closing) {
            delivery.failed(new ClientError.Closed("the producer is closed"));
            return true;
        }
        int size = record.maxSizeInBytes();
        if (size > settings.maxRequestBytes()) {
            delivery.failed(new ClientError.Refused(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "a record of " + size + " bytes for topic " + record.topic() + "; the producer sends at most "
                            + settings.maxRequestBytes()));
            return true;
        }
        if (!buffer.fits(size)) {
            return false;
        }
        TopicQueues topic = topics.get(record.topic());
        if (topic == null) {
            topic = new TopicQueues(record.topic());
            topics.put(record.topic(), topic);
            wantTopics();
        }
        FlushEpoch epoch = flushEpochs.current();
        if (topic.pending.isEmpty() && isKnown(topic, record)) {
            append(topic, record, delivery, epoch, loop.clock().nanos());
        } else {
            if (topic.pending.isEmpty()) {
                cluster.metadata().refresh();
            }
            buffer.take(size);
            epoch.began();
            topic.pending.add(
                    new Pending(record, delivery, epoch, size, loop.clock().nanos()));
        }
        watch();
        return true;
    }

    /** Calls back, once, when there is a good deal of room again; now if there is. */
    public void whenRoom(Runnable task) {
        loop.requireCurrent();
        buffer.whenRoom(task);
    }

    /** Bytes of records that are accepted and not done with. */
    public long bufferedBytes() {
        return buffer.used();
    }

    /** Sends everything that was accepted so far without lingering; done when all of it is delivered or failed. */
    public Eventual<Done> flush() {
        loop.requireCurrent();
        Eventual<Done> flushed = flushEpochs.flush();
        for (TopicQueues topic : topics.values()) {
            for (PartitionQueue queue : topic.partitions()) {
                ProduceBatch open = queue.open();
                if (open != null) {
                    open.close();
                }
                if (!queue.isEmpty()) {
                    sender.ready(queue);
                }
            }
        }
        flushEpochs.settle();
        return flushed;
    }

    /** Accepts nothing more, and flushes; what is not delivered by then fails. */
    public Eventual<Done> close(Duration timeout) {
        loop.requireCurrent();
        if (closing) {
            return Eventual.done();
        }
        Eventual<Done> flushed = flush();
        closing = true;
        Eventual<Done> gone = new Eventual<>();
        cluster.within(timeout, "records are left", flushed).then(outcome -> {
            closed = true;
            sender.close();
            ClientError error = new ClientError.Closed("the producer was closed before the record was delivered");
            topics.values().forEach(topic -> {
                failPending(topic, pending -> true, error);
                topic.partitions().forEach(queue -> queue.removeAll().forEach(batch -> failed(batch, error)));
            });
            cluster.metadata().forget(viewChanged);
            cluster.metadata().wantNothing(this);
            stop(lingerTimer);
            stop(checkTimer);
            compressor.close();
            buffer.close();
            gone.succeed(Done.DONE);
        });
        return gone;
    }

    private static void stop(Loop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void wantTopics() {
        cluster.metadata().want(this, Metadata.Interest.in(topics.keySet(), true));
    }

    // From the topic to the partition

    private boolean isKnown(TopicQueues topic, ProducerRecord record) {
        if (topic.partitions().isEmpty()) {
            adopt(topic);
        }
        return record.partition() < topic.partitions().size()
                && !topic.partitions().isEmpty();
    }

    private void adopt(TopicQueues topic) {
        Topic known = cluster.view().topics().get(topic.topic);
        if (known == null) {
            return;
        }
        int perPartition = settings.acks() == Acks.NONE
                ? Integer.MAX_VALUE
                : settings.idempotent() ? ProducerSettings.MAX_IDEMPOTENT_IN_FLIGHT : 1;
        for (int i = topic.partitions().size(); i < known.partitions().size(); i++) {
            topic.partitions()
                    .add(new PartitionQueue(new TopicPartition(topic.topic, i), settings.idempotent(), perPartition));
        }
    }

    private void viewChanged() {
        if (closed) {
            return;
        }
        boolean missing = false;
        for (TopicQueues topic : topics.values()) {
            adopt(topic);
            while (!topic.pending.isEmpty()
                    && isKnown(topic, topic.pending.getFirst().record())) {
                Pending pending = topic.pending.removeFirst();
                append(topic, pending.record(), pending.delivery(), pending.flushEpoch(), pending.acceptedNanos());
                buffer.release(pending.bytes());
                pending.flushEpoch().ended();
            }
            ErrorCode refused = cluster.view().refused().getOrDefault(topic.topic, ErrorCode.NONE);
            if (refused.isError() && !refused.retriable()) {
                failPending(
                        topic,
                        pending -> true,
                        new ClientError.Refused(refused, "topic " + topic.topic + ": " + refused.message()));
            }
            missing |= !topic.pending.isEmpty();
        }
        sender.viewChanged();
        flushEpochs.settle();
        if (missing) {
            cluster.metadata().refresh();
        }
    }

    private void append(
            TopicQueues topic, ProducerRecord record, Delivery delivery, FlushEpoch epoch, long acceptedNanos) {
        int partition = record.partition() != ProducerRecord.ANY
                ? record.partition()
                : topic.choose(
                        record,
                        settings.batchBytes(),
                        index -> hasLeader(topic, index),
                        cluster.host().entropy());
        PartitionQueue queue = topic.partitions().get(partition);
        long timestampMs =
                record.timestampMs() == ProducerRecord.NOW ? loop.clock().wallMs() : record.timestampMs();
        ProduceBatch open = queue.open();
        int before = open == null ? 0 : open.builder.plainSizeInBytes();
        if (open == null
                || open.flushEpoch != epoch
                || !open.append(record, timestampMs, delivery, settings.batchBytes())) {
            open = new ProduceBatch(queue, builder(), epoch, acceptedNanos, queue.nextOrder());
            queue.add(open);
            epoch.began();
            before = 0;
            open.append(record, timestampMs, delivery, settings.batchBytes());
            linger(open);
        }
        int added = open.builder.plainSizeInBytes() - before;
        open.bufferedBytes += added;
        buffer.take(added);
        if (open.isFull() || queue.waiting() > 1 || epoch.isClosed()) {
            sender.ready(queue);
        }
    }

    private boolean hasLeader(TopicQueues topic, int partition) {
        return cluster.view().leader(topic.partitions().get(partition).id()).isPresent();
    }

    private RecordBatchBuilder builder() {
        RecordBatchBuilder spare = spareBuilders.pollLast();
        RecordBatchBuilder builder =
                spare != null ? spare.reset() : new RecordBatchBuilder(settings.batchBytes(), compressor);
        return builder.expectedCompressionRatio(compressionRatio);
    }

    // Time

    private void linger(ProduceBatch batch) {
        if (settings.linger().isZero()) {
            sender.ready(batch.queue);
            return;
        }
        lingering.addLast(batch);
        if (lingerTimer == null) {
            lingerTimer = loop.schedule(settings.linger(), this::lingered);
        }
    }

    private void lingered() {
        lingerTimer = null;
        while (!lingering.isEmpty() && hasLingered(lingering.getFirst())) {
            ProduceBatch batch = lingering.removeFirst();
            if (batch.attempts() == 0) {
                sender.ready(batch.queue);
            }
        }
        if (!lingering.isEmpty() && !closed) {
            long due = lingering.getFirst().createdNanos + settings.linger().toNanos();
            lingerTimer = loop.schedule(
                    Duration.ofNanos(Math.max(0, due - loop.clock().nanos())), this::lingered);
        }
    }

    /** Whether a batch that could still grow has waited long enough for that. */
    boolean hasLingered(ProduceBatch batch) {
        return batch.flushEpoch.isClosed()
                || loop.clock().nanos() - batch.createdNanos
                        >= settings.linger().toNanos();
    }

    boolean isOverdue(ProduceBatch batch) {
        return loop.clock().nanos() - batch.createdNanos
                >= settings.deliveryTimeout().toNanos();
    }

    private void watch() {
        if (checkTimer == null && !closed) {
            checkTimer = loop.schedule(CHECK_INTERVAL, this::check);
        }
    }

    private void check() {
        checkTimer = null;
        long now = loop.clock().nanos();
        for (TopicQueues topic : List.copyOf(topics.values())) {
            failPending(
                    topic,
                    pending ->
                            now - pending.acceptedNanos() >= settings.maxBlock().toNanos(),
                    new ClientError.TimedOut("topic " + topic.topic + " is not known after "
                            + settings.maxBlock().toMillis() + " ms: " + whyUnknown(topic)));
            for (PartitionQueue queue : topic.partitions()) {
                for (ProduceBatch batch : queue.removeWaiting(this::isOverdue)) {
                    failed(batch, expired(batch));
                }
            }
        }
        if (buffer.used() > 0) {
            watch();
        }
    }

    private String whyUnknown(TopicQueues topic) {
        ErrorCode refused = cluster.view().refused().get(topic.topic);
        Topic known = cluster.view().topics().get(topic.topic);
        return known != null
                ? "it has " + known.partitions().size() + " partitions"
                : refused != null ? refused.message() : "no broker answered";
    }

    ClientError expired(ProduceBatch batch) {
        return new ClientError.TimedOut("a record for partition " + batch.queue.id() + " was not delivered within "
                + settings.deliveryTimeout().toMillis() + " ms, after " + batch.attempts() + " attempts");
    }

    private void failPending(TopicQueues topic, Predicate<Pending> which, ClientError error) {
        for (Iterator<Pending> each = topic.pending.iterator(); each.hasNext(); ) {
            Pending pending = each.next();
            if (which.test(pending)) {
                each.remove();
                buffer.release(pending.bytes());
                pending.flushEpoch().ended();
                pending.delivery().failed(error);
            }
        }
        flushEpochs.settle();
    }

    // The end of a batch

    void delivered(ProduceBatch batch, long baseOffset, long logAppendTimeMs) {
        batch.delivered(baseOffset, logAppendTimeMs);
        done(batch);
    }

    void failed(ProduceBatch batch, ClientError error) {
        batch.failed(error);
        done(batch);
    }

    /** It was too large for the broker and goes on in pieces. */
    void replaced(ProduceBatch batch, List<ProduceBatch> pieces) {
        for (ProduceBatch piece : pieces) {
            piece.bufferedBytes = piece.builder.plainSizeInBytes();
            buffer.take(piece.bufferedBytes);
            piece.flushEpoch.began();
        }
        done(batch);
    }

    private void done(ProduceBatch batch) {
        buffer.release(batch.bufferedBytes);
        batch.flushEpoch.ended();
        if (spareBuilders.size() < MAX_SPARE_BUILDERS
                && batch.builder.plainSizeInBytes() <= 2 * settings.batchBytes()) {
            spareBuilders.addLast(batch.builder);
        }
        flushEpochs.settle();
    }

    Compressor compressor() {
        return compressor;
    }

    /** Batches are filled according to what they are going to shrink to, going by those before. */
    void observeCompression(double ratio) {
        compressionRatio = compressionRatio * 0.9 + ratio * 0.1;
    }
}
