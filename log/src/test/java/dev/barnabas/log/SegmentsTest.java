package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SegmentsTest {
    private final World world = new World(1);

    private List<String> segmentFiles() {
        return world.drive().files().keySet().stream()
                .filter(path -> path.startsWith(World.FOLDER) && path.endsWith(".log"))
                .map(path -> path.substring(World.FOLDER.length() + 1))
                .toList();
    }

    private static LogSettings settings(int bytes, long ms, int indexBytes) {
        return LogSettings.DEFAULT.with(new LogSettings.Segments(bytes, ms, 0, indexBytes, 1, false));
    }

    @Test
    void aLogWithoutRecordsHasNoSegmentFile() {
        world.open(LogSettings.DEFAULT);

        assertThat(segmentFiles()).isEmpty();
    }

    @Test
    void aSegmentIsNamedByItsFirstOffsetAndNotLargerThanTheSettingSays() {
        TestLog log = world.open(settings(1_000, Long.MAX_VALUE, 1 << 20));
        for (int i = 0; i < 4; i++) {
            log.append(Batches.of("x".repeat(400)));
        }

        assertThat(segmentFiles()).containsExactlyInAnyOrder("00000000000000000000.log", "00000000000000000002.log");
        assertThat(world.drive().files().entrySet().stream()
                        .filter(file -> file.getKey().endsWith(".log"))
                        .mapToLong(java.util.Map.Entry::getValue))
                .allMatch(size -> size <= 1_000);
        assertThat(log.values()).hasSize(4);
    }

    @Test
    void appendsOfOneTurnGoToSeveralSegmentsIfTheyMust() {
        TestLog log = world.open(settings(1_000, Long.MAX_VALUE, 1 << 20));
        List<TestLog.Written> answers = log.appendTogether(java.util.stream.IntStream.range(0, 7)
                .mapToObj(i -> new Append(Batches.of("x".repeat(400)), AppendOrigin.CLIENT, 1))
                .toList());

        assertThat(answers)
                .extracting(each -> each.appended().baseOffset())
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(segmentFiles()).hasSize(4);
        log.awaitStable(7);
    }

    @Test
    void aSegmentEndsWhenItsFirstRecordIsOld() {
        TestLog log = world.open(settings(1 << 20, 60_000, 1 << 20));
        log.append(Batches.at(Batches.NOW_MS, "a"));
        log.append(Batches.at(Batches.NOW_MS + 60_000, "b"));
        assertThat(segmentFiles()).hasSize(1);

        log.append(Batches.at(Batches.NOW_MS + 60_001, "c"));

        assertThat(segmentFiles()).hasSize(2);
    }

    @Test
    void withoutTimestampsTheTimeOfTheAppendCounts() {
        TestLog log = world.open(settings(1 << 20, 60_000, 1 << 20));
        log.append(Batches.at(-1, "a"));
        world.simulation.runFor(Duration.ofSeconds(61));

        log.append(Batches.at(-1, "b"));

        assertThat(segmentFiles()).hasSize(2);
    }

    @Test
    void aSegmentEndsWhenItsIndexIsFull() {
        TestLog log = world.open(settings(1 << 20, Long.MAX_VALUE, 80));

        for (int i = 0; i < 25; i++) {
            log.append(Batches.of("x"));
        }

        assertThat(segmentFiles()).hasSize(3);
    }

    @Test
    void aSettingThatChangesCountsFromTheNextAppendOn() {
        TestLog log = world.open(settings(1 << 20, Long.MAX_VALUE, 1 << 20));
        log.append(Batches.of("x".repeat(400)));
        world.on(() -> log.get().changeSettings(settings(500, Long.MAX_VALUE, 1 << 20)));

        log.append(Batches.of("x".repeat(400)));

        assertThat(segmentFiles()).hasSize(2);
    }

    @Test
    void aQuickLogReservesSpaceAndGivesItBack() {
        TestLog log = world.open(settings(3 << 20, Long.MAX_VALUE, 1 << 20));
        log.append(Batches.large(700_000));
        assertThat(world.drive().usedBytes()).isGreaterThan(1_300_000);

        for (int i = 0; i < 4; i++) {
            log.append(Batches.large(700_000));
        }
        log.settle();

        long files = world.drive().files().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertThat(segmentFiles()).hasSize(2);
        assertThat(world.drive().usedBytes()).isLessThan(files + 1_000_000);
    }

    @Test
    void logsTogetherKeepOnlySoManyFilesOpen() {
        world.directorySettings = new LogDirectorySettings(5, 0, 1 << 20, Duration.ofMinutes(5), Duration.ofDays(1));
        for (int i = 0; i < 40; i++) {
            TestLog log = world.open("t-" + i, LogSettings.DEFAULT);
            log.appendValues("v" + i);
        }
        world.simulation.runFor(LogDirectory.HANDLE_GRACE.multipliedBy(2));

        assertThat(world.directory().openFiles().count()).isEqualTo(5);
    }

    @Test
    void aHundredLogsThatAreWrittenInOneTurnAreOneSync() {
        List<TestLog> logs = java.util.stream.IntStream.range(0, 100)
                .mapToObj(i -> world.open("t-" + i, LogSettings.DEFAULT))
                .toList();
        world.on(() -> {
            for (TestLog log : logs) {
                log.get().append(new Append(Batches.of("a"), AppendOrigin.CLIENT, 1), new TestLog.Written());
            }
        });
        world.settle();

        assertThat(logs).allMatch(log -> log.get().stableEndOffset() == 1);
        assertThat(world.simulation.trace().timeline()).contains("sync of 200 files for 1 done");
    }
}
