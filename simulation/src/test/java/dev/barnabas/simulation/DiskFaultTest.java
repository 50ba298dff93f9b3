package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way in which a drive can fail does happen, and looks as it would on a real one. */
final class DiskFaultTest {
    private Simulation simulation;
    private SimulatedHost host;
    private SimulatedDrive drive;
    private Disk disk;

    @BeforeEach
    void prepare() throws IOException {
        prepare(1);
    }

    private void prepare(long seed) throws IOException {
        simulation = new Simulation(seed);
        host = simulation.addHost("n1", 1);
        drive = host.drive("data");
        disk = host.disk("data");
    }

    @Test
    void aFullDriveTakesNothingUntilSomethingIsDeleted() throws IOException {
        DiskFile log = Files.write(disk, "log", "abc");
        Files.write(disk, "other", "0123456789").close();
        drive.fillUp(2);

        assertThatThrownBy(() -> log.append(Files.bytes("12"), Files.bytes("3")))
                .isInstanceOf(DiskFullException.class);
        assertThatThrownBy(() -> log.preallocate(100)).isInstanceOf(DiskFullException.class);
        assertThat(Files.read(host, "log")).isEqualTo("abc");
        assertThat(disk.usableBytes()).isEqualTo(2);
        log.append(Files.bytes("12"));
        disk.delete("other");

        assertThat(log.append(Files.bytes("3"))).isEqualTo(5);
    }

    @Test
    void aDeletedFileTakesSpaceUntilItIsClosed() throws IOException {
        DiskFile file = Files.write(disk, "file", "0123456789");
        file.preallocate(100);

        disk.delete("file");
        assertThat(drive.usedBytes()).isEqualTo(100);
        file.close();

        assertThat(drive.usedBytes()).isZero();
    }

    @Test
    void aFailingReadThrows() throws IOException {
        DiskFile file = Files.write(disk, "file", "abc");
        drive.faults(DiskFaults.NONE.withReadFailure(1));

        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(3), 0)).isInstanceOf(IOException.class);

        drive.repair();
        assertThat(file.read(ByteBuffer.allocate(3), 0)).isEqualTo(3);
    }

    @Test
    void aFailingAppendLeavesAnyPartOfWhatWasToBeWritten() throws IOException {
        Set<Long> left = new LinkedHashSet<>();
        for (long seed = 1; seed <= 100; seed++) {
            prepare(seed);
            DiskFile file = disk.open("file");
            drive.faults(DiskFaults.NONE.withAppendFailure(1));
            assertThatThrownBy(() -> file.append(Files.bytes("ab"), Files.bytes("c")))
                    .isInstanceOf(IOException.class);
            left.add(drive.files().get("file"));
        }
        assertThat(left).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
        assertThat(drive.hasFailed()).isTrue();
    }

    @Test
    void whatAFailedSyncDidNotWriteALaterOneDoesNotWriteEither() throws IOException {
        Set<String> left = new LinkedHashSet<>();
        for (long seed = 1; seed <= 100; seed++) {
            prepare(seed);
            DiskFile file = Files.write(disk, "file", "old");
            Files.sync(simulation, host, disk, List.of(file));
            file.append(Files.bytes("new"));
            drive.faults(DiskFaults.NONE.withSyncFailure(1));
            assertThat(Files.sync(simulation, host, disk, List.of(file))).isInstanceOf(IOException.class);
            drive.repair();
            assertThat(Files.sync(simulation, host, disk, List.of(file))).isNull();

            host.powerLoss();

            left.add(Files.read(host, "file"));
        }
        assertThat(left).contains("old", "oldnew");
    }

    @Test
    void aSlowDriveDelaysSyncsAndWork() throws IOException {
        DiskFile file = Files.write(disk, "file", "abc");
        drive.faults(DiskFaults.NONE.withSlowness(Duration.ofHours(1)));

        disk.sync(List.of(file), host.loops().getFirst(), fault -> file.close());
        Duration before = simulation.now();
        simulation.runUntilIdle(Duration.ofHours(2));

        assertThat(simulation.now().minus(before)).isGreaterThan(Duration.ofMinutes(1));
    }

    @Test
    void rotTurnsOneBitOfWhatWasSynced() throws IOException {
        assertThat(drive.rot()).isEmpty();
        DiskFile file = Files.write(disk, "file", "a".repeat(100));
        assertThat(drive.rot()).isEmpty();
        Files.sync(simulation, host, disk, List.of(file));

        assertThat(drive.rot()).isPresent();

        byte[] content = drive.content("file");
        int turned = 0;
        for (byte b : content) {
            turned += Integer.bitCount((b ^ 'a') & 0xFF);
        }
        assertThat(turned).isEqualTo(1);
        host.powerLoss();
        assertThat(drive.content("file")).isEqualTo(content);
    }

    @Test
    void aProcessCanDieAtAnyOperationAndInTheMiddleOfAnAppend() throws IOException {
        Set<String> left = new LinkedHashSet<>();
        for (long seed = 1; seed <= 300; seed++) {
            prepare(seed);
            host.crashAtDiskOperation(seed % 4, SimulatedHost.Crash.PROCESS);
            List<String> after = new ArrayList<>();
            host.loops().getFirst().execute(() -> {
                try {
                    Files.write(disk, "a", "12");
                    disk.rename("a", "b");
                    after.add("renamed");
                    disk.delete("b");
                    after.add("deleted");
                    disk.open("never");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            simulation.runUntilIdle(Duration.ofMinutes(1));
            assertThat(host.isUp()).isFalse();
            left.add(drive.files() + " " + after);
        }
        assertThat(left)
                .containsExactlyInAnyOrder(
                        "{} []", "{a=0} []", "{a=1} []", "{a=2} []", "{b=2} []", "{b=2} [renamed]", "{} [renamed]");
    }
}
