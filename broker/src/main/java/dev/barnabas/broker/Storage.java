package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.log.CompactionSettings;
import dev.barnabas.log.CompactionTurns;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.ScrubPace;
import dev.barnabas.log.ScrubTimes;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directories of {@code log.dirs}, and what was found in them. Owned by the first loop. */
final class Storage {

    /** Where the metadata log is, in the first directory. */
    static final String METADATA_FOLDER = "metadata";

    private static final String STRAY = ".stray";
    private static final Logger log = LoggerFactory.getLogger(Storage.class);

    private final List<Disk> disks;
    /** One for each disk. */
    private final List<ScrubPace> scrubPaces;

    private Storage(List<Disk> disks, Loop loop, Settings settings) {
        this.disks = List.copyOf(disks);
        this.scrubPaces = disks.stream()
                .map(disk -> new ScrubPace(loop, settings.get(BrokerSettings.SCRUB_BYTES_PER_SECOND)))
                .toList();
    }

    /** @throws IOException when a directory cannot be used; those that were opened are closed again */
    static Storage open(Host host, Settings settings) throws IOException {
        List<Disk> disks = new ArrayList<>();
        for (String directory : directories(settings)) {
            try {
                disks.add(host.disk(directory));
            } catch (IOException e) {
                disks.forEach(Disk::close);
                throw e;
            }
        }
        return new Storage(disks, host.loops().getFirst(), settings);
    }

    private static List<String> directories(Settings settings) {
        return settings.find(BrokerSettings.LOG_DIRS).orElseGet(() -> settings.get(BrokerSettings.LOG_DIR));
    }

    List<Disk> disks() {
        return disks;
    }

    Disk first() {
        return disks.getFirst();
    }

    /** How much the node spends on compaction. */
    static CompactionSettings compaction(Settings settings) {
        return new CompactionSettings(
                settings.get(BrokerSettings.LOG_CLEANER_ENABLE),
                settings.get(BrokerSettings.LOG_CLEANER_THREADS),
                settings.get(BrokerSettings.LOG_CLEANER_DEDUPE_BUFFER_SIZE),
                settings.get(BrokerSettings.LOG_CLEANER_IO_BUFFER_LOAD_FACTOR),
                settings.get(BrokerSettings.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND),
                Duration.ofMillis(settings.get(BrokerSettings.LOG_CLEANER_BACKOFF_MS)));
    }

    /**
     * The logs of all directories that belong to one loop. On that loop.
     *
     * @param turns of the whole node
     */
    List<PartitionFolders.Directory> logsOf(Loop loop, Settings settings, CompactionTurns turns) {
        LogDirectorySettings shared = new LogDirectorySettings(
                LogDirectorySettings.DEFAULT.maxOpenFiles(),
                settings.get(BrokerSettings.DISK_RESERVE_BYTES),
                LogDirectorySettings.DEFAULT.hotBytes(),
                Duration.ofMillis(settings.get(BrokerSettings.LOG_RETENTION_CHECK_INTERVAL_MS)),
                Duration.ofMillis(settings.get(BrokerSettings.PRODUCER_ID_EXPIRATION_MS)));
        List<PartitionFolders.Directory> directories = new ArrayList<>();
        for (int index = 0; index < disks.size(); index++) {
            LogDirectory logs = new LogDirectory(disks.get(index), loop, shared);
            logs.compact(turns);
            logs.scrub(scrubPaces.get(index), ScrubTimes.DEFAULT);
            directories.add(new PartitionFolders.Directory(disks.get(index), logs));
        }
        return directories;
    }

    /** Takes over what can be changed while the node runs. */
    void changeSettings(Settings settings) {
        scrubPaces.forEach(pace -> pace.changeRate(settings.get(BrokerSettings.SCRUB_BYTES_PER_SECOND)));
    }

    /**
     * Finds out which partition is in which directory. A folder that belongs to no partition is left over from a topic
     * that was deleted when the node crashed; it is renamed, not deleted: if it is the metadata that is wrong, nothing
     * is lost.
     */
    void find(ClusterImage image, Loop loop, Disk.Completion<Map<String, Integer>> then) {
        Set<String> expected = new HashSet<>();
        image.topics().forEach(topic -> {
            for (int index = 0; index < topic.partitions().size(); index++) {
                expected.add(new PartitionId(topic.id(), topic.name(), index).folder());
            }
        });
        Map<String, Integer> found = new HashMap<>();
        find(0, expected, found, loop, then);
    }

    private void find(
            int index,
            Set<String> expected,
            Map<String, Integer> found,
            Loop loop,
            Disk.Completion<Map<String, Integer>> then) {
        if (index == disks.size()) {
            then.done(found);
            return;
        }
        Disk disk = disks.get(index);
        LogDirectory.folders(disk, loop, new Disk.Completion<>() {
            @Override
            public void done(List<String> folders) {
                try {
                    for (String folder : folders) {
                        if (expected.contains(folder)) {
                            found.putIfAbsent(folder, index);
                        } else if (PartitionId.isFolder(folder)) {
                            disk.rename(folder, folder + STRAY);
                            log.warn(
                                    "A folder belongs to no partition and was renamed; delete it if it is not needed"
                                            + " disk={} folder={}",
                                    disk.name(),
                                    folder + STRAY);
                        }
                    }
                } catch (IOException e) {
                    then.failed(e);
                    return;
                }
                find(index + 1, expected, found, loop, then);
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
    }

    void close() {
        disks.forEach(Disk::close);
    }
}
