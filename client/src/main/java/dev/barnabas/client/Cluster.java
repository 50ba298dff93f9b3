package dev.barnabas.client;

import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Response;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A client's relation to one cluster: its connections and what it knows. {@link Admin}, {@link Producer} and
 * {@link Consumer} are made from it and share it. Owned by one loop, like all that is made from it; the constructor may
 * be called anywhere, everything else on that loop.
 */
public final class Cluster {

    /** How the client names its version towards the brokers (KIP-511). */
    private static final String SOFTWARE_VERSION = "0.1.0";

    private final Host host;
    private final Loop loop;
    private final ClusterSettings settings;
    private final Links links;
    private final Metadata metadata;
    private final Coordinators coordinators;

    /** Connects to nobody yet; that happens with the first operation. */
    public Cluster(Host host, Loop loop, ClusterSettings settings) {
        this.host = host;
        this.loop = loop;
        this.settings = settings;
        this.links = new Links(host, loop, settings, SOFTWARE_VERSION);
        this.metadata = new Metadata(host, loop, settings, links);
        this.coordinators = new Coordinators(metadata, links);
    }

    public Loop loop() {
        return loop;
    }

    public ClusterSettings settings() {
        return settings;
    }

    /** What is known now; nothing before the first operation. */
    public ClusterView view() {
        return metadata.view();
    }

    /** Fetches what the operations need to know anew. Fails only with a timeout. */
    public Eventual<ClusterView> refresh() {
        return within(
                settings.timeouts().operation(),
                "no server answered; tried " + settings.bootstrap(),
                metadata.refresh());
    }

    /** Closes all connections. What is under way fails. Producers and consumers are to be closed before. */
    public void close() {
        loop.requireCurrent();
        metadata.close();
        links.close();
    }

    Host host() {
        return host;
    }

    Links links() {
        return links;
    }

    Metadata metadata() {
        return metadata;
    }

    Coordinators coordinators() {
        return coordinators;
    }

    /** Asks each one who is responsible, until there is a result for every key. */
    <K, V, R extends Response> Eventual<Map<K, Result<V>>> ask(
            Question<K, V, R> question, Collection<K> keys, Duration timeout) {
        return Scatter.ask(this, question, keys, timeout);
    }

    /** Asks about one thing. */
    <K, V, R extends Response> Eventual<V> askOne(Question<K, V, R> question, K key, Duration timeout) {
        return ask(question, List.of(key), timeout).flatMap(results -> {
            Result<V> result = results.get(key);
            return result == null
                    ? Eventual.failed(new ClientError.Closed("the client is closed"))
                    : Eventual.settled(result);
        });
    }

    /** The same outcome, or a timeout if it does not come in time. */
    <T> Eventual<T> within(Duration timeout, String otherwise, Eventual<T> operation) {
        if (operation.isSettled()) {
            return operation;
        }
        Eventual<T> limited = new Eventual<>();
        Loop.Timer timer = loop.schedule(
                timeout,
                () -> limited.fail(
                        new ClientError.TimedOut("gave up after " + timeout.toMillis() + " ms: " + otherwise)));
        operation.then(outcome -> {
            timer.cancel();
            limited.settle(outcome);
        });
        return limited;
    }
}
