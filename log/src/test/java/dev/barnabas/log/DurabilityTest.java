package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedHost.Crash;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DurabilityTest {
    private final World world = new World(1);

    private static LogSettings afterWrite(long messages, long ms) {
        return LogSettings.DEFAULT.with(new LogSettings.Flush(Durability.AFTER_WRITE, messages, ms));
    }

    private boolean isSynced(TestLog log) {
        return world.simulation.trace().timeline().contains("sync of 1 files for 1 done")
                && log.get().stableEndOffset() > 0;
    }

    @Test
    void recordsAreStableWhenTheyAreSynced() {
        TestLog log = world.open(LogSettings.DEFAULT);
        world.drive().faults(DiskFaults.NONE.withSlowness(Duration.ofMillis(50)));

        log.append(Batches.of("a"));
        assertThat(log.get().endOffset()).isEqualTo(1);
        assertThat(log.get().stableEndOffset()).isZero();
        assertThat(log.stableEndOffsets).isEmpty();

        log.awaitStable(1);
        assertThat(log.stableEndOffsets).containsExactly(1L);
        world.crash(Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("a");
    }

    @Test
    void recordsAreStableWhenTheyAreWrittenIfThatIsEnough() {
        TestLog log = world.open(afterWrite(Long.MAX_VALUE, Long.MAX_VALUE));

        log.append(Batches.of("a"));

        assertThat(log.get().stableEndOffset()).isEqualTo(1);
        assertThat(log.stableEndOffsets).containsExactly(1L);
        world.crash(Crash.PROCESS);
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("a");
    }

    @Test
    void afterSoManyRecordsThereIsASync() {
        TestLog log = world.open(afterWrite(3, Long.MAX_VALUE));
        log.append(Batches.of("a", "b"));
        world.settle();
        world.simulation.note("test", "two records");
        log.append(Batches.of("c"));
        world.settle();

        String timeline = world.simulation.trace().timeline();
        assertThat(timeline.substring(timeline.indexOf("two records"))).contains("sync of 2 files");
        assertThat(timeline.substring(timeline.indexOf("@0, "), timeline.indexOf("two records")))
                .contains(".log @0");
        world.crash(Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).hasSize(3);
    }

    @Test
    void recordsThatAreSoOldAreSynced() {
        TestLog log = world.open(afterWrite(Long.MAX_VALUE, 200));
        log.append(Batches.of("a"));
        world.simulation.runFor(Duration.ofMillis(300));
        assertThat(isSynced(log)).isTrue();

        world.crash(Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("a");
    }

    @Test
    void aLogCanBecomeMoreCareful() {
        TestLog log = world.open(afterWrite(Long.MAX_VALUE, Long.MAX_VALUE));
        log.append(Batches.of("a"));

        world.on(() -> log.get().changeSettings(LogSettings.DEFAULT));
        world.settle();

        world.crash(Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("a");
    }

    @Test
    void aLogCanBecomeLessCareful() {
        TestLog log = world.open(LogSettings.DEFAULT);
        world.drive().faults(DiskFaults.NONE.withSlowness(Duration.ofMillis(500)));
        log.append(Batches.of("a"));

        world.on(() -> log.get().changeSettings(afterWrite(Long.MAX_VALUE, Long.MAX_VALUE)));

        assertThat(log.stableEndOffsets).containsExactly(1L);
    }

    @Test
    void aFailedSyncTakesAllLogsOfTheDirectoryOffline() {
        TestLog log = world.open(LogSettings.DEFAULT);
        TestLog other = world.open("other-0", LogSettings.DEFAULT);
        log.appendValues("before");
        world.drive().faults(DiskFaults.NONE.withSyncFailure(1));

        log.append(Batches.of("never acknowledged"));
        world.settle();

        assertThat(log.faults).hasSize(1);
        assertThat(other.faults).hasSize(1);
        assertThat(log.get().stableEndOffset()).isEqualTo(1);
        world.drive().faults(DiskFaults.NONE);
        world.settle();
        assertThat(log.get().stableEndOffset()).isEqualTo(1);
        assertThat(log.append(Batches.of("no")).refusal().error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(world.<Long>ask(then -> log.get().deleteRecords(1, then))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(world.<Long>ask(then -> log.get().truncate(0, then))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(log.read(0, 100)).isInstanceOf(ReadResult.Damaged.class);

        world.crash(Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).first().isEqualTo("before");
    }

    @Test
    void requestsThatWaitForASyncThatFailsAreRefused() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a", "b");
        world.drive().faults(DiskFaults.NONE.withSyncFailure(1));

        assertThat(world.<Long>ask(then -> log.get().deleteRecords(1, then))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }
}
