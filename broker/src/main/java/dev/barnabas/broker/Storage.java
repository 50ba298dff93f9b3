package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.log.CompactionSettings;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.ScrubPace;
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
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of {@code log.dirs}, and what was found in them. The first holds the metadata: without it the node
 * cannot be; without others it can. Owned by the first loop.
 */
final class Storage {

    /** Where the metadata log is, in the first directory. */
    static final String METADATA_FOLDER = "metadata";

    private static final String STRAY = ".stray";
    private static final Logger log = LoggerFactory.getLogger(Storage.class);

    private final List<DataDirectory> directories;
    /** One for each directory. */
    private final List<ScrubPace> scrubPaces;

    private Storage(List<DataDirectory> directories, Loop loop, Settings settings) {
        this.directories = List.copyOf(directories);
        this.scrubPaces = directories.stream()
                .map(_ -> new ScrubPace(loop, settings.get(BrokerSettings.SCRUB_BYTES_PER_SECOND)))
                .toList();
    }

    /** @throws IOException when the first directory cannot be used */
    static Storage open(Host host, Settings settings) throws IOException {
        List<String> names = names(settings);
        List<DataDirectory> directories = new ArrayList<>();
        for (String name : names) {
            int index = directories.size();
            try {
                directories.add(new DataDirectory(index, name, host.disk(name)));
            } catch (IOException e) {
                if (index == 0) {
                    throw e;
                }
                DataDirectory unusable = new DataDirectory(index, name, null);
                startWithout(unusable, e);
                directories.add(unusable);
            }
        }
        return new Storage(directories, host.loops().getFirst(), settings);
    }

    private static List<String> names(Settings settings) {
        return settings.find(BrokerSettings.LOG_DIRS).orElseGet(() -> settings.get(BrokerSettings.LOG_DIR));
    }

    static void startWithout(DataDirectory directory, IOException why) {
        directory.fail();
        log.error(
                "A directory cannot be used; the node starts without it, and what is in it is offline directory={}"
                        + " why={}",
                directory.name(),
                why.getMessage());
    }

    /** All of {@code log.dirs}, in that order, those that have failed included. */
    List<DataDirectory> directories() {
        return directories;
    }

    List<String> names() {
        return directories.stream().map(DataDirectory::name).toList();
    }

    /** The one that holds the metadata. */
    Disk first() {
        return directories.getFirst().disk().orElseThrow();
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

    /** What the loops of this node have in common in a directory. */
    static LogDirectorySettings logDirectorySettings(Settings settings) {
        return new LogDirectorySettings(
                LogDirectorySettings.DEFAULT.maxOpenFiles(),
                settings.get(BrokerSettings.DISK_RESERVE_BYTES),
                settings.get(BrokerSettings.HOT_BYTES),
                Duration.ofMillis(settings.get(BrokerSettings.LOG_RETENTION_CHECK_INTERVAL_MS)),
                Duration.ofMillis(settings.get(BrokerSettings.PRODUCER_ID_EXPIRATION_MS)),
                Duration.ofMillis(settings.get(BrokerSettings.LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS)));
    }

    /** How fast what is stored in a directory is checked. */
    ScrubPace scrubPace(int directory) {
        return scrubPaces.get(directory);
    }

    /** Takes over what can be changed while the node runs. */
    void changeSettings(Settings settings) {
        scrubPaces.forEach(pace -> pace.changeRate(settings.get(BrokerSettings.SCRUB_BYTES_PER_SECOND)));
    }

    /**
     * Finds the folders of partitions, with the indexes of the directories they are in. One that belongs to no
     * partition is left over from a topic that was deleted when the node crashed; it is renamed, not deleted: if it is
     * the metadata that is wrong, nothing is lost.
     */
    void find(ClusterImage image, Loop loop, Disk.Completion<Map<String, List<Integer>>> then) {
        Set<String> expected = new HashSet<>();
        image.topics().forEach(topic -> {
            for (int index = 0; index < topic.partitions().size(); index++) {
                expected.add(new PartitionId(topic.id(), topic.name(), index).folder());
            }
        });
        find(0, expected, new HashMap<>(), loop, then);
    }

    private void find(
            int index,
            Set<String> expected,
            Map<String, List<Integer>> found,
            Loop loop,
            Disk.Completion<Map<String, List<Integer>>> then) {
        if (index == directories.size()) {
            then.done(found);
            return;
        }
        DataDirectory directory = directories.get(index);
        Optional<Disk> usable = directory.disk();
        if (usable.isEmpty()) {
            find(index + 1, expected, found, loop, then);
            return;
        }
        Disk disk = usable.get();
        LogDirectory.folders(disk, loop, new Disk.Completion<>() {
            @Override
            public void done(List<String> folders) {
                try {
                    for (String folder : folders) {
                        if (expected.contains(folder)) {
                            found.computeIfAbsent(folder, absent -> new ArrayList<>())
                                    .add(index);
                        } else if (PartitionId.isFolder(folder)) {
                            setAside(disk, folder);
                        }
                    }
                } catch (IOException e) {
                    failed(e);
                    return;
                }
                find(index + 1, expected, found, loop, then);
            }

            @Override
            public void failed(IOException fault) {
                if (index == 0) {
                    then.failed(fault);
                    return;
                }
                startWithout(directory, fault);
                found.values().forEach(indexes -> indexes.remove(Integer.valueOf(index)));
                found.values().removeIf(List::isEmpty);
                find(index + 1, expected, found, loop, then);
            }
        });
    }

    private static void setAside(Disk disk, String folder) throws IOException {
        disk.rename(folder, folder + STRAY);
        log.warn(
                "A folder belongs to no partition and was renamed; delete it if it is not needed disk={} folder={}",
                disk.name(),
                folder + STRAY);
    }

    void close() {
        directories.forEach(DataDirectory::close);
    }
}
