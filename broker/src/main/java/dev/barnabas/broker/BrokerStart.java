package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Controller;
import dev.barnabas.metadata.Feature;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.BrokerRegistrationRequest;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: puts a broker together, step by step on the first loop, and undoes what it has done if a step
 * fails.
 *
 * <ol>
 *   <li>open the directories and see whose they are; join the metadata log; mark new directories
 *   <li>bind the listeners, whose connections wait; register this broker at their addresses, and wait until this node
 *       knows what was agreed on before that
 *   <li>find the partitions in the directories; build what each loop owns ({@link BrokerParts})
 *   <li>let the loops reconcile with the image; when all partitions are open, enter the cluster: from then on this
 *       broker may lead
 *   <li>let the connections in: on a node that is alone when it leads its partitions, so that no client sees a moment
 *       without leaders; on a node of a cluster as soon as it can answer, since others depend on it
 * </ol>
 */
final class BrokerStart {

    private static final Logger log = LoggerFactory.getLogger(BrokerStart.class);

    /** After which a node that waits for others says so. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Host host;
    private final Settings settings;
    private final LogLevels logLevels;
    private final MetadataLogs metadataLogs;
    private final Broker.Starting then;
    private final Loop loop;
    private final int nodeId;
    private @Nullable Storage storage;
    private @Nullable Listening listening;
    private @Nullable MetadataLog metadataLog;
    /** Of the registration of which everything is on the disks, if that is known. */
    private long previousEpoch = CleanStop.UNKNOWN;

    private boolean ended;
    private boolean started;

    BrokerStart(Host host, Settings settings, LogLevels logLevels, MetadataLogs metadataLogs, Broker.Starting then) {
        this.host = host;
        this.settings = settings;
        this.logLevels = logLevels;
        this.metadataLogs = metadataLogs;
        this.then = then;
        this.loop = host.loops().getFirst();
        this.nodeId = settings.get(BrokerSettings.NODE_ID);
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
                new Identification(opened, nodeId, metadataLogs.isShared(), loop, host.entropy());
        loop.execute(() -> identification.read(orFail(_ -> CleanStop.take(opened.first(), loop, orFail(noted -> {
            previousEpoch = noted;
            joinMetadata(opened, identification);
        })))));
    }

    private void joinMetadata(Storage opened, Identification identification) {
        metadataLogs.open(
                new MetadataLogs.Place(
                        nodeId,
                        identification.firstId(),
                        opened.directories().getFirst().name(),
                        opened.first(),
                        Storage.METADATA_FOLDER,
                        loop),
                orFail(log -> readMetadata(log, identification)));
    }

    private void readMetadata(MetadataLog opened, Identification identification) {
        metadataLog = opened;
        ClusterMetadata metadata = new ClusterMetadata(
                loop,
                opened,
                new Controller(settings, host.entropy()),
                settings.get(BrokerSettings.METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS),
                this::metadataFailed);
        boolean[] known = {false};
        metadata.start(() -> {
            known[0] = true;
            checkNode(metadata, identification);
        });
        if (metadataLogs.isShared()) {
            sayWhatIsWaitedFor(known);
        }
    }

    /** A node of a cluster waits for the others for as long as it takes; whoever has started it should know. */
    private void sayWhatIsWaitedFor(boolean[] known) {
        loop.schedule(PATIENCE, () -> {
            if (!known[0] && !ended) {
                log.info(
                        "Waiting for the metadata quorum: a majority of the nodes that vote has to run; a new cluster"
                                + " begins when all of them do node={}",
                        nodeId);
                sayWhatIsWaitedFor(known);
            }
        });
    }

    private void metadataFailed(IOException fault) {
        halt(storage().directories().getFirst(), fault);
    }

    /** Nothing may be acknowledged that later turns out not to have happened. */
    private void halt(DataDirectory directory, IOException fault) {
        log.error("The directory of the metadata has failed; the node stops directory={}", directory.name(), fault);
        halt("the directory " + directory.name() + ", which holds the cluster's metadata, has failed: "
                + fault.getMessage() + ". Look into the system's log for the reason, replace the disk if need be,"
                + " restart the machine, and start the node");
    }

    private void halt(String why) {
        if (!started) {
            fail(why);
        } else if (!ended) {
            ended = true;
            then.halted(why);
        }
    }

    private void checkNode(ClusterMetadata metadata, Identification identification) {
        ClusterImage image = metadata.image();
        if (!metadataLogs.isShared()
                && !image.brokers().isEmpty()
                && image.broker(nodeId).isEmpty()) {
            fail("the data in " + storage().first().name() + " belongs to node "
                    + image.brokers().firstKey() + ", not to node " + nodeId
                    + "; start with --set node.id=" + image.brokers().firstKey()
                    + " or with another --set log.dirs=DIRECTORY");
            return;
        }
        identification.complete(image.clusterId(), orFail(_ -> register(metadata, image.clusterId())));
    }

