package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.ClusterView.Topic;
import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries a {@link Question} about many things out. In rounds: find out who is responsible for each thing that is still
 * open, ask each of them about all of theirs at once, wait for all answers, and go on with what is still open, until
 * nothing is or time is up. One per operation; owned by the client's loop.
 */
final class Scatter<K, V, R extends Response> {

    /** A topic that was just created may not be known everywhere yet; after so many looks it does not exist. */
    private static final int LOOKS_FOR_A_TOPIC = 3;

    private final Cluster cluster;
    private final Question<K, V, R> question;
    private final Eventual<Map<K, Result<V>>> outcome = new Eventual<>();
    private final Map<K, Result<V>> results = new LinkedHashMap<>();
    private final Set<K> open;
    private final Map<K, String> obstacles = new HashMap<>();
    private final Map<K, Integer> looks = new HashMap<>();
    private final Loop.Timer deadline;
    private Loop.@Nullable Timer pause;

    /** Of the current round: how many answers are still to come, and whether somebody had to be found first. */
    private int expected;

    private boolean discovered;
    private int failedRounds;

    private Scatter(Cluster cluster, Question<K, V, R> question, Collection<K> keys, Duration timeout) {
        this.cluster = cluster;
        this.question = question;
        this.open = new LinkedHashSet<>(keys);
        this.deadline = cluster.loop().schedule(timeout, () -> giveUp(timeout));
    }

    /** Asks. Always succeeds, with a result for each key, in the order of the keys. */
    static <K, V, R extends Response> Eventual<Map<K, Result<V>>> ask(
            Cluster cluster, Question<K, V, R> question, Collection<K> keys, Duration timeout) {
        cluster.loop().requireCurrent();
        if (keys.isEmpty()) {
            return Eventual.of(Map.of());
        }
        List<K> order = List.copyOf(keys);
        Scatter<K, V, R> scatter = new Scatter<>(cluster, question, order, timeout);
        scatter.wantTopics();
        scatter.round();
        return scatter.outcome.map(results -> {
            Map<K, Result<V>> ordered = LinkedHashMap.newLinkedHashMap(order.size());
            for (K key : order) {
                Result<V> result = results.get(key);
                if (result != null) {
                    ordered.put(key, result);
                }
            }
            return ordered;
        });
    }

    private void wantTopics() {
        Set<String> topics = new HashSet<>();
        for (K key : open) {
            if (question.route().apply(key) instanceof Route.LeaderOf(TopicPartition partition)) {
                topics.add(partition.topic());
            }
        }
        if (!topics.isEmpty()) {
            cluster.metadata().want(this, Metadata.Interest.in(topics, false));
        }
    }

    private void round() {
        pause = null;
        expected = 1;
        discovered = false;
        Map<Broker, List<K>> asked = new LinkedHashMap<>();
        Set<Route.CoordinatorOf> coordinatorsToFind = new LinkedHashSet<>();
        boolean refresh = false;
        for (K key : List.copyOf(open)) {
            Route route = question.route().apply(key);
            Optional<Broker> responsible = responsible(route);
            if (responsible.isPresent()) {
                asked.computeIfAbsent(responsible.get(), absent -> new ArrayList<>())
                        .add(key);
            } else if (route instanceof Route.CoordinatorOf coordinator) {
                coordinatorsToFind.add(coordinator);
            } else {
                refresh = true;
            }
        }
        if (refresh) {
            discover(cluster.metadata().refresh().map(view -> {
                discovered = true;
                open.stream().toList().forEach(this::look);
                return true;
            }));
        }
        coordinatorsToFind.forEach(wanted -> discover(
                cluster.coordinators().find(wanted.kind(), wanted.key()).map(lookup -> lookedUp(wanted, lookup))));
        asked.forEach(this::askAll);
        answeredOne();
    }

    private Optional<Broker> responsible(Route route) {
        ClusterView view = cluster.metadata().view();
        return switch (route) {
            case Route.Anyone _ -> cluster.metadata().anyBroker();
            case Route.Controller _ -> view.controller().or(cluster.metadata()::anyBroker);
            case Route.Node(int id) -> Optional.ofNullable(view.brokers().get(id));
            case Route.LeaderOf(TopicPartition partition) -> view.leader(partition);
            case Route.CoordinatorOf(var kind, var key) ->
                cluster.coordinators().known(kind, key);
        };
    }

    private <T> void discover(Eventual<T> discovery) {
        expected++;
        discovery.then(found -> {
            if (found instanceof Result.Failure<T>(ClientError error)) {
                List.copyOf(open).forEach(key -> settle(key, Result.failure(error)));
            }
            answeredOne();
        });
    }

    /** With a fresh view: is there still nobody responsible, and is that going to change? */
    private void look(K key) {
        ClusterView view = cluster.metadata().view();
        switch (question.route().apply(key)) {
            case Route.Node(int id) -> {
                if (!view.brokers().containsKey(id)) {
                    settle(key, Result.failure(new ClientError.Invalid("there is no broker " + id)));
                }
            }
            case Route.LeaderOf(TopicPartition partition) -> lookForLeader(key, partition, view);
            case Route.Anyone _, Route.Controller _, Route.CoordinatorOf _ -> {}
        }
    }

