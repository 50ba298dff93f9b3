package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogFault;
import dev.barnabas.log.LogSettings;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ImageUpdate;
import dev.barnabas.metadata.Resource;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the open partitions of one loop agree with the image: opens what this node is to hold, deletes what is gone,
 * and passes on what has changed. Owned by its loop.
 *
 * <pre>
 *   absent -- in the image --> OPENING --> open (in the PartitionTable)
 *      |                          |          |
 *      |                          +-- fault--+--> OFFLINE, until the node is started again
 *      +-- its directory is not here ----------------^
 *   any of them -- not in the image any more --> deleted
 * </pre>
 */
final class Reconciler {

    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final Node node;
    private final LoopShare share;
    private final GroupCoordinator groups;
    private final ReplicaPlacement placement;
    private final DirectoryFaults faults;
    private final Map<PartitionId, PartitionShardLog> shardLogs = new HashMap<>();
    private final Set<PartitionId> opening = new HashSet<>();
    private final List<Waiter> waiters = new ArrayList<>();
    /** New in this update; opened when they have a directory. */
    private List<PartitionId> unplaced = new ArrayList<>();

    private ClusterImage image = ClusterImage.EMPTY;
    private @Nullable PartitionFolders folders;
    private boolean updated;
    private boolean stopped;

    Reconciler(
            Node node, LoopShare share, GroupCoordinator groups, ReplicaPlacement placement, DirectoryFaults faults) {
        this.node = node;
        this.share = share;
        this.groups = groups;
        this.placement = placement;
        this.faults = faults;
    }

    /** Where the partitions of this loop are. On the loop, before the first update. */
    void use(PartitionFolders partitionFolders) {
        folders = partitionFolders;
        List<PartitionFolders.Directory> all = partitionFolders.all();
        for (int index = 0; index < all.size(); index++) {
            int directory = index;
            if (all.get(index) instanceof PartitionFolders.Directory.Usable usable) {
                usable.logs().whenSyncFails(fault -> {
                    // Before its partitions fail one by one: they need not all be logged.
                    folders().fail(directory);
                    faults.failed(directory, fault);
                });
            }
        }
    }

    /** A directory has failed: its partitions go offline. */
    void lose(int directory, IOException fault) {
        share.loop().requireCurrent();
        PartitionFolders.Directory lost = folders().directory(directory);
        if (lost instanceof PartitionFolders.Directory.Usable usable) {
            folders().fail(directory);
            usable.logs().fail(fault);
        }
    }

    /** Whether there has been no update yet. */
    boolean isNew() {
        return !updated;
    }

    int offlineCount() {
        return share.partitions().offlineCount();
    }

    PartitionFolders folders() {
        PartitionFolders used = folders;
        if (used == null) {
            throw new IllegalStateException("not told yet where partitions are");
        }
        return used;
    }

    void update(ImageUpdate update) {
        share.loop().requireCurrent();
        if (stopped) {
            return;
        }
        updated = true;
        image = update.image();
        for (Uuid id : update.topics()) {
            image.topic(id).ifPresentOrElse(this::hold, () -> drop(id));
        }
        placeNew();
        boolean brokerSettings =
                update.settings().stream().anyMatch(resource -> resource.type() == Resource.Type.BROKER);
        for (Partition partition : share.partitions().all()) {
            if (brokerSettings
                    || update.settings().contains(Resource.topic(partition.id().topic()))) {
                partition.changeSettings(settings(partition.id()));
            }
        }
    }

    /** Runs a task when no partition of a topic is being opened on this loop any more; now, if none is. */
    void whenSettled(Uuid topicId, Runnable task) {
        share.loop().requireCurrent();
        if (opening.stream().anyMatch(id -> id.topicId().equals(topicId))) {
            waiters.add(new Waiter(topicId, task));
        } else {
            task.run();
        }
    }

    /** Runs a task when nothing is being opened on this loop any more. */
    void whenAllSettled(Runnable task) {
        share.loop().requireCurrent();
        if (opening.isEmpty()) {
            task.run();
        } else {
            waiters.add(new Waiter(null, task));
        }
    }

    /** Closes all partitions in order, so that the next start has nothing to recover. */
    void stop(Runnable then) {
        share.loop().requireCurrent();
        stopped = true;
        share.partitions().stop();
        List<Partition> open = share.partitions().all();
        int[] left = {open.size() + 1};
        Runnable closed = () -> {
            if (--left[0] == 0) {
                then.run();
            }
        };
        for (Partition partition : open) {
            resign(partition.id());
            share.partitions().remove(partition.id().topicId(), partition.id().index());
            partition.close(closed);
        }
        closed.run();
    }

    private void hold(Topic topic) {
        for (int index = 0; index < topic.partitions().size(); index++) {
            if (node.ownerOf(topic.id(), index) != share.index()) {
                continue;
            }
            dev.barnabas.metadata.Partition wanted = topic.partitions().get(index);
            PartitionId id = new PartitionId(topic.id(), topic.name(), index);
            if (!wanted.isOn(node.id())
                    || opening.contains(id)
                    || share.partitions().isOffline(topic.id(), index)) {
                continue;
            }
            Partition open = share.partitions().find(topic.id(), index);
            if (open != null) {
                if (wanted.leader() == node.id()) {
                    open.lead(wanted.leaderEpoch());
                    elect(open);
                } else {
                    resign(id);
                }
            } else if (folders().isLost(id)) {
                share.partitions().fail(id);
            } else {
                OptionalInt directory = folders().directoryOf(id);
                if (directory.isPresent()) {
                    open(id, wanted.leaderEpoch(), directory.getAsInt());
                } else {
                    opening.add(id);
                    unplaced.add(id);
                }
            }
        }
    }

