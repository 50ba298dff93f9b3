package dev.barnabas.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The canary of the comparison: what must not differ is seen, and what compaction may take away is not held against it.
 */
final class ReplicaContentsTest {

    private static final long TIME = 1_767_225_600_000L;

    /** Offsets and {@code key=value}. */
    private static ByteBuffer log(Map<Long, String> records) {
        ByteBuffer all = ByteBuffer.allocate(10_000);
        new TreeMap<>(records).forEach((offset, record) -> {
            String[] parts = record.split("=", 2);
            RecordBatchBuilder batch = new RecordBatchBuilder(1_000).reset().baseOffset(offset);
            batch.append(TIME, parts[0].getBytes(UTF_8), parts[1].getBytes(UTF_8), List.of());
            all.put(batch.build());
        });
        return all.flip();
    }

    private static final ByteBuffer WHOLE = log(Map.of(0L, "a=1", 1L, "b=1", 2L, "a=2"));

    @Test
    void otherBytesAreSeen() {
        assertThat(ReplicaContents.areEqual(WHOLE, log(Map.of(0L, "a=1", 1L, "b=1", 2L, "a=2"))))
                .isTrue();
        assertThat(ReplicaContents.areEqual(WHOLE, log(Map.of(0L, "a=1", 1L, "b=1", 2L, "a=3"))))
                .isFalse();
        assertThat(ReplicaContents.areEqual(WHOLE, log(Map.of(0L, "a=1", 1L, "b=1"))))
                .isFalse();
    }

    @Test
    void whatIsOverwrittenMayBeGone() {
        assertThat(ReplicaContents.areEqualWhenCompacted(WHOLE, log(Map.of(1L, "b=1", 2L, "a=2"))))
                .isTrue();
    }

    @Test
    void theNewestRecordOfAKeyMayNot() {
        assertThat(ReplicaContents.areEqualWhenCompacted(WHOLE, log(Map.of(0L, "a=1", 1L, "b=1"))))
                .isFalse();
        assertThat(ReplicaContents.areEqualWhenCompacted(WHOLE, log(Map.of(2L, "a=2"))))
                .isFalse();
        assertThat(ReplicaContents.areEqualWhenCompacted(WHOLE, log(Map.of(1L, "b=1", 2L, "a=3"))))
                .isFalse();
    }

    @Test
    void whatIsStillThereMayNotBeSomethingElse() {
        assertThat(ReplicaContents.areEqualWhenCompacted(WHOLE, log(Map.of(0L, "a=7", 1L, "b=1", 2L, "a=2"))))
                .isFalse();
    }
}
