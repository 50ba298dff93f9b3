package dev.barnabas.simulation;

import dev.barnabas.host.Loop;
import dev.barnabas.simulation.NameJournal.Change;
import dev.barnabas.simulation.Node.Folder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Group commit of one {@link SimulatedDisk}: one group is under way; whatever is asked for meanwhile is the next group.
 * A group makes stable what was there when it began.
 */
final class SyncQueue {
    private final SimulatedDrive drive;
    private final SimulatedProcess process;
    private List<Request> waiting = new ArrayList<>();
    private boolean running;

    SyncQueue(SimulatedDrive drive, SimulatedProcess process) {
        this.drive = drive;
        this.process = process;
    }

    /** @param folder whose names are synced too, or null */
    void add(List<SimulatedFile> files, @Nullable String folder, Loop loop, Consumer<@Nullable IOException> then) {
        List<FileNode> nodes = files.stream().map(SimulatedFile::node).toList();
        waiting.add(new Request(nodes, folder, loop, then));
        if (!running) {
            begin();
        }
    }

    private void begin() {
        running = true;
        List<Request> group = waiting;
        waiting = new ArrayList<>();
        Map<FileNode, FileNode.Version> versions = new LinkedHashMap<>();
        Set<Folder> folders = new LinkedHashSet<>();
        for (Request request : group) {
            request.files.forEach(file -> versions.computeIfAbsent(file, FileNode::beginSync));
            if (request.folder != null && drive.find(request.folder) instanceof Folder folder) {
                folders.add(folder);
            }
        }
        Set<Change> changes = drive.journal().creationsOf(versions.keySet());
        folders.forEach(folder -> changes.addAll(drive.journal().changesIn(folder)));

        long slowness = drive.faults().slowness().toNanos();
        long duration = drive.dice().magnitude(20_000, 20_000_000)
                + versions.size() * 5_000L
                + (slowness == 0 ? 0 : drive.dice().between(0, slowness));
        Simulation simulation = process.simulation();
        if (process.host().crashesNow()) {
            long when = simulation.nanos() + drive.dice().between(0, duration + 100_000);
            simulation.at(when, process::carryOutPlannedCrash);
        }
        long powerLosses = drive.powerLosses();
        simulation.at(simulation.nanos() + duration, () -> {
            // The kernel goes on with a dead process's sync, but not without power.
            if (drive.powerLosses() == powerLosses
                    && (process.isAlive() || drive.dice().chance(0.5))) {
                end(group, versions, changes);
            }
        });
    }

    private void end(List<Request> group, Map<FileNode, FileNode.Version> versions, Set<Change> changes) {
        boolean fails = drive.dice().chance(drive.faults().syncFailure());
        versions.forEach((file, version) -> {
            file.endSync(version, !fails);
            if (!fails && process.isAlive()) {
                file.told(process.simulation().nanos());
            }
            process.simulation().trace().step(process.simulation().nanos(), file.stableSize());
        });
        if (fails) {
            drive.syncFailed();
        } else {
            drive.journal().commit(changes);
        }
        process.simulation()
                .note(
                        process.toString(),
                        drive.name() + ": sync of " + versions.size() + " files for " + group.size()
                                + (fails ? " fails" : " done"));
        if (!process.isAlive()) {
            return;
        }
        // Each answer finds its own way back: their order is not promised.
        for (Request request : drive.dice().shuffled(group)) {
            IOException fault = fails ? new IOException(drive.name() + ": sync failed") : null;
            request.loop.execute(() -> request.then.accept(fault));
        }
        running = false;
        if (!waiting.isEmpty()) {
            begin();
        }
    }

    private record Request(
            List<FileNode> files, @Nullable String folder, Loop loop, Consumer<@Nullable IOException> then) {}
}
