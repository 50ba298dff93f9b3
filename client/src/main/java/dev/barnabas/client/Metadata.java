package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import dev.barnabas.protocol.message.MetadataResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the client's view of the cluster fresh: on demand, when somebody found it to be wrong, and from time to time.
 * One refresh runs at a time and asks one server after the other, those with a connection first, the known brokers
 * next, the bootstrap servers last (KIP-899), until one answers. Owned by the client's loop.
 */
final class Metadata {

    private final Host host;
    private final Loop loop;
    private final ClusterSettings settings;
    private final Links links;

    private ClusterView view = ClusterView.EMPTY;
    private final Map<Object, Interest> interests = new LinkedHashMap<>();
    private final List<Runnable> observers = new ArrayList<>();

    /** Who waits for the refresh that runs, and who for the one after it: theirs is asked for what they have added. */
    private List<Eventual<ClusterView>> waiting = new ArrayList<>();

    private List<Eventual<ClusterView>> next = new ArrayList<>();
    private boolean refreshing;
    private boolean bootstrapFirst;
    private Loop.@Nullable Timer timer;
    private long lastStartNanos;
    private boolean everStarted;
    private boolean closed;

    /**
     * What somebody needs to know.
     *
     * @param topics null for all that exist
     * @param mayCreate whether asking may create them
     */
    record Interest(@Nullable Set<String> topics, boolean mayCreate) {

        static Interest in(Set<String> topics, boolean mayCreate) {
            return new Interest(Set.copyOf(topics), mayCreate);
        }
    }

    Metadata(Host host, Loop loop, ClusterSettings settings, Links links) {
        this.host = host;
        this.loop = loop;
        this.settings = settings;
        this.links = links;
    }

    ClusterView view() {
        return view;
    }

    /** Calls the observer after each change of the view. */
    void observe(Runnable observer) {
        observers.add(observer);
    }

    void forget(Runnable observer) {
        observers.remove(observer);
    }

    /**
     * Says what {@code owner} needs from now on, instead of what it needed before. Takes effect at the next refresh.
     */
    void want(Object owner, Interest interest) {
        interests.put(owner, interest);
    }

    void wantNothing(Object owner) {
        interests.remove(owner);
    }

    /** Some broker that is likely to answer: one with a connection if there is one. */
    Optional<Broker> anyBroker() {
        List<Broker> all = new ArrayList<>(view.brokers().values());
        List<Broker> open =
                all.stream().filter(broker -> links.isOpen(broker.endpoint())).toList();
        List<Broker> able = all.stream()
                .filter(broker -> links.isAvailable(broker.endpoint(), Lane.PROMPT))
                .toList();
        List<Broker> from = !open.isEmpty() ? open : !able.isEmpty() ? able : all;
        return from.isEmpty()
                ? Optional.empty()
                : Optional.of(from.get(host.entropy().nextInt(from.size())));
    }

    /**
     * Refreshes, and answers with the view that comes of it. Never fails by itself: it tries until the client is
     * closed, so whoever waits sets a limit.
     */
    Eventual<ClusterView> refresh() {
        loop.requireCurrent();
        Eventual<ClusterView> refreshed = new Eventual<>();
        if (closed) {
            refreshed.fail(new ClientError.Closed("the client is closed"));
            return refreshed;
        }
        next.add(refreshed);
        startSoon();
        return refreshed;
    }

    /** Asks the bootstrap servers first at the next refresh: what is known led to somebody else. */
    void rebootstrap() {
        bootstrapFirst = true;
        refresh();
    }

    /** Not more often than the retry delay: a cluster in trouble must not be asked by every client all the time. */
    private void startSoon() {
        if (refreshing || closed) {
            return;
        }
        long notBefore = lastStartNanos + settings.retry().initial().toNanos();
        long wait = everStarted ? notBefore - loop.clock().nanos() : 0;
        schedule(Duration.ofNanos(Math.max(0, wait)));
    }

