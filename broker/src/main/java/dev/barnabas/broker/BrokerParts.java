package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.groups.GroupCounters;
import dev.barnabas.groups.GroupSettings;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.log.CompactionTurns;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.ScrubTimes;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.ImageUpdate;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.share.ShareCoordinator;
import dev.barnabas.share.ShareStateSettings;
import dev.barnabas.transactions.TransactionCoordinator;
import dev.barnabas.transactions.TransactionCounters;
import dev.barnabas.transactions.TransactionSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * What a running broker consists of: what each loop owns, and the APIs that use it. Put together once, on the first
 * loop, by {@link BrokerStart}.
 */
final class BrokerParts {

    private final Foundation on;
    private final Loop loop;
    private final Node node;
    private final BrokerAddresses brokers;
    private final GroupCoordinator groups;
    private final ProducerIds producerIds;
    private final TransactionCoordinator transactions;
    private final TransactionParts transactionParts;
    private final ShareCoordinator shareStates;
    private final ShareStateRequests shareStateRequests;
    private final ShareParts shareParts;
    private final List<Reconciler> reconcilers = new ArrayList<>();
    private final ReplicaAssignments assignments;
    private final DirectoryRoom room;
    private final LagTimes lagTimes;
    private final ClientTelemetry telemetry;
    private final Apis apis;

    /** What there is of a broker before it knows its partitions. */
    record Foundation(
            Host host,
            Settings settings,
            LogLevels logLevels,
            Storage storage,
            ClusterMetadata metadata,
            ControllerAccess access,
            Membership membership) {}

    /** Told when the directory that holds the metadata has failed: the node has to stop. */
    interface Halt {
        void halt(DataDirectory directory, IOException fault);
    }

    BrokerParts(Foundation on, ReplicaAssignments assignments, Halt halt) {
        this.on = on;
        this.loop = on.host.loops().getFirst();
        Settings settings = on.settings;
        this.node = new Node(settings.get(BrokerSettings.NODE_ID), on.host, settings, shares(), on.metadata.image());
        this.lagTimes = new LagTimes(node);
        this.telemetry = new ClientTelemetry(node);
        this.brokers = BrokerAddresses.of(node, on.access.betweenBrokers());
        this.shareStates = new ShareCoordinator(
                shareStateSettings(settings),
                topicId -> node.image()
                        .topic(topicId)
                        .map(topic -> topic.partitions().size())
                        .orElse(0),
                () -> partitionsOf(Topic.SHARE_GROUP_STATE));
        this.shareStateRequests = new ShareStateRequests(node, shareStates, this::connections);
        this.shareParts = new ShareParts(node, shareStates, this::connections);
        this.groups = new GroupCoordinator(
                groupSettings(settings),
                new ConsumerGroupSettings(node),
                new ShareMemberSettings(node),
                shareStateRequests,
                new StreamsGroupSettings(node),
                new GroupTopics(node),
                on.host.entropy(),
                () -> partitionsOf(Topic.CONSUMER_OFFSETS));
        this.producerIds = new ProducerIds(loop, on.access.urgent(), node.id(), on.membership.epoch());
        this.transactionParts = new TransactionParts(node, brokers);
        this.transactions = new TransactionCoordinator(
                transactionSettings(settings),
                new TransactionTopics(node),
                producerIds,
                transactionParts.markers(),
                () -> node.image().finalizedFeatures().getOrDefault(Feature.TRANSACTION.label(), (short) 0),
                () -> partitionsOf(Topic.TRANSACTION_STATE));
        transactionParts.use(transactions::addPartitions);
        this.assignments = assignments;
        ReplicaPlacement placement = new ReplicaPlacement(
                on.storage.directories(), settings.get(BrokerSettings.DISK_RESERVE_BYTES), loop, assignments);
        this.room = new DirectoryRoom(
                on.storage.directories(),
                settings.get(BrokerSettings.DISK_RESERVE_BYTES),
                loop,
                on.membership::directoriesFull);
        DirectoryFaults faults = new DirectoryFaults(on.storage.directories(), loop, faultOutcome(halt));
        for (LoopShare share : node.shares()) {
            reconcilers.add(reconciler(share, placement, faults));
        }
        on.membership.lease().whenItChanges(this::touchChanged);
        this.apis = allApis();
        on.access.urgent().offer(apis);
        on.access.forwarded().offer(apis);
    }

    private void touchChanged() {
        node.inTouch(on.membership.lease().isHeld());
        for (LoopShare share : node.shares()) {
            share.loop().execute(reconcilers.get(share.index())::touchChanged);
        }
    }

    Node node() {
        return node;
    }

    ClusterMetadata metadata() {
        return on.metadata;
    }

    GroupCounters groupCounters() {
        return groups.counters();
    }

    TransactionCounters transactionCounters() {
        return transactions.counters();
    }

    /** Collects what there is to see. */
    void observe(Connections.Totals connections, Consumer<Observation> then) {
        new Observing(node, reconcilers, room, groups, transactions, lagTimes, connections)
                .start(seen -> then.accept(seen.with(telemetry.seen())));
    }