    private void lookForLeader(K key, TopicPartition partition, ClusterView view) {
        Topic topic = view.topics().get(partition.topic());
        ErrorCode refused = view.refused().getOrDefault(partition.topic(), ErrorCode.NONE);
        boolean missing =
                topic == null || partition.partition() >= topic.partitions().size();
        if (topic == null && refused.isError() && !refused.retriable()) {
            settle(
                    key,
                    Result.failure(
                            new ClientError.Refused(refused, "topic " + partition.topic() + ": " + refused.message())));
        } else if (missing && looks.merge(key, 1, Integer::sum) >= LOOKS_FOR_A_TOPIC) {
            settle(
                    key,
                    Result.failure(new ClientError.Refused(
                            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                            topic == null
                                    ? "there is no topic " + partition.topic()
                                    : "topic " + partition.topic() + " has "
                                            + topic.partitions().size() + " partitions, so there is no partition "
                                            + partition.partition())));
        } else if (missing) {
            obstacles.put(key, "the topic is not known");
        } else if (view.leader(partition).isEmpty()) {
            obstacles.put(key, "partition " + partition + " has no leader");
        }
    }

    private Coordinators.Lookup lookedUp(Route.CoordinatorOf wanted, Coordinators.Lookup lookup) {
        for (K key : List.copyOf(open)) {
            if (question.route().apply(key).equals(wanted)) {
                switch (lookup) {
                    case Coordinators.Lookup.Found _ -> discovered = true;
                    case Coordinators.Lookup.NotNow(String obstacle) -> obstacles.put(key, obstacle);
                    case Coordinators.Lookup.Never(ClientError error) -> settle(key, Result.failure(error));
                }
            }
        }
        return lookup;
    }

    private void askAll(Broker broker, List<K> keys) {
        for (int from = 0; from < keys.size(); ) {
            int to = (int) Math.min(keys.size(), (long) from + question.keysPerRequest());
            List<K> some = List.copyOf(keys.subList(from, to));
            expected++;
            cluster.links().send(broker, Lane.PROMPT, question.call().apply(some), new Answering(broker, some));
            from = to;
        }
    }

    /** Reads one answer. */
    private final class Answering implements Reply<R>, Outcomes<K, V> {

        private final Broker broker;
        private final List<K> keys;
        private final Set<K> mentioned = new HashSet<>();

        Answering(Broker broker, List<K> keys) {
            this.broker = broker;
            this.keys = keys;
        }

        @Override
        public List<K> keys() {
            return keys;
        }

        @Override
        public void answered(Answer<R> answer) {
            question.read().accept(answer, this);
            for (K key : keys) {
                if (!mentioned.contains(key)) {
                    failed(
                            key,
                            new ClientError.Refused(
                                    ErrorCode.UNKNOWN_SERVER_ERROR, broker + " did not answer for " + key));
                }
            }
            answeredOne();
        }

        @Override
        public void failed(PeerFault fault) {
            for (K key : keys) {
                obstacles.put(key, fault.message());
                if (Faults.isFinal(fault)) {
                    settle(key, Result.failure(Faults.error(fault)));
                } else {
                    misdirected(key);
                }
            }
            answeredOne();
        }

        @Override
        public void done(K key, V value) {
            mentioned.add(key);
            settle(key, Result.success(value));
        }

        @Override
        public void failed(K key, ClientError error) {
            mentioned.add(key);
            settle(key, Result.failure(error));
        }

        @Override
        public void refused(K key, short code, @Nullable String message) {
            mentioned.add(key);
            ErrorCode error = ErrorCode.forCode(code);
            String text = message == null || message.isBlank() ? error.message() : message;
            boolean unknownTopic = error == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                    && looks.merge(key, 1, Integer::sum) >= LOOKS_FOR_A_TOPIC;
            if (!question.retriable().test(error) || unknownTopic) {
                settle(key, Result.failure(new ClientError.Refused(error, text)));
            } else {
                obstacles.put(key, text);
                misdirected(key);
            }
        }

        /** Whoever was asked is not (any more) responsible, or not there. */
        private void misdirected(K key) {
            switch (question.route().apply(key)) {
                case Route.CoordinatorOf(var kind, var name) ->
                    cluster.coordinators().forget(kind, name, broker);
                case Route.Anyone _, Route.Controller _, Route.Node _, Route.LeaderOf _ ->
                    cluster.metadata().refresh();
            }
        }
    }

    private void settle(K key, Result<V> result) {
        if (open.remove(key)) {
            results.put(key, result);
        }
    }

    private void answeredOne() {
        if (--expected > 0 || outcome.isSettled()) {
            return;
        }
        if (open.isEmpty()) {
            finish();
        } else if (discovered && failedRounds == 0) {
            // The first round was for finding out whom to ask.
            failedRounds++;
            round();
        } else {
            pause = cluster.loop()
                    .schedule(
                            cluster.settings()
                                    .retry()
                                    .delay(++failedRounds, cluster.host().entropy()),
                            this::round);
        }
    }

    private void giveUp(Duration timeout) {
        for (K key : List.copyOf(open)) {
            String obstacle = obstacles.getOrDefault(key, "no broker answered");
            settle(
                    key,
                    Result.failure(new ClientError.TimedOut(question.name() + " " + key + ": gave up after "
                            + timeout.toMillis() + " ms: " + obstacle)));
        }
        finish();
    }

    private void finish() {
        deadline.cancel();
        if (pause != null) {
            pause.cancel();
        }
        cluster.metadata().wantNothing(this);
        outcome.succeed(results);
    }
}
