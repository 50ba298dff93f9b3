package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RetentionTest {
    private static final long DAY_MS = 86_400_000;
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(12);

    private final World world = new World(1);

    private static LogSettings settings(long ms, long bytes) {
        return LogSettings.DEFAULT
                .with(LogSettings.Segments.DEFAULT.withBytes(1_000))
                .with(new LogSettings.Retention(true, ms, bytes, 60_000));
    }

    /** One record to a segment. */
    private static void appendSegments(TestLog log, int count, long timestampMs) {
        for (int i = 0; i < count; i++) {
            log.append(Batches.at(timestampMs, "x".repeat(800)));
        }
        log.awaitStable(log.get().endOffset());
    }

    private void commitAll(TestLog log) {
        world.on(() -> log.get().highWatermark(log.get().endOffset()));
    }

    private List<String> files(String suffix) {
        return world.drive().files().keySet().stream()
                .filter(path -> path.endsWith(suffix))
                .toList();
    }

    @Test
    void segmentsThatAreTooOldAreDeleted() {
        TestLog log = world.open(settings(DAY_MS, -1));
        appendSegments(log, 2, Batches.NOW_MS - 2 * DAY_MS);
        appendSegments(log, 2, Batches.NOW_MS);
        commitAll(log);

        world.simulation.runFor(LONG_ENOUGH);

        assertThat(log.get().logStartOffset()).isEqualTo(2);
        assertThat(log.startOffsets).containsExactly(2L);
        assertThat(log.read(1, 100)).isEqualTo(new ReadResult.OutOfRange(2, 4));
        assertThat(files(".log")).hasSize(2);
    }

    @Test
    void theLastSegmentIsDeletedTooWhenItIsTooOld() {
        TestLog log = world.open(settings(DAY_MS, -1));
        appendSegments(log, 3, Batches.NOW_MS - 2 * DAY_MS);
        commitAll(log);

        world.simulation.runFor(LONG_ENOUGH);

        assertThat(log.get().logStartOffset()).isEqualTo(3);
        assertThat(log.get().sizeInBytes()).isZero();
        assertThat(log.append(Batches.of("next")).appended().baseOffset()).isEqualTo(3);
        world.restart();
        assertThat(world.open(settings(DAY_MS, -1)).values()).containsExactly("next");
    }

    @Test
    void recordsWithoutTimestampsAgeFromTheirAppend() {
        TestLog log = world.open(settings(DAY_MS, -1));
        appendSegments(log, 1, -1);
        commitAll(log);
        world.simulation.runFor(Duration.ofHours(23));
        assertThat(log.get().logStartOffset()).isZero();

        world.simulation.runFor(Duration.ofHours(2));

        assertThat(log.get().logStartOffset()).isEqualTo(1);
    }

    @Test
    void theOldestSegmentsGoWhenTheLogIsTooLarge() {
        TestLog log = world.open(settings(-1, 2_000));
        appendSegments(log, 5, Batches.NOW_MS);
        commitAll(log);
        long segment = log.get().sizeInBytes() / 5;

        world.simulation.runFor(LONG_ENOUGH);

        // As many go as can without the log becoming smaller than the setting.
        assertThat(log.get().sizeInBytes()).isEqualTo(3 * segment);
        assertThat(log.get().logStartOffset()).isEqualTo(2);
    }

    @Test
    void nothingBehindTheHighWatermarkIsDeleted() {
        TestLog log = world.open(settings(DAY_MS, -1));
        appendSegments(log, 3, Batches.NOW_MS - 2 * DAY_MS);
        world.on(() -> log.get().highWatermark(1));

        world.simulation.runFor(LONG_ENOUGH);

        assertThat(log.get().logStartOffset()).isEqualTo(1);
    }

    @Test
    void aCompactedLogIsNotCut() {
        TestLog log = world.open(settings(DAY_MS, 1_000).with(new LogSettings.Retention(false, DAY_MS, 1_000, 0)));
        appendSegments(log, 3, Batches.NOW_MS - 2 * DAY_MS);
        commitAll(log);

        world.simulation.runFor(LONG_ENOUGH);

        assertThat(log.get().logStartOffset()).isZero();
    }

    @Test
    void filesStayForTheDelayUnderAnotherName() {
        TestLog log = world.open(settings(DAY_MS, -1));
        appendSegments(log, 3, Batches.NOW_MS);

        log.deleteRecords(2);
        world.simulation.runFor(Duration.ofSeconds(10));
        assertThat(files(".deleted")).hasSize(2);

        world.simulation.runFor(Duration.ofMinutes(2));
        assertThat(files(".deleted")).isEmpty();
        assertThat(files(".log")).hasSize(1);
    }

    @Test
    void deletedRecordsAreGoneEvenInTheMiddleOfASegment() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a", "b");
        log.appendValues("c", "d");

        assertThat(log.deleteRecords(3)).isEqualTo(3);
        assertThat(log.read(2, 100)).isEqualTo(new ReadResult.OutOfRange(3, 4));
        assertThat(log.values()).containsExactly("d");
        assertThat(log.startOffsets).containsExactly(3L);

        world.crash(dev.barnabas.simulation.SimulatedHost.Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("d");
    }

    @Test
    void deletingWhatIsDeletedAlreadyChangesNothing() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a", "b");
        log.deleteRecords(1);

        assertThat(log.deleteRecords(0)).isEqualTo(1);
        assertThat(log.deleteRecords(1)).isEqualTo(1);
    }

    @Test
    void recordsThatDoNotExistCannotBeDeleted() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");

        assertThat(world.<Long>ask(then -> log.get().deleteRecords(2, then))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void deletingEverythingFreesTheSpace() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("x".repeat(100_000));

        log.deleteRecords(1);
        world.simulation.runFor(Duration.ofMinutes(2));

        assertThat(files(".log")).isEmpty();
        assertThat(log.append(Batches.of("next")).appended().baseOffset()).isEqualTo(1);
    }

    @Test
    void retentionHelpsAFullDisk() {
        world.directorySettings = new LogDirectorySettings(10, 0, 1 << 20, Duration.ofMinutes(5), Duration.ofDays(1));
        TestLog log = world.open(settings(-1, 2_000));
        appendSegments(log, 20, Batches.NOW_MS);
        // A checkpoint of all that, and then not a byte more.
        world.simulation.runFor(Duration.ofMinutes(1));
        world.drive().capacity(world.drive().usedBytes());
        commitAll(log);

        world.simulation.runFor(LONG_ENOUGH);

        assertThat(log.faults).isEmpty();
        assertThat(log.get().logStartOffset()).isEqualTo(17);
        assertThat(log.append(Batches.of("fits again")).isRefused()).isFalse();
    }
}
