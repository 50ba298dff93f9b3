package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.groups.GroupSettings;
import dev.barnabas.groups.Topics;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.log.CompactionTurns;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.ScrubTimes;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.AssignReplicas;
import dev.barnabas.metadata.BrokerHeartbeat;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Controller;
import dev.barnabas.metadata.EmbeddedMetadataLog;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.RegisterBroker;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.ConnectionOverrides;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.Listeners;
import dev.barnabas.settings.Settings;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: puts a broker together, step by step on the first loop, and undoes what it has done if a step
 * fails.
 *
 * <ol>
 *   <li>open the directories and see whose they are; read the metadata log; mark new directories
 *   <li>bind the listeners, whose connections wait; register this broker at their addresses
 *   <li>find the partitions in the directories; build what each loop owns
 *   <li>let the loops reconcile with the image; when all partitions are open, ask the controller to be let in, which
 *       begins a new term for all partitions this broker leads; then let the connections in
 * </ol>
 */
final class BrokerStart {

    private static final Logger log = LoggerFactory.getLogger(BrokerStart.class);

    private final Host host;
    private final Settings settings;
    private final LogLevels logLevels;
    private final Broker.Starting then;
    private final Loop loop;
    private final List<Network.Listener> open = new ArrayList<>();
    private final List<BrokerListener> listeners = new ArrayList<>();
    private final List<Connections> connections = new ArrayList<>();
    private final Connections.Totals totals = new Connections.Totals();
    private final RequestMetrics requestMetrics = new RequestMetrics();
    private @Nullable Storage storage;
    private boolean ended;
    private boolean serving;

    BrokerStart(Host host, Settings settings, LogLevels logLevels, Broker.Starting then) {
        this.host = host;
        this.settings = settings;
        this.logLevels = logLevels;
        this.then = then;
        this.loop = host.loops().getFirst();
    }

    void start() {
        try {
            storage = Storage.open(host, settings);
        } catch (IOException e) {
            then.failed(String.valueOf(e.getMessage()));
            return;
        }
        Storage opened = storage;
        Identification identification =
                new Identification(opened, settings.get(BrokerSettings.NODE_ID), loop, host.entropy());
        loop.execute(() -> identification.read(orFail(_ -> EmbeddedMetadataLog.open(
                opened.first(),
                Storage.METADATA_FOLDER,
                settings.get(BrokerSettings.NODE_ID),
                identification.firstId(),
                loop,
                orFail(metadataLog -> readMetadata(metadataLog, identification))))));
    }

    private void readMetadata(MetadataLog metadataLog, Identification identification) {
        ClusterMetadata metadata = new ClusterMetadata(
                loop,
                metadataLog,
                new Controller(settings, host.entropy()),
                settings.get(BrokerSettings.METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS),
                this::metadataFailed);
        metadata.start(() -> checkNode(metadataLog, metadata, identification));
    }

    private void metadataFailed(IOException fault) {
        halt(storage().directories().getFirst(), fault);
    }

    /** Nothing may be acknowledged that later turns out not to have happened. */
    private void halt(DataDirectory directory, IOException fault) {
        String why = "the directory " + directory.name() + ", which holds the cluster's metadata, has failed: "
                + fault.getMessage() + ". Look into the system's log for the reason, replace the disk if need be,"
                + " restart the machine, and start the node";
        log.error("The directory of the metadata has failed; the node stops directory={}", directory.name(), fault);
        if (!serving) {
            fail(why);
        } else if (!ended) {
            ended = true;
            then.halted(why);
        }
    }

    private void checkNode(MetadataLog metadataLog, ClusterMetadata metadata, Identification identification) {
        int nodeId = settings.get(BrokerSettings.NODE_ID);
        ClusterImage image = metadata.image();
        if (!image.brokers().isEmpty() && image.broker(nodeId).isEmpty()) {
            fail("the data in " + storage().first().name() + " belongs to node "
                    + image.brokers().firstKey() + ", not to node " + nodeId
                    + "; start with --set node.id=" + image.brokers().firstKey()
                    + " or with another --set log.dirs=DIRECTORY");
            return;
        }
        identification.complete(image.clusterId(), orFail(_ -> bind(metadataLog, metadata)));
    }

