package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.host.Host;
import dev.barnabas.host.Network;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.settings.Settings;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: everything a client can reach. {@link BrokerStart} puts it together. The methods may be called from any
 * thread; callbacks come on the first loop.
 */
public final class Broker {

    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    private final Node node;
    private final Storage storage;
    private final MetadataLog metadataLog;
    private final ClusterMetadata metadata;
    private final GroupCoordinator groups;
    private final List<Reconciler> reconcilers;
    private final List<Connections> connections;
    private final Connections.Totals totals;
    private final RequestMetrics requestMetrics;
    private final List<Network.Listener> open;
    private final List<BrokerListener> listeners;

    Broker(Parts parts) {
        this.node = parts.node;
        this.storage = parts.storage;
        this.metadataLog = parts.metadataLog;
        this.metadata = parts.metadata;
        this.groups = parts.groups;
        this.reconcilers = List.copyOf(parts.reconcilers);
        this.connections = List.copyOf(parts.connections);
        this.totals = parts.totals;
        this.requestMetrics = parts.requestMetrics;
        this.open = List.copyOf(parts.open);
        this.listeners = List.copyOf(parts.listeners);
    }

    /**
     * Starts a node: opens its directories, learns what the cluster is, opens its partitions, and listens.
     *
     * @param settings as they were accepted by {@code SettingsReader}
     * @param logLevels what clients may see and change of this process's loggers
     */
    public static void start(Host host, Settings settings, LogLevels logLevels, Starting then) {
        new BrokerStart(host, settings, logLevels, then).start();
    }

    /** Starts a node whose log levels cannot be changed by clients. */
    public static void start(Host host, Settings settings, Starting then) {
        start(host, settings, LogLevels.none(), then);
    }

    public int nodeId() {
        return node.id();
    }

    public String clusterId() {
        return node.clusterId();
    }

    /** Where it can be reached; at least one. */
    public List<BrokerListener> listeners() {
        return listeners;
    }

    /** The directories of {@code log.dirs}, as the operator named them. */
    public List<String> logDirectories() {
        return storage.names();
    }

    public RequestMetrics requestMetrics() {
        return requestMetrics;
    }

    /** Collects what there is to see of this node. */
    public void observe(Consumer<Observation> then) {
        new Observing(node, reconcilers, groups, totals).start(then);
    }

    /** Stops in order: listens no more, closes connections, and closes all logs so that nothing has to be recovered. */
    public void stop(Runnable then) {
        node.share(0).loop().execute(() -> {
            log.info("Stopping node={}", node.id());
            open.forEach(Network.Listener::close);
            int[] left = {reconcilers.size()};
            for (LoopShare share : node.shares()) {
                share.loop().execute(() -> {
                    connections.get(share.index()).stop();
                    reconcilers
                            .get(share.index())
                            .stop(() -> closeLogs(
                                    share,
                                    () -> node.run(node.share(0).loop(), () -> {
                                        if (--left[0] == 0) {
                                            metadataLog.close();
                                            storage.close();
                                            then.run();
                                        }
                                    })));
                });
            }
        });
    }

    ClusterMetadata metadata() {
        return metadata;
    }

    private void closeLogs(LoopShare share, Runnable then) {
        List<LogDirectory> directories =
                reconcilers.get(share.index()).folders().opened();
        int[] left = {directories.size()};
        for (LogDirectory directory : directories) {
            directory.close(() -> {
                if (--left[0] == 0) {
                    then.run();
                }
            });
        }
    }

    /** What comes of {@link #start}; called on the first loop, or before it returns. */
    public interface Starting {
        void started(Broker broker);

        /** @param why a sentence for the operator: what is wrong and what to do */
        void failed(String why);

        /**
         * A node that was started cannot go on: the directory with its metadata has failed. It should be stopped.
         *
         * @param why a sentence for the operator
         */
        default void halted(String why) {
            throw new IllegalStateException(why);
        }
    }

    /** What {@link BrokerStart} has put together. */
    record Parts(
            Node node,
            Storage storage,
            MetadataLog metadataLog,
            ClusterMetadata metadata,
            GroupCoordinator groups,
            List<Reconciler> reconcilers,
            List<Connections> connections,
            Connections.Totals totals,
            RequestMetrics requestMetrics,
            List<Network.Listener> open,
            List<BrokerListener> listeners) {}
}
