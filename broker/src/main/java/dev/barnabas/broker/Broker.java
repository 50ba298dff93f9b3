package dev.barnabas.broker;

import dev.barnabas.groups.GroupCounters;
import dev.barnabas.host.Host;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.settings.Settings;
import dev.barnabas.transactions.TransactionCounters;
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

    private final BrokerParts parts;
    private final Node node;
    private final Storage storage;
    private final Listening listening;
    private final MetadataLog metadataLog;
    private final Membership membership;
    private boolean stopping;

    Broker(BrokerParts parts, Storage storage, Listening listening, MetadataLog metadataLog, Membership membership) {
        this.parts = parts;
        this.node = parts.node();
        this.storage = storage;
        this.listening = listening;
        this.metadataLog = metadataLog;
        this.membership = membership;
    }

    /**
     * Starts a node: opens its directories, learns what the cluster is, opens its partitions, and listens.
     *
     * @param settings as they were accepted by {@code SettingsReader}
     * @param logLevels what clients may see and change of this process's loggers
     * @param metadataLogs whether the node is alone or one of a cluster
     */
    public static void start(
            Host host, Settings settings, LogLevels logLevels, MetadataLogs metadataLogs, Starting then) {
        new BrokerStart(host, settings, logLevels, metadataLogs, then).start();
    }

    /** Starts a node that is alone, and whose log levels cannot be changed by clients. */
    public static void start(Host host, Settings settings, Starting then) {
        start(host, settings, LogLevels.none(), MetadataLogs.EMBEDDED, then);
    }

    public int nodeId() {
        return node.id();
    }

    public String clusterId() {
        return node.clusterId();
    }

    /** Where it can be reached; at least one. */
    public List<BrokerListener> listeners() {
        return listening.listeners();
    }

    /** The directories of {@code log.dirs}, as the operator named them. */
    public List<String> logDirectories() {
        return storage.names();
    }

    public RequestMetrics requestMetrics() {
        return listening.requestMetrics();
    }

    public GroupCounters groupCounters() {
        return parts.groupCounters();
    }

    public TransactionCounters transactionCounters() {
        return parts.transactionCounters();
    }

    /** Collects what there is to see of this node. */
    public void observe(Consumer<Observation> then) {
        parts.observe(listening.totals(), then);
    }

    /**
     * Stops in order: lets others take over what it leads, listens no more, closes connections, and closes all logs so
     * that nothing has to be recovered.
     */
    public void stop(Runnable then) {
        node.share(0).loop().execute(() -> {
            if (stopping) {
                return;
            }
            stopping = true;
            log.info("Stopping node={}", node.id());
            membership.leave(() -> parts.metadata().quorum().resign(() -> close(then)));
        });
    }

    private void close(Runnable then) {
        listening.close();
        parts.close(listening::stop, () -> {
            metadataLog.close();
            storage.close();
            then.run();
        });
    }

    BrokerParts parts() {
        return parts;
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
}