    private void bind(MetadataLog metadataLog, ClusterMetadata metadata) {
        int nodeId = settings.get(BrokerSettings.NODE_ID);
        Connections.Limits limits = new Connections.Limits(
                settings.get(BrokerSettings.MAX_CONNECTIONS),
                settings.get(BrokerSettings.MAX_CONNECTIONS_PER_IP),
                ConnectionOverrides.of(settings),
                Duration.ofMillis(settings.get(BrokerSettings.CONNECTIONS_MAX_IDLE_MS)));
        for (Loop each : host.loops()) {
            connections.add(new Connections(each, limits, totals, requestMetrics));
        }
        for (Listeners.Listener configured : Listeners.of(settings).all()) {
            if (!bind(configured)) {
                return;
            }
        }
        List<dev.barnabas.metadata.Broker.Endpoint> endpoints = listeners.stream()
                .map(listener -> new dev.barnabas.metadata.Broker.Endpoint(
                        listener.name(),
                        listener.advertised().host(),
                        listener.advertised().port(),
                        (short) 0))
                .toList();
        RegisterBroker wish = new RegisterBroker(
                nodeId,
                new Uuid(host.entropy().nextLong(), host.entropy().nextLong()),
                -1,
                endpoints,
                settings.find(BrokerSettings.BROKER_RACK).orElse(null),
                storage().directories().stream()
                        .filter(directory -> !directory.hasFailed())
                        .map(directory -> directory.identity().id())
                        .toList(),
                Feature.supported());
        metadata.submit(wish, loop, answer -> {
            switch (answer) {
                case Answer.Granted<dev.barnabas.metadata.Broker>(dev.barnabas.metadata.Broker broker) ->
                    findPartitions(metadataLog, metadata, broker.epoch());
                case Answer.Refused<dev.barnabas.metadata.Broker>(var refusal) ->
                    fail("the broker could not be registered: " + refusal.message());
            }
        });
    }

    private boolean bind(Listeners.Listener configured) {
        Endpoint address =
                new Endpoint(configured.bind().host(), configured.bind().port());
        try {
            // The acceptor needs the listener's real address, which is known only when it is bound.
            BrokerListener[] bound = new BrokerListener[1];
            Network.Listener listener = host.network()
                    .listen(
                            address,
                            settings.get(BrokerSettings.SOCKET_REQUEST_MAX_BYTES),
                            connection -> connections
                                    .get(host.loops().indexOf(connection.loop()))
                                    .accept(connection, bound[0]));
            int port = configured.advertised().port() == 0
                    ? listener.address().port()
                    : configured.advertised().port();
            String name = configured.advertised().host();
            bound[0] = new BrokerListener(
                    configured.name(), listener.address(), new Endpoint(name.isEmpty() ? "localhost" : name, port));
            open.add(listener);
            listeners.add(bound[0]);
            return true;
        } catch (UnknownHostException e) {
            fail("cannot listen on " + address + ": the name is not known; name an address of this machine with --set"
                    + " listeners=PLAINTEXT://HOST:PORT");
            return false;
        } catch (IOException e) {
            fail("cannot listen on " + address + ": " + e.getMessage()
                    + "; stop what uses that port, or choose another with --set listeners=PLAINTEXT://localhost:PORT");
            return false;
        }
    }

    private void findPartitions(MetadataLog metadataLog, ClusterMetadata metadata, long brokerEpoch) {
        ClusterImage image = metadata.image();
        storage().find(image, loop, orFail(found -> {
            int nodeId = settings.get(BrokerSettings.NODE_ID);
            ReplicaPlaces places = ReplicaPlaces.of(image, nodeId, storage().directories(), found);
            if (places.unknown().isEmpty()) {
                build(metadataLog, metadata, brokerEpoch, places);
                return;
            }
            metadata.submit(new AssignReplicas(nodeId, brokerEpoch, places.unknown()), loop, answer -> {
                if (answer instanceof Answer.Refused<?>(var refusal)) {
                    log.warn(
                            "It could not be stored where partitions are; the next start tries again why={}",
                            refusal.message());
                }
                build(metadataLog, metadata, brokerEpoch, places);
            });
        }));
    }

