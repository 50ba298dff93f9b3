package dev.barnabas.broker;

import dev.barnabas.coordinator.TransactionEnd;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogFault;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ImageUpdate;
import dev.barnabas.metadata.Resource;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.InSyncChanges;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.replication.PartitionSettings;
import dev.barnabas.settings.ReplicationSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.TopicSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
    private static final Duration ROOM_PAUSE = Duration.ofSeconds(5);

    private final Node node;
    private final LoopShare share;
    private final Roles roles;
    private final InSyncChanges inSyncChanges;
    private final ReplicaPlacement placement;
    private final DirectoryFaults faults;
    private final ReplicaHealing healing;
    private final Set<PartitionId> opening = new HashSet<>();
    /** On their way out; one that comes back meanwhile is opened when its old files are gone. */
    private final Set<PartitionId> deleting = new HashSet<>();
    /**
     * Offline, and still in their directories: what is moved away is deleted all the same, or it could not come back.
     */
    private final Map<PartitionId, Partition> failed = new LinkedHashMap<>();
    /** Those whose disks were full when they were needed. */
    private final Set<PartitionId> withoutRoom = new HashSet<>();

    private final List<Waiter> waiters = new ArrayList<>();
    /** New in this update; opened when they have a directory. */
    private List<PartitionId> unplaced = new ArrayList<>();

    private ClusterImage image = ClusterImage.EMPTY;
    private @Nullable PartitionFolders folders;
    private boolean updated;
    private boolean stopped;

    Reconciler(
            Node node,
            LoopShare share,
            Roles roles,
            InSyncChanges inSyncChanges,
            ReplicaPlacement placement,
            DirectoryFaults faults,
            ReplicaHealing healing) {
        this.node = node;
        this.share = share;
        this.roles = roles;
        this.inSyncChanges = inSyncChanges;
        this.placement = placement;
        this.faults = faults;
        this.healing = healing;
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
            image.topic(id).ifPresentOrElse(topic -> hold(topic, update), () -> drop(id));
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
        if (!update.brokers().isEmpty()) {
            roles.brokersChanged();
        }
    }

    /** This node has lost touch with the controller, or has it again. */
    void touchChanged() {
        share.loop().requireCurrent();
        if (!stopped) {
            for (Partition partition : share.partitions().all()) {
                agreed(partition.id()).ifPresent(agreed -> roles.give(partition, agreed));
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
        roles.stop();
        healing.stop();
        share.partitions().stop();
        List<Partition> open = share.partitions().all();
        int[] left = {open.size() + 1};
        Runnable closed = () -> {
            if (--left[0] == 0) {
                then.run();
            }
        };
        for (Partition partition : open) {
            roles.end(partition);
            share.partitions().remove(partition.id().topicId(), partition.id().index());
            partition.close(closed);
        }
        closed.run();
    }

    private void hold(Topic topic, ImageUpdate update) {
        update.changedPartitions(topic).forEach(index -> {
            if (node.ownerOf(topic.id(), index) == share.index()) {
                dev.barnabas.metadata.Partition agreed = topic.partitions().get(index);
                PartitionId id = new PartitionId(topic.id(), topic.name(), index);
                if (agreed.isOn(node.id())) {
                    hold(id, agreed);
                } else {
                    release(id);
                }
            }
        });
    }

    private void hold(PartitionId id, dev.barnabas.metadata.Partition agreed) {
        if (opening.contains(id) || deleting.contains(id) || share.partitions().isOffline(id.topicId(), id.index())) {
            return;
        }
        Partition open = share.partitions().find(id.topicId(), id.index());
        if (open != null) {
            roles.give(open, agreed);
            healing.changed(id);
        } else if (folders().isLost(id)) {
            share.partitions().fail(id);
        } else {
            OptionalInt directory = folders().directoryOf(id);
            if (directory.isPresent()) {
                open(id, directory.getAsInt());
            } else {
                opening.add(id);
                unplaced.add(id);
            }
        }
    }

    /** What the image gives to this node of a partition; empty if it is for others, or gone. */
    private Optional<dev.barnabas.metadata.Partition> agreed(PartitionId id) {
        return image.topic(id.topicId())
                .flatMap(topic -> topic.partition(id.index()))
                .filter(agreed -> agreed.isOn(node.id()));
    }

    /** The partition has moved to other nodes. */
    private void release(PartitionId id) {
        share.partitions().forget(id);
        Partition open = share.partitions().remove(id.topicId(), id.index());
        if (open != null) {
            roles.end(open);
            delete(open);
            return;
        }
        Partition broken = failed.remove(id);
        if (broken != null) {
            delete(broken);
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
        if (stopped || agreed(id).isEmpty()) {
            if (directory != null) {
                placement.release(directory);
            }
        } else if (directory == null) {
            share.partitions().fail(id);
        } else {
            folders().put(id, directory);
            open(id, directory);
        }
    }

    private void open(PartitionId id, int index) {
        if (!(folders().directory(index) instanceof PartitionFolders.Directory.Usable directory)) {
            share.partitions().fail(id);
            return;
        }
        opening.add(id);
        Partition.open(
                id,
                node.id(),
                directory.logs(),
                settings(id),
                share.loop(),
                inSyncChanges,
                events,
                new Partition.Opened() {
                    @Override
                    public void opened(Partition partition) {
                        opening.remove(id);
                        withoutRoom.remove(id);
                        Optional<dev.barnabas.metadata.Partition> agreed = agreed(id);
                        if (stopped) {
                            partition.close(() -> {});
                        } else if (agreed.isEmpty()) {
                            delete(partition);
                        } else if (folders().hasFailed(index)) {
                            share.partitions().fail(id);
                        } else {
                            // Whoever waits for it finds it in its role.
                            roles.give(partition, agreed.get());
                            share.partitions().add(partition);
                        }
                        settled();
                    }

                    @Override
                    public void failed(LogFault fault) {
                        opening.remove(id);
                        share.partitions().fail(id);
                        if (hasNoRoom(id, fault)) {
                            settled();
                            return;
                        }
                        faults.suspect(index);
                        log.error(
                                "A partition cannot be opened; it is offline until the node is started again"
                                        + " partition={} disk={} why={}",
                                id,
                                directory.disk().name(),
                                fault.message(),
                                fault.cause());
                        settled();
                    }
                });
    }

    /** A full disk is no broken one: the partition is opened again when there may be room. */
    private boolean hasNoRoom(PartitionId id, LogFault fault) {
        if (!(fault.cause() instanceof DiskFullException)) {
            return false;
        }
        if (withoutRoom.add(id)) {
            log.error(
                    "A partition is offline because its disk is full; it is tried again as long as it is, so make room"
                            + " partition={} why={}",
                    id,
                    fault.message());
        }
        share.loop().schedule(ROOM_PAUSE, () -> tryAgain(id));
        return true;
    }

    private void tryAgain(PartitionId id) {
        if (stopped || opening.contains(id) || deleting.contains(id)) {
            return;
        }
        Partition open = failed.remove(id);
        if (open == null) {
            openAgain(id);
            return;
        }
        deleting.add(id);
        open.close(() -> {
            deleting.remove(id);
            openAgain(id);
        });
    }

    /** One that is not for this node any more is opened, too, and then deleted. */
    private void openAgain(PartitionId id) {
        OptionalInt directory = folders().directoryOf(id);
        if (!stopped && directory.isPresent() && share.partitions().find(id.topicId(), id.index()) == null) {
            share.partitions().forget(id);
            open(id, directory.getAsInt());
        }
    }

    private void drop(Uuid topicId) {
        share.partitions().forget(topicId);
        for (Partition partition : share.partitions().all()) {
            if (partition.id().topicId().equals(topicId)) {
                roles.end(partition);
                share.partitions().remove(topicId, partition.id().index());
                delete(partition);
            }
        }
        for (Partition broken : List.copyOf(failed.values())) {
            if (broken.id().topicId().equals(topicId)) {
                failed.remove(broken.id());
                delete(broken);
            }
        }
    }

    private void delete(Partition partition) {
        PartitionId id = partition.id();
        deleting.add(id);
        healing.end(partition);
        partition.delete(() -> {
            deleting.remove(id);
            folders().forget(id).ifPresent(placement::release);
            if (!stopped) {
                agreed(id).ifPresent(again -> hold(id, again));
                placeNew();
            }
        });
    }

    private String diskOf(PartitionId id) {
        OptionalInt directory = folders().directoryOf(id);
        return directory.isEmpty()
                ? "?"
                : folders().directory(directory.getAsInt()).name();
    }

    private void settled() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (opening.stream().noneMatch(waiter::waitsFor)) {
                waiters.remove(waiter);
                waiter.task.run();
            }
        }
    }

    private PartitionSettings settings(PartitionId id) {
        Settings topic = node.topicSettings(image, id.topic());
        return new PartitionSettings(
                TopicLogSettings.of(topic),
                topic.get(TopicSettings.MIN_INSYNC_REPLICAS),
                Duration.ofMillis(node.settings().get(ReplicationSettings.REPLICA_LAG_TIME_MAX_MS)));
    }

    private final Partition.Listener events = new Partition.Listener() {
        @Override
        public void highWatermarkAdvanced(Partition partition) {
            roles.highWatermarkAdvanced(partition);
        }

        @Override
        public void roleChanged(Partition partition) {
            roles.changed(partition);
        }

        @Override
        public void inSyncReplicasChanged(Partition partition) {
            // Who is in sync is in the image, for whoever wants to know.
        }

        @Override
        public void transactionEnded(
                Partition partition, long producerId, short producerEpoch, boolean committed, long endOffset) {
            roles.transactionEnded(partition, new TransactionEnd(producerId, producerEpoch, committed), endOffset);
        }

        @Override
        public void positionChanged(Partition partition) {
            roles.positionChanged(partition);
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
            boolean mayHeal = healing.heal(partition, damage.offset());
            log.atLevel(mayHeal ? Level.WARN : Level.ERROR)
                    .log(
                            "Stored records are damaged: reading them fails, the others are served{}; look after the"
                                    + " disk, and see docs/disks.md topic={} partition={} offset={} disk={} file={}"
                                    + " position={} unchecked={} why={}",
                            mayHeal ? ", and they are fetched from another replica" : "",
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
            roles.end(partition);
            healing.end(partition);
            share.partitions().fail(partition.id());
            failed.put(partition.id(), partition);
            if (hasNoRoom(partition.id(), fault)) {
                return;
            }
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
