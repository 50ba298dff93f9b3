package dev.barnabas.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Short forms for tests of the simulated disk. */
final class Files {
    private Files() {}

    static DiskFile write(Disk disk, String path, String text) throws IOException {
        DiskFile file = disk.open(path);
        file.append(bytes(text));
        return file;
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static String read(SimulatedHost host, String path) throws IOException {
        return new String(host.drive("data").content(path), UTF_8);
    }

    /** Syncs and waits; null if it worked. */
    static @Nullable IOException sync(
            Simulation simulation, SimulatedHost host, Disk disk, Collection<DiskFile> files) {
        List<Boolean> answered = new ArrayList<>();
        List<IOException> faults = new ArrayList<>();
        disk.sync(files, host.loops().getFirst(), fault -> {
            answered.add(true);
            if (fault != null) {
                faults.add(fault);
            }
        });
        simulation.runUntil("the sync", () -> !answered.isEmpty(), Duration.ofMinutes(1));
        return faults.isEmpty() ? null : faults.getFirst();
    }

    static void syncDirectory(Simulation simulation, SimulatedHost host, Disk disk, String folder) {
        List<Boolean> answered = new ArrayList<>();
        disk.syncDirectory(folder, host.loops().getFirst(), fault -> answered.add(fault == null));
        simulation.runUntil("the sync", () -> !answered.isEmpty(), Duration.ofMinutes(1));
    }
}