    /**
     * Closes everything in order, so that nothing has to be recovered.
     *
     * @param disconnect closes the connections of a loop, on that loop, before its partitions are closed
     * @param then called on the first loop when all logs are closed
     */
    void close(IntConsumer disconnect, Runnable then) {
        assignments.stop();
        int[] left = {reconcilers.size()};
        for (LoopShare share : node.shares()) {
            Reconciler reconciler = reconcilers.get(share.index());
            share.loop().execute(() -> {
                disconnect.accept(share.index());
                transactionParts.stop(share);
                shareStateRequests.stop(share);
                shareParts.stop(share);
                reconciler.stop(() -> closeLogs(
                        reconciler,
                        () -> node.run(loop, () -> {
                            if (--left[0] == 0) {
                                on.access.close();
                                noteCleanStop(then);
                            }
                        })));
            });
        }
    }

    private static void closeLogs(Reconciler reconciler, Runnable then) {
        List<LogDirectory> directories = reconciler.folders().opened();
        int[] left = {directories.size()};
        for (LogDirectory directory : directories) {
            directory.close(() -> {
                if (--left[0] == 0) {
                    then.run();
                }
            });
        }
    }

    /** Unless something may be missing: what has failed was not synced. */
    private void noteCleanStop(Runnable then) {
        boolean anyFailed = on.storage.directories().stream().anyMatch(DataDirectory::hasFailed)
                || node.shares().stream().anyMatch(share -> share.partitions().offlineCount() > 0);
        if (anyFailed) {
            then.run();
        } else {
            CleanStop.note(on.storage.first(), on.membership.epoch(), loop, then);
        }
    }

    /** All that the listeners answer. */
    Apis apis() {
        return apis;
    }

    private int partitionsOf(String internal) {
        return node.image()
                .topic(internal)
                .map(topic -> topic.partitions().size())
                .orElse(0);
    }

    private List<LoopShare> shares() {
        List<Loop> loops = on.host.loops();
        int sessions = on.settings.get(BrokerSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS);
        List<LoopShare> shares = new ArrayList<>();
        for (int index = 0; index < loops.size(); index++) {
            Loop each = loops.get(index);
            shares.add(new LoopShare(
                    index,
                    each,
                    new PartitionTable(each),
                    new FetchSessions(each, on.host.entropy(), Math.max(1, sessions / loops.size()))));
        }
        return shares;
    }

    /** Of a loop, to other brokers. */
    private BrokerConnections connections(Loop of) {
        FetcherSettings fetching = FetcherSettings.of(on.settings, ControllerAccess.SOFTWARE_VERSION);
        return new BrokerConnections(on.host.network(), of, fetching.peer(), brokers, node.clusterId());
    }

    private Reconciler reconciler(LoopShare share, ReplicaPlacement placement, DirectoryFaults faults) {
        FetcherSettings fetching = FetcherSettings.of(on.settings, ControllerAccess.SOFTWARE_VERSION);
        ReplicaFetchers fetchers = new ReplicaFetchers(
                share.loop(),
                on.host.network(),
                brokers,
                new Self(node, on.membership.epoch()),
                new FollowerThrottling(node),
                fetching);
        ReplicaHealing healing = new ReplicaHealing(node, share.loop(), connections(share.loop()));
        InSyncRequests inSyncRequests = new InSyncRequests(
                share.loop(), on.access.urgent(), node.id(), on.membership::epoch, node::mayBeInSync);
        return new Reconciler(
                node,
                share,
                new Roles(
                        node,
                        share,
                        new Coordinators(groups, transactions, shareStates),
                        shareParts.partitions().get(share.index()),
                        fetchers),
                inSyncRequests,
                placement,
                faults,
                healing);
    }

    /** This broker, as its leaders are told; in this registration for as long as its process lives. */
    private record Self(Node node, long brokerEpoch) implements ReplicaFetchers.Self {

        @Override
        public int nodeId() {
            return node.id();
        }

        @Override
        public String clusterId() {
            return node.clusterId();
        }
    }

    private DirectoryFaults.Outcome faultOutcome(Halt halt) {
        return new DirectoryFaults.Outcome() {
            @Override
            public void goOnWithout(DataDirectory directory, IOException fault) {
                on.membership.directoryFailed(directory.identity().id());
                for (LoopShare share : node.shares()) {
                    Reconciler reconciler = reconcilers.get(share.index());
                    share.loop().execute(() -> reconciler.lose(directory.index(), fault));
                }
            }

            @Override
            public void halt(DataDirectory directory, IOException fault) {
                halt.halt(directory, fault);
            }
        };
    }

    private Apis allApis() {
        TopicCreation creation = new TopicCreation(node, on.metadata, on.access.urgent(), reconcilers);
        shareStateRequests.use(creation);
        shareParts.use(creation);
        List<Api<?>> adminApis = new ArrayList<>(
                AdminApis.of(node, on.metadata, creation, reconcilers, room, on.logLevels, on.access.forwarded()));
        adminApis.addAll(TelemetryApis.of(node, telemetry));
        adminApis.addAll(MembershipApis.of(node, on.metadata, loop, on.access.forwarded()));
        adminApis.addAll(ShareStateApis.of(shareStates));
        adminApis.addAll(shareParts.apis());
        return BrokerApis.of(
                node,
                groups,
                transactions,
                transactionParts,
                creation,
                new StreamsTopics(creation, loop),
                producerIds,
                on.access,
                adminApis);
    }

