package dev.barnabas.broker;

import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.replication.Partition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How old the records are that groups have not read: the timestamps of the batches at their committed offsets, read
 * from partitions that are open here and kept until a group gets on. So what does not move costs nothing, however often
 * one looks. Owned by the first loop.
 */
final class LagTimes {

    /** More are not read at a time; the others follow the next time. */
    private static final int MOST_READS = 1_000;

    private final Node node;
    private Map<Key, Known> known = new HashMap<>();

    /** A place that a group has come to. */
    private record Key(String group, String topic, int partition) {}

    private record Known(long offset, long timestampMs) {}

    LagTimes(Node node) {
        this.node = node;
    }

    /** The same lags, with times where they are known. What is not among them is forgotten. */
    void fill(List<Observation.Lag> lags, Consumer<List<Observation.Lag>> then) {
        Map<Key, Known> still = new HashMap<>();
        List<Observation.Lag> unknown = new ArrayList<>();
        for (Observation.Lag lag : lags) {
            Known before = known.get(key(lag));
            if (lag.records() == 0) {
                continue;
            }
            if (before != null && before.offset == lag.committedOffset()) {
                still.put(key(lag), before);
            } else if (unknown.size() < MOST_READS) {
                unknown.add(lag);
            }
        }
        known = still;
        int[] left = {unknown.size()};
        Runnable finish = () -> then.accept(lags.stream().map(this::withTime).toList());
        if (left[0] == 0) {
            finish.run();
            return;
        }
        for (Observation.Lag lag : unknown) {
            read(lag, timestampMs -> {
                if (timestampMs >= 0) {
                    known.put(key(lag), new Known(lag.committedOffset(), timestampMs));
                }
                if (--left[0] == 0) {
                    finish.run();
                }
            });
        }
    }

    private static Key key(Observation.Lag lag) {
        return new Key(lag.group(), lag.topic(), lag.partition());
    }

    private Observation.Lag withTime(Observation.Lag lag) {
        Known time = known.get(key(lag));
        return time == null || time.offset != lag.committedOffset() ? lag : lag.since(time.timestampMs);
    }

    /** @param then called on the first loop, with -1 if it cannot be read */
    private void read(Observation.Lag lag, Consumer<Long> then) {
        Consumer<Long> answer = timestampMs -> node.share(0).loop().execute(() -> then.accept(timestampMs));
        node.image()
                .topic(lag.topic())
                .ifPresentOrElse(
                        topic -> {
                            LoopShare share = node.share(node.ownerOf(topic.id(), lag.partition()));
                            share.loop()
                                    .execute(() ->
                                            read(share.partitions().find(topic.id(), lag.partition()), lag, answer));
                        },
                        () -> answer.accept(-1L));
    }

    private static void read(@Nullable Partition partition, Observation.Lag lag, Consumer<Long> answer) {
        if (partition == null || lag.committedOffset() >= partition.highWatermark()) {
            answer.accept(-1L);
            return;
        }
        long offset = Math.max(lag.committedOffset(), partition.logStartOffset());
        partition.log().load(offset, 1, partition.highWatermark(), new LogAnswer<>() {
            @Override
            public void done(ByteBuffer batches) {
                answer.accept(
                        batches.remaining() < RecordBatch.HEADER_BYTES
                                ? -1L
                                : RecordBatch.header(batches, batches.position())
                                        .maxTimestamp());
            }

            @Override
            public void refused(LogRefusal refusal) {
                answer.accept(-1L);
            }
        });
    }
}
