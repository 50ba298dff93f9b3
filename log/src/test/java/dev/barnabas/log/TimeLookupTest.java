package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TimeLookupTest {
    private final World world = new World(1);
    private final TestLog log = world.open(LogSettings.DEFAULT.with(LogSettings.Segments.DEFAULT.withBytes(1_000)));

    private Optional<OffsetAtTime> at(long timestampMs) {
        return world.<Optional<OffsetAtTime>>ask(then -> log.get().offsetForTimestamp(timestampMs, then))
                .result();
    }

    private Optional<OffsetAtTime> latest() {
        return world.<Optional<OffsetAtTime>>ask(then -> log.get().offsetOfMaxTimestamp(then))
                .result();
    }

    @Test
    void theFirstRecordThatIsNotOlderIsFoundWithinItsBatch() {
        RecordBatchBuilder builder = Batches.builder();
        for (int i = 0; i < 5; i++) {
            Batches.records(builder, 1_000 + i * 10L, "v" + i);
        }
        log.append(builder.build(), AppendOrigin.CLIENT, 4);

        assertThat(at(0)).hasValue(new OffsetAtTime(0, 1_000, 4));
        assertThat(at(1_020)).hasValue(new OffsetAtTime(2, 1_020, 4));
        assertThat(at(1_021)).hasValue(new OffsetAtTime(3, 1_030, 4));
        assertThat(at(1_041)).isEmpty();
    }

    @Test
    void theFirstIsMeantEvenWhenTimesAreOutOfOrder() {
        log.append(Batches.at(3_000, "a"));
        log.append(Batches.at(1_000, "b"));
        log.append(Batches.at(5_000, "c"));
        log.append(Batches.at(4_000, "d"));

        assertThat(at(2_000).map(OffsetAtTime::offset)).hasValue(0L);
        assertThat(at(3_500).map(OffsetAtTime::offset)).hasValue(2L);
        assertThat(latest()).hasValue(new OffsetAtTime(2, 5_000, 1));
    }

    @Test
    void recordsBeforeTheLogStartAreNotFound() {
        log.append(Batches.at(1_000, "a", "b", "c"));
        log.append(Batches.at(2_000, "d"));
        log.deleteRecords(2);

        assertThat(at(0).map(OffsetAtTime::offset)).hasValue(2L);
        log.deleteRecords(3);
        assertThat(at(0).map(OffsetAtTime::offset)).hasValue(3L);
        log.deleteRecords(4);
        assertThat(at(0)).isEmpty();
    }

    @Test
    void compressedBatchesAreLookedInto() {
        try (Compressor zstd = new Compressor(CompressionSpec.of(Compression.ZSTD))) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1_000_000, zstd);
            Batches.records(builder, 1_000, "a");
            Batches.records(builder, 2_000, "b");
            log.append(builder.build());
        }

        assertThat(at(1_500)).hasValue(new OffsetAtTime(1, 2_000, 1));
    }

    @Test
    void aLogWithoutTimestampsHasNoneToFind() {
        assertThat(latest()).isEmpty();
        log.append(Batches.at(-1, "a"));

        assertThat(at(0)).isEmpty();
        assertThat(at(-1)).isEmpty();
        assertThat(latest()).isEmpty();
    }

    @Test
    void manySegmentsAreSearched() {
        for (int i = 0; i < 100; i++) {
            log.append(Batches.at(10_000 + 10L * i, "x".repeat(300)));
        }
        world.restart();
        TestLog again = world.open(log.get().settings());

        for (int i = 0; i < 100; i += 7) {
            long timestamp = 10_000 + 10L * i - 5;
            assertThat(world.<Optional<OffsetAtTime>>ask(then -> again.get().offsetForTimestamp(timestamp, then))
                            .result()
                            .map(OffsetAtTime::offset))
                    .hasValue((long) i);
        }
    }
}