    private void schedule(Duration delay) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (delay.isZero()) {
            start();
        } else {
            timer = loop.schedule(delay, () -> {
                timer = null;
                start();
            });
        }
    }

    private void start() {
        refreshing = true;
        everStarted = true;
        lastStartNanos = loop.clock().nanos();
        waiting.addAll(next);
        next = new ArrayList<>();
        new Refresh(candidates()).askNext();
    }

    private Deque<Endpoint> candidates() {
        List<Endpoint> open = new ArrayList<>();
        List<Endpoint> known = new ArrayList<>();
        for (Broker broker : view.brokers().values()) {
            (links.isOpen(broker.endpoint()) ? open : known).add(broker.endpoint());
        }
        List<Endpoint> bootstrap = new ArrayList<>(settings.bootstrap());
        Set<Endpoint> ordered = new LinkedHashSet<>();
        if (bootstrapFirst) {
            ordered.addAll(shuffled(bootstrap));
            bootstrapFirst = false;
        }
        ordered.addAll(shuffled(open));
        ordered.addAll(shuffled(known));
        ordered.addAll(shuffled(bootstrap));
        return new ArrayDeque<>(ordered);
    }

    private List<Endpoint> shuffled(List<Endpoint> endpoints) {
        endpoints.sort(Comparator.comparing(Endpoint::host).thenComparingInt(Endpoint::port));
        for (int i = endpoints.size() - 1; i > 0; i--) {
            int other = host.entropy().nextInt(i + 1);
            Endpoint moved = endpoints.get(i);
            endpoints.set(i, endpoints.get(other));
            endpoints.set(other, moved);
        }
        return endpoints;
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        List<Eventual<ClusterView>> all = new ArrayList<>(waiting);
        all.addAll(next);
        waiting = new ArrayList<>();
        next = new ArrayList<>();
        all.forEach(each -> each.fail(new ClientError.Closed("the client is closed")));
    }

    /** One refresh: asks until somebody answers, and once more with a delay when nobody did. */
    private final class Refresh implements Reply<MetadataResponse> {

        private final Deque<Endpoint> candidates;
        private @Nullable Set<String> asked;

        Refresh(Deque<Endpoint> candidates) {
            this.candidates = candidates;
        }

        void askNext() {
            Endpoint server = candidates.poll();
            if (server == null) {
                refreshing = false;
                next.addAll(0, waiting);
                waiting = new ArrayList<>();
                schedule(settings.retry().delay(1, host.entropy()));
                return;
            }
            asked = topics();
            links.send(server, Lane.PROMPT, call(asked), settings.timeouts().request(), this);
        }

        @Override
        public void answered(Answer<MetadataResponse> answer) {
            if (closed) {
                return;
            }
            ErrorCode error = ErrorCode.forCode(answer.response().errorCode());
            if (error.isError() || answer.response().brokers().isEmpty()) {
                // A broker that just starts knows nobody yet; REBOOTSTRAP_REQUIRED asks for somebody else.
                askNext();
                return;
            }
            view = ViewUpdate.apply(view, answer.response(), asked == null ? null : topics());
            Set<Endpoint> needed = new HashSet<>(settings.bootstrap());
            view.brokers().values().forEach(broker -> needed.add(broker.endpoint()));
            links.retain(needed);
            refreshing = false;
            List<Eventual<ClusterView>> answered = waiting;
            waiting = new ArrayList<>();
            List.copyOf(observers).forEach(Runnable::run);
            answered.forEach(each -> each.succeed(view));
            if (!next.isEmpty()) {
                startSoon();
            } else if (!refreshing && timer == null && !closed) {
                schedule(settings.timeouts().metadataAge());
            }
        }

        @Override
        public void failed(PeerFault fault) {
            if (!closed) {
                askNext();
            }
        }
    }

    /** All that anybody wants; null for all there are. */
    private @Nullable Set<String> topics() {
        Set<String> topics = new HashSet<>();
        for (Interest interest : interests.values()) {
            if (interest.topics() == null) {
                return null;
            }
            topics.addAll(interest.topics());
        }
        return topics;
    }

    private Call<MetadataResponse> call(@Nullable Set<String> topics) {
        boolean mayCreate = interests.values().stream().anyMatch(Interest::mayCreate);
        List<MetadataRequestTopic> named = topics == null
                ? List.of()
                : topics.stream()
                        .sorted()
                        .map(name -> MetadataRequestTopic.builder().name(name).build())
                        .toList();
        return Call.of(
                ApiKey.METADATA,
                version -> {
                    MetadataRequest.Builder request = MetadataRequest.builder();
                    if (topics != null) {
                        // In version 0 an empty list means all topics; a client that wants none gets more than it asked
                        // for.
                        request.topics(named);
                    } else {
                        request.topics(version == 0 ? List.of() : null);
                    }
                    return request.allowAutoTopicCreation(version < 4 || mayCreate)
                            .build();
                },
                MetadataResponse::read);
    }
}