    private void placeNew() {
        if (unplaced.isEmpty()) {
            return;
        }
        List<PartitionId> asked = unplaced;
        unplaced = new ArrayList<>();
        placement.place(asked, share.loop(), placed -> {
            for (PartitionId id : asked) {
                place(id, placed.get(id));
            }
            settled();
        });
    }

    /** @param directory null if there is none for it */
    private void place(PartitionId id, @Nullable Integer directory) {
        opening.remove(id);
        Optional<Topic> topic = image.topic(id.topicId());
        if (stopped || topic.isEmpty()) {
            if (directory != null) {
                placement.release(directory);
            }
        } else if (directory == null) {
            share.partitions().fail(id);
        } else {
            folders().put(id, directory);
            open(id, topic.get().partitions().get(id.index()).leaderEpoch(), directory);
        }
    }

    private void open(PartitionId id, int leaderEpoch, int index) {
        if (!(folders().directory(index) instanceof PartitionFolders.Directory.Usable directory)) {
            share.partitions().fail(id);
            return;
        }
        opening.add(id);
        Partition.open(id, directory.logs(), settings(id), leaderEpoch, share.loop(), events, new Partition.Opened() {
            @Override
            public void opened(Partition partition) {
                opening.remove(id);
                if (stopped) {
                    partition.close(() -> {});
                } else if (image.topic(id.topicId()).isEmpty()) {
                    partition.delete(() -> forget(id));
                } else if (folders().hasFailed(index)) {
                    share.partitions().fail(id);
                } else {
                    share.partitions().add(partition);
                    elect(partition);
                }
                settled();
            }

            @Override
            public void failed(LogFault fault) {
                opening.remove(id);
                share.partitions().fail(id);
                faults.suspect(index);
                log.error(
                        "A partition cannot be opened; it is offline until the node is started again partition={}"
                                + " disk={} why={}",
                        id,
                        directory.disk().name(),
                        fault.message(),
                        fault.cause());
                settled();
            }
        });
    }

    private void drop(Uuid topicId) {
        share.partitions().forget(topicId);
        for (Partition partition : share.partitions().all()) {
            if (partition.id().topicId().equals(topicId)) {
                resign(partition.id());
                share.partitions().remove(topicId, partition.id().index());
                partition.delete(() -> forget(partition.id()));
            }
        }
    }

    private void forget(PartitionId id) {
        folders().forget(id).ifPresent(placement::release);
    }

    private void elect(Partition partition) {
        boolean leads = image.topic(partition.id().topicId())
                .flatMap(topic -> topic.partition(partition.id().index()))
                .filter(agreed -> agreed.leader() == node.id())
                .isPresent();
        if (leads
                && partition.id().topic().equals(Topic.CONSUMER_OFFSETS)
                && !shardLogs.containsKey(partition.id())) {
            PartitionShardLog shardLog = new PartitionShardLog(
                    partition, settings(partition.id()).batches().maxBytes());
            shardLogs.put(partition.id(), shardLog);
            groups.elected(partition.id().index(), shardLog);
        }
    }

    private String diskOf(PartitionId id) {
        OptionalInt directory = folders().directoryOf(id);
        return directory.isEmpty()
                ? "?"
                : folders().directory(directory.getAsInt()).name();
    }

    private void resign(PartitionId id) {
        if (shardLogs.remove(id) != null) {
            groups.resigned(id.index());
        }
    }

    private void settled() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (opening.stream().noneMatch(waiter::waitsFor)) {
                waiters.remove(waiter);
                waiter.task.run();
            }
        }
    }

    private LogSettings settings(PartitionId id) {
        return TopicLogSettings.of(node.topicSettings(image, id.topic()));
    }

    private final Partition.Listener events = new Partition.Listener() {
        @Override
        public void highWatermarkAdvanced(Partition partition) {
            if (!shardLogs.isEmpty()) {
                PartitionShardLog shardLog = shardLogs.get(partition.id());
                if (shardLog != null) {
                    shardLog.highWatermarkAdvanced();
                }
            }
        }

        @Override
        public void compactionFailed(Partition partition, String why) {
            log.error(
                    "A partition cannot be compacted and grows; it is tried again when settings of its topic change or"
                            + " the node is started again partition={} why={}",
                    partition.id(),
                    why);
        }

        @Override
        public void damageFound(Partition partition, LogDamage damage) {
            log.error(
                    "Stored records are damaged: reading them fails, the others are served; look after the disk, and"
                        + " see docs/disks.md topic={} partition={} offset={} disk={} file={} position={} unchecked={}"
                        + " why={}",
                    partition.id().topic(),
                    partition.id().index(),
                    damage.offset(),
                    diskOf(partition.id()),
                    damage.path(),
                    damage.position(),
                    damage.uncheckedBytes(),
                    damage.what());
        }

        @Override
        public void failed(Partition partition, LogFault fault) {
            resign(partition.id());
            share.partitions().fail(partition.id());
            OptionalInt directory = folders().directoryOf(partition.id());
            if (directory.isEmpty() || folders().hasFailed(directory.getAsInt())) {
                return;
            }
            faults.suspect(directory.getAsInt());
            log.error(
                    "A partition is offline until the node is started again partition={} why={}",
                    partition.id(),
                    fault.message(),
                    fault.cause());
        }
    };

    /** @param topicId null for all topics */
    private record Waiter(@Nullable Uuid topicId, Runnable task) {
        boolean waitsFor(PartitionId id) {
            return topicId == null || topicId.equals(id.topicId());
        }
    }
}
