package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client: opened when first needed, opened anew after they broke, but not too often. They go by
 * address, so that the bootstrap server and the broker it turns out to be share one. Owned by the client's loop.
 */
final class Links {

    /** Requests to one broker that are sent and not answered; more wait their turn. */
    private static final int MAX_IN_FLIGHT = 100;

    private final Host host;
    private final Loop loop;
    private final ClusterSettings settings;
    private final PeerSettings peerSettings;
    private final Map<Key, Link> links = new LinkedHashMap<>();
    private boolean closed;

    private record Key(Endpoint endpoint, Lane lane) {}

    /** One connection after the other to the same address. */
    private final class Link implements PeerListener {

        private @Nullable Peer peer;
        private int failures;

        /** After a failure. */
        private long notBeforeNanos;

        private String lastFault = "";

        @Override
        public void opened() {
            failures = 0;
        }

        @Override
        public void closed(PeerFault fault) {
            peer = null;
            failures++;
            lastFault = fault.message();
            notBeforeNanos = loop.clock().nanos()
                    + settings.reconnect().delay(failures, host.entropy()).toNanos();
        }

        boolean isOpen() {
            return peer != null && peer.isOpen();
        }

        boolean isIdle() {
            return peer == null || peer.pending() == 0;
        }

        /** Whether a new connection may be tried, or one is there. */
        boolean isAvailable() {
            return failures == 0
                    || (peer != null && !peer.isClosed())
                    || loop.clock().nanos() - notBeforeNanos >= 0;
        }
    }

    Links(Host host, Loop loop, ClusterSettings settings, String softwareVersion) {
        this.host = host;
        this.loop = loop;
        this.settings = settings;
        this.peerSettings = new PeerSettings(
                settings.clientId(),
                "barnabas",
                softwareVersion,
                settings.timeouts().connect(),
                settings.timeouts().request(),
                MAX_IN_FLIGHT,
                settings.maxFrameBytes());
    }

    /** Asks a broker; the reply comes within the request timeout. */
    <R extends Response> void send(Broker broker, Lane lane, Call<R> call, Reply<R> reply) {
        send(broker.endpoint(), lane, call, settings.timeouts().request(), reply);
    }

    /** The same with an answer that may take longer, or of whom only the address is known. */
    <R extends Response> void send(Endpoint endpoint, Lane lane, Call<R> call, Duration timeout, Reply<R> reply) {
        loop.requireCurrent();
        if (closed) {
            loop.execute(() -> reply.failed(new PeerFault.Closed("the client is closed")));
            return;
        }
        Link link = links.computeIfAbsent(new Key(endpoint, lane), absent -> new Link());
        if (!link.isAvailable()) {
            PeerFault fault = new PeerFault.Unreachable(link.lastFault);
            loop.execute(() -> reply.failed(fault));
            return;
        }
        connected(link, endpoint).send(call, timeout, reply);
    }

    /** Sends what has no answer; see {@link Peer#post}. */
    void post(Broker broker, Lane lane, Call<?> call, Runnable sent) {
        loop.requireCurrent();
        Link link = links.computeIfAbsent(new Key(broker.endpoint(), lane), absent -> new Link());
        if (closed || !link.isAvailable()) {
            loop.execute(sent);
            return;
        }
        connected(link, broker.endpoint()).post(call, sent);
    }

    private Peer connected(Link link, Endpoint endpoint) {
        Peer peer = link.peer;
        if (peer == null || peer.isClosed()) {
            peer = Peer.open(host.network(), loop, endpoint, peerSettings, link);
            link.peer = peer;
        }
        return peer;
    }

    boolean isOpen(Endpoint endpoint) {
        Link link = links.get(new Key(endpoint, Lane.PROMPT));
        return link != null && link.isOpen();
    }

    /** Whether a call has a chance right now. */
    boolean isAvailable(Endpoint endpoint, Lane lane) {
        Link link = links.get(new Key(endpoint, lane));
        return link == null || link.isAvailable();
    }

    /** Closes what is not needed any more: addresses that no broker has, as soon as nothing is pending there. */
    void retain(Set<Endpoint> endpoints) {
        List<Key> gone = new ArrayList<>();
        links.forEach((key, link) -> {
            if (!endpoints.contains(key.endpoint()) && link.isIdle()) {
                gone.add(key);
            }
        });
        gone.forEach(this::close);
    }

    private void close(Key key) {
        Link link = links.remove(key);
        if (link != null && link.peer != null) {
            link.peer.close();
        }
    }

    void close() {
        closed = true;
        List.copyOf(links.keySet()).forEach(this::close);
    }
}
