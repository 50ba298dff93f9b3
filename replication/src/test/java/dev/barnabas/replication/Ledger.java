package dev.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.replication.TestBatches.Seen;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What the clients of a test were told, and what therefore must never change. */
final class Ledger {
    /** By offset: what was acknowledged as being on all in-sync replicas. */
    private final NavigableMap<Long, String> acknowledged = new TreeMap<>();
    /** By offset: what somebody has read. */
    private final NavigableMap<Long, String> read = new TreeMap<>();

    private final Map<Integer, Integer> leaders = new HashMap<>();
    /** By leader epoch: the greatest high watermark that a leader told. */
    private final NavigableMap<Integer, Long> ends = new TreeMap<>();

    private long deletedBefore;

    int acknowledgedCount() {
        return acknowledged.size();
    }

    void acknowledged(long baseOffset, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            String before = acknowledged.putIfAbsent(baseOffset + i, values.get(i));
            assertThat(before).as("acknowledged before at %s", baseOffset + i).isIn(null, values.get(i));
        }
    }

    void read(List<Seen> records) {
        for (Seen each : records) {
            String before = read.putIfAbsent(each.offset(), each.value());
            if (before != null) {
                assertThat(each.value()).as("read at offset %s", each.offset()).isEqualTo(before);
            }
            String promised = acknowledged.get(each.offset());
            if (promised != null) {
                assertThat(each.value())
                        .as("acknowledged at offset %s", each.offset())
                        .isEqualTo(promised);
            }
        }
    }

    void leads(int leaderEpoch, int node) {
        Integer before = leaders.putIfAbsent(leaderEpoch, node);
        assertThat(before).as("leader of epoch %s", leaderEpoch).isIn(null, node);
    }

    /** A leader that says it knows where the partition ends for clients. */
    void end(int leaderEpoch, long highWatermark) {
        Map.Entry<Integer, Long> earlier = ends.headMap(leaderEpoch, true).lastEntry();
        for (long known : ends.headMap(leaderEpoch, true).values()) {
            assertThat(highWatermark)
                    .as("high watermark in epoch %s, after %s", leaderEpoch, earlier)
                    .isGreaterThanOrEqualTo(known);
        }
        ends.merge(leaderEpoch, highWatermark, Math::max);
    }

    void deleted(long beforeOffset) {
        deletedBefore = Math.max(deletedBefore, beforeOffset);
    }

    /** The whole partition, when everything is over. */
    void compare(long logStartOffset, List<Seen> records) {
        assertThat(logStartOffset).isLessThanOrEqualTo(deletedBefore);
        Map<Long, String> left = new HashMap<>();
        records.forEach(each -> left.put(each.offset(), each.value()));
        acknowledged
                .tailMap(logStartOffset)
                .forEach((offset, value) -> assertThat(left.get(offset))
                        .as("acknowledged at offset %s", offset)
                        .isEqualTo(value));
        read.tailMap(logStartOffset)
                .forEach((offset, value) -> assertThat(left.get(offset))
                        .as("read at offset %s", offset)
                        .isEqualTo(value));
    }
}
