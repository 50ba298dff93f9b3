package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Disk;
import dev.barnabas.simulation.SimulatedHost.Crash;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogDirectoryTest {
    private final World world = new World(1);

    private List<String> folders() {
        List<String> found = new ArrayList<>();
        world.on(() -> LogDirectory.folders(world.disk(), world.loop(), new Disk.Completion<>() {
            @Override
            public void done(List<String> result) {
                found.addAll(result);
            }

            @Override
            public void failed(IOException fault) {
                found.add(fault.toString());
            }
        }));
        world.settle();
        return found;
    }

    @Test
    void itKnowsWhichLogsThereAre() {
        world.open("a-0", LogSettings.DEFAULT);
        world.open("a-1", LogSettings.DEFAULT);
        world.crash(Crash.POWER);

        assertThat(folders()).containsExactly("a-0", "a-1");
    }

    @Test
    void aDeletedLogIsGoneAtOnceAndItsFilesLater() {
        TestLog log = world.open("a-0", LogSettings.DEFAULT);
        log.appendValues("x");

        world.<Long>ask(then -> log.get().delete(then)).result();

        assertThat(folders()).isEmpty();
        assertThat(log.append(Batches.of("late")).isRefused()).isTrue();
        TestLog again = world.open("a-0", LogSettings.DEFAULT);
        assertThat(again.get().endOffset()).isZero();
        again.appendValues("new");
        world.simulation.runFor(Duration.ofMinutes(2));
        assertThat(world.drive().files().keySet()).allMatch(path -> path.startsWith("a-0/"));
        assertThat(again.values()).containsExactly("new");
    }

    @Test
    void aDeletedLogDoesNotComeBack() {
        TestLog log = world.open("a-0", LogSettings.DEFAULT);
        log.appendValues("x");
        world.<Long>ask(then -> log.get().delete(then)).result();

        world.crash(Crash.POWER);

        assertThat(folders()).isEmpty();
        assertThat(world.drive().files()).isEmpty();
    }

    @Test
    void aLogThatIsClosedCanBeOpenedAgain() {
        TestLog log = world.open("a-0", LogSettings.DEFAULT);
        log.append(Batches.of("x"));

        assertThat(world.<Long>ask(then -> log.get().close(then)).result()).isEqualTo(1);

        TestLog again = world.open("a-0", LogSettings.DEFAULT);
        assertThat(again.get().recovery().scannedBytes()).isZero();
        assertThat(again.values()).containsExactly("x");
    }

    @Test
    void closingWaitsForWhatIsUnderWay() {
        TestLog log = world.open("a-0", LogSettings.DEFAULT);
        TestLog.Written written = new TestLog.Written();
        World.Answered<Long> deleted = new World.Answered<>();
        World.Answered<Long> closed = new World.Answered<>();
        log.append(Batches.of("a", "b"));

        world.on(() -> {
            log.get().append(new Append(Batches.of("c"), AppendOrigin.CLIENT, 1), written);
            log.get().deleteRecords(1, deleted);
            log.get().close(closed);
        });
        world.settle();

        assertThat(written.appended().baseOffset()).isEqualTo(2);
        assertThat(deleted.result()).isEqualTo(1);
        assertThat(closed.result()).isEqualTo(3);
        world.crash(Crash.POWER);
        TestLog again = world.open("a-0", LogSettings.DEFAULT);
        assertThat(again.values()).containsExactly("b", "c");
    }

    @Test
    void manyLogsAreOpenedTogether() {
        for (int i = 0; i < 50; i++) {
            world.open("t-" + i, LogSettings.DEFAULT).append(Batches.of("v" + i));
        }
        world.crash(Crash.PROCESS);
        List<TestLog> logs = new ArrayList<>();
        LogDirectory directory = world.directory();
        world.on(() -> {
            for (int i = 0; i < 50; i++) {
                TestLog log = new TestLog(world);
                logs.add(log);
                directory.open("t-" + i, LogSettings.DEFAULT, log, log);
            }
        });
        world.settle();

        assertThat(logs).allMatch(log -> log.get().endOffset() == 1);
    }
}