    private void build(MetadataLog metadataLog, ClusterMetadata metadata, long brokerEpoch, ReplicaPlaces places) {
        List<LoopShare> shares = new ArrayList<>();
        int sessions = settings.get(BrokerSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS);
        for (int index = 0; index < host.loops().size(); index++) {
            Loop each = host.loops().get(index);
            shares.add(new LoopShare(
                    index,
                    each,
                    new PartitionTable(each),
                    new FetchSessions(
                            each,
                            host.entropy(),
                            Math.max(1, sessions / host.loops().size()))));
        }
        Node node = new Node(settings.get(BrokerSettings.NODE_ID), host, settings, shares, metadata.image());
        GroupCoordinator groups = new GroupCoordinator(
                groupSettings(),
                topics(node),
                host.entropy(),
                () -> node.image()
                        .topic(Topic.CONSUMER_OFFSETS)
                        .map(topic -> topic.partitions().size())
                        .orElse(0));
        List<DataDirectory> directories = storage().directories();
        ReplicaPlacement placement = new ReplicaPlacement(
                directories, settings.get(BrokerSettings.DISK_RESERVE_BYTES), node.id(), brokerEpoch, loop, metadata);
        List<Reconciler> reconcilers = new ArrayList<>();
        DirectoryFaults faults = new DirectoryFaults(directories, loop, new DirectoryFaults.Outcome() {
            @Override
            public void goOnWithout(DataDirectory directory, IOException fault) {
                for (LoopShare share : shares) {
                    Reconciler reconciler = reconcilers.get(share.index());
                    share.loop().execute(() -> reconciler.lose(directory.index(), fault));
                }
            }

            @Override
            public void halt(DataDirectory directory, IOException fault) {
                BrokerStart.this.halt(directory, fault);
            }
        });
        for (LoopShare share : shares) {
            reconcilers.add(new Reconciler(node, share, groups, placement, faults));
        }
        TopicCreation creation = new TopicCreation(node, metadata, reconcilers);
        ProducerIds producerIds = new ProducerIds(loop, metadata, node.id(), brokerEpoch);
        List<Api<?>> adminApis = AdminApis.of(node, metadata, creation, reconcilers, logLevels);
        Apis apis = BrokerApis.of(node, groups, creation, producerIds, adminApis);
        Broker broker = new Broker(new Broker.Parts(
                node,
                storage(),
                metadataLog,
                metadata,
                groups,
                reconcilers,
                connections,
                totals,
                requestMetrics,
                open,
                listeners));
        CompactionTurns turns = new CompactionTurns(loop, Storage.compaction(node.settings()));
        int[] unsettled = {shares.size()};
        for (LoopShare share : shares) {
            Reconciler reconciler = reconcilers.get(share.index());
            List<Optional<Disk>> disks =
                    directories.stream().map(DataDirectory::disk).toList();
            share.loop().execute(() -> {
                reconciler.use(new PartitionFolders(inDirectories(disks, share.loop(), turns), places));
                metadata.subscribe(share.loop(), update -> {
                    boolean first = reconciler.isNew();
                    node.publish(update.image());
                    reconciler.update(update);
                    if (share.index() == 0) {
                        turns.changeSettings(Storage.compaction(node.settings()));
                        storage().changeSettings(node.settings());
                    }
                    if (first) {
                        reconciler.whenAllSettled(() -> loop.execute(() -> {
                            if (--unsettled[0] == 0) {
                                letIn(metadata, brokerEpoch, () -> serve(broker, apis));
                            }
                        }));
                    }
                });
            });
        }
    }

    private List<PartitionFolders.Directory> inDirectories(
            List<Optional<Disk>> disks, Loop owner, CompactionTurns turns) {
        List<String> names = storage().names();
        LogDirectorySettings shared = Storage.logDirectorySettings(settings);
        List<PartitionFolders.Directory> directories = new ArrayList<>();
        for (int index = 0; index < disks.size(); index++) {
            Optional<Disk> disk = disks.get(index);
            if (disk.isPresent()) {
                LogDirectory logs = new LogDirectory(disk.get(), owner, shared);
                logs.compact(turns);
                logs.scrub(storage().scrubPace(index), ScrubTimes.DEFAULT);
                directories.add(new PartitionFolders.Directory.Usable(disk.get(), logs));
            } else {
                directories.add(new PartitionFolders.Directory.Failed(names.get(index)));
            }
        }
        return directories;
    }

    /** Asks to be let in: only then this broker leads its partitions, in a new term. */
    private void letIn(ClusterMetadata metadata, long brokerEpoch, Runnable then) {
        BrokerHeartbeat wish = new BrokerHeartbeat(
                settings.get(BrokerSettings.NODE_ID),
                brokerEpoch,
                metadata.image().version(),
                false,
                false,
                List.of());
        metadata.submit(wish, loop, answer -> {
            if (answer instanceof Answer.Refused<?>(var refusal)) {
                fail("the broker was not let in: " + refusal.message());
            } else {
                then.run();
            }
        });
    }

    private void serve(Broker broker, Apis apis) {
        if (ended) {
            return;
        }
        serving = true;
        for (int index = 0; index < host.loops().size(); index++) {
            Connections ofLoop = connections.get(index);
            host.loops().get(index).execute(() -> ofLoop.serve(apis));
        }
        log.info("Serving node={} listeners={}", broker.nodeId(), listeners);
        then.started(broker);
    }

    private GroupSettings groupSettings() {
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

    private static Topics topics(Node node) {
        return new Topics() {
            @Override
            public Optional<Uuid> idOf(String name) {
                return node.image().topic(name).map(Topic::id);
            }

            @Override
            public Optional<String> nameOf(Uuid id) {
                return node.image().topic(id).map(Topic::name);
            }

            @Override
            public boolean hasPartition(String name, int partition) {
                return node.image()
                        .topic(name)
                        .filter(topic ->
                                partition >= 0 && partition < topic.partitions().size())
                        .isPresent();
            }
        };
    }

    private Storage storage() {
        Storage opened = storage;
        if (opened == null) {
            throw new IllegalStateException("the directories are not open");
        }
        return opened;
    }

    private <T> Disk.Completion<T> orFail(java.util.function.Consumer<T> step) {
        return new Disk.Completion<>() {
            @Override
            public void done(T result) {
                step.accept(result);
            }

            @Override
            public void failed(IOException fault) {
                fail(String.valueOf(fault.getMessage()));
            }
        };
    }

    private void fail(String why) {
        if (ended) {
            return;
        }
        ended = true;
        open.forEach(Network.Listener::close);
        if (storage != null) {
            storage.close();
        }
        then.failed(why);
    }
}