    /**
     * Lets the loops make their partitions agree with what the cluster has agreed on, now and from now on.
     *
     * @param settled called on the first loop when all partitions of now are open
     */
    void reconcile(ReplicaPlaces places, Runnable settled) {
        CompactionTurns turns = new CompactionTurns(loop, Storage.compaction(node.settings()));
        int[] unsettled = {reconcilers.size()};
        room.watch();
        List<Optional<Disk>> disks =
                on.storage.directories().stream().map(DataDirectory::disk).toList();
        for (LoopShare share : node.shares()) {
            Reconciler reconciler = reconcilers.get(share.index());
            share.loop().execute(() -> {
                transactionParts.start(share);
                reconciler.use(new PartitionFolders(inDirectories(disks, share.loop(), turns), places));
                on.metadata.subscribe(share.loop(), update -> {
                    boolean first = reconciler.isNew();
                    node.publish(update.image());
                    reconciler.update(update);
                    if (share.index() == 0) {
                        tellOfDeletedTopics(update);
                        turns.changeSettings(Storage.compaction(node.settings()));
                        on.storage.changeSettings(node.settings());
                        if (first || !update.settings().isEmpty()) {
                            node.throttlesMayChange();
                        }
                    }
                    if (first) {
                        reconciler.whenAllSettled(() -> loop.execute(() -> {
                            if (--unsettled[0] == 0) {
                                settled.run();
                            }
                        }));
                    }
                });
            });
        }
    }

    private void tellOfDeletedTopics(ImageUpdate update) {
        List<Uuid> deleted = update.topics().stream()
                .filter(id -> update.image().topic(id).isEmpty())
                .toList();
        if (!deleted.isEmpty()) {
            shareStates.topicsDeleted(deleted);
        }
    }

    private List<PartitionFolders.Directory> inDirectories(
            List<Optional<Disk>> disks, Loop owner, CompactionTurns turns) {
        List<String> names = on.storage.names();
        LogDirectorySettings shared = Storage.logDirectorySettings(on.settings);
        List<PartitionFolders.Directory> directories = new ArrayList<>();
        for (int index = 0; index < disks.size(); index++) {
            Optional<Disk> disk = disks.get(index);
            if (disk.isPresent()) {
                LogDirectory logs = new LogDirectory(disk.get(), owner, shared);
                logs.whenFull(room::lookSoon);
                logs.compact(turns);
                logs.scrub(on.storage.scrubPace(index), ScrubTimes.DEFAULT);
                directories.add(new PartitionFolders.Directory.Usable(disk.get(), logs));
            } else {
                directories.add(new PartitionFolders.Directory.Failed(names.get(index)));
            }
        }
        return directories;
    }

    private static GroupSettings groupSettings(Settings settings) {
        return new GroupSettings(
                settings.get(CoordinatorSettings.GROUP_MAX_SIZE),
                settings.get(CoordinatorSettings.GROUP_MIN_SESSION_TIMEOUT_MS),
                settings.get(CoordinatorSettings.GROUP_MAX_SESSION_TIMEOUT_MS),
                settings.get(CoordinatorSettings.GROUP_INITIAL_REBALANCE_DELAY_MS),
                settings.get(CoordinatorSettings.OFFSET_METADATA_MAX_BYTES),
                Duration.ofMinutes(settings.get(CoordinatorSettings.OFFSETS_RETENTION_MINUTES))
                        .toMillis(),
                settings.get(CoordinatorSettings.OFFSETS_RETENTION_CHECK_INTERVAL_MS),
                settings.get(CoordinatorSettings.OFFSETS_COMMIT_TIMEOUT_MS));
    }

    private static ShareStateSettings shareStateSettings(Settings settings) {
        return new ShareStateSettings(
                settings.get(CoordinatorSettings.SHARE_COORDINATOR_SNAPSHOT_UPDATE_RECORDS_PER_SNAPSHOT),
                ShareStateSettings.DEFAULTS.pruneIntervalMs(),
                settings.get(CoordinatorSettings.SHARE_COORDINATOR_WRITE_TIMEOUT_MS));
    }

    private static TransactionSettings transactionSettings(Settings settings) {
        return new TransactionSettings(
                settings.get(CoordinatorSettings.TRANSACTION_MAX_TIMEOUT_MS),
                settings.get(CoordinatorSettings.TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS),
                settings.get(CoordinatorSettings.TRANSACTIONAL_ID_EXPIRATION_MS),
                settings.get(CoordinatorSettings.TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS),
                settings.get(CoordinatorSettings.ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MAX_MS),
                // Only InitProducerId version 6 asks for it, which is not offered.
                false,
                settings.get(CoordinatorSettings.OFFSETS_COMMIT_TIMEOUT_MS));
    }
}