    private void register(ClusterMetadata metadata, String clusterId) {
        Listening bound = new Listening(host, settings);
        listening = bound;
        try {
            bound.bind();
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
            return;
        }
        ControllerAccess access = ControllerAccess.open(host, settings, metadata, clusterId, bound.betweenBrokers());
        Membership membership = new Membership(
                access.urgent(),
                metadata,
                loop,
                nodeId,
                new Uuid(host.entropy().nextLong(), host.entropy().nextLong()),
                Duration.ofMillis(settings.get(BrokerSettings.BROKER_HEARTBEAT_INTERVAL_MS)),
                new Lease(loop, Duration.ofMillis(settings.get(BrokerSettings.BROKER_SESSION_TIMEOUT_MS))),
                this::halt);
        membership.register(
                registration(clusterId, bound),
                () -> findPartitions(new Joined(metadata, bound, access, membership)),
                why -> fail("the broker could not be registered: " + why));
    }

    private BrokerRegistrationRequest registration(String clusterId, Listening bound) {
        return BrokerRegistrationRequest.builder()
                .brokerId(nodeId)
                .clusterId(clusterId)
                .listeners(bound.listeners().stream()
                        .map(listener -> new BrokerRegistrationRequest.Listener(
                                listener.name(),
                                listener.advertised().host(),
                                listener.advertised().port(),
                                (short) 0))
                        .toList())
                .features(Feature.supported().entrySet().stream()
                        .map(feature -> new BrokerRegistrationRequest.Feature(
                                feature.getKey(),
                                feature.getValue().lowest(),
                                feature.getValue().highest()))
                        .toList())
                .rack(settings.find(BrokerSettings.BROKER_RACK).orElse(null))
                .logDirs(storage().directories().stream()
                        .filter(directory -> !directory.hasFailed())
                        .map(directory -> directory.identity().id())
                        .toList())
                .previousBrokerEpoch(previousEpoch)
                .build();
    }

    /** What there is of a broker that is registered. */
    private record Joined(
            ClusterMetadata metadata, Listening listening, ControllerAccess access, Membership membership) {}

    private void findPartitions(Joined joined) {
        ClusterImage image = joined.metadata.image();
        storage().find(image, loop, orFail(found -> {
            ReplicaPlaces places = ReplicaPlaces.of(image, nodeId, storage().directories(), found);
            ReplicaAssignments assignments =
                    new ReplicaAssignments(joined.access.urgent(), loop, nodeId, joined.membership.epoch());
            tell(
                    places.begunAnew(),
                    assignments,
                    () -> tell(places.unknown(), assignments, () -> build(joined, places, assignments), why -> {
                        log.warn("It could not be stored where partitions are; the next start tries again why={}", why);
                        build(joined, places, assignments);
                    }),
                    why -> fail("the cluster could not be told that replicas begin anew: " + why));
        }));
    }

    private void tell(
            List<ReplicaAssignment> what,
            ReplicaAssignments assignments,
            Runnable told,
            java.util.function.Consumer<String> refused) {
        if (what.isEmpty()) {
            told.run();
        } else {
            assignments.assign(what, loop, why -> why.ifPresentOrElse(refused, told));
        }
    }

    private void build(Joined joined, ReplicaPlaces places, ReplicaAssignments assignments) {
        BrokerParts parts = new BrokerParts(
                new BrokerParts.Foundation(
                        host, settings, logLevels, storage(), joined.metadata, joined.access, joined.membership),
                assignments,
                this::halt);
        Broker broker = new Broker(parts, storage(), joined.listening, metadataLog(), joined.membership);
        if (metadataLogs.isShared()) {
            joined.listening.serve(parts.apis());
        }
        parts.reconcile(
                places,
                () -> joined.membership.enter(() -> {
                    if (ended || started) {
                        return;
                    }
                    started = true;
                    if (!metadataLogs.isShared()) {
                        joined.listening.serve(parts.apis());
                    }
                    log.info("Serving node={} listeners={}", nodeId, joined.listening.listeners());
                    then.started(broker);
                }));
    }

    private Storage storage() {
        Storage opened = storage;
        if (opened == null) {
            throw new IllegalStateException("the directories are not open");
        }
        return opened;
    }

    private MetadataLog metadataLog() {
        MetadataLog opened = metadataLog;
        if (opened == null) {
            throw new IllegalStateException("the metadata log is not open");
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
        if (listening != null) {
            listening.close();
        }
        if (metadataLog != null) {
            metadataLog.close();
        }
        if (storage != null) {
            storage.close();
        }
        then.failed(why);
    }
}
