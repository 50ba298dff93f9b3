package dev.barnabas.cli;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.DrainPlan;
import dev.barnabas.client.FactorPlan;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Gives topics another number of replicas, some partitions at a time, and tells how far it is. */
final class FactorChange {

    private static final long POLL_MS = 500;
    private static final String DEFAULT_FACTOR = "default.replication.factor";

    private final Session session;
    private final Streams streams;
    private final int factor;
    private final int maxMoves;
    private final @Nullable Long throttle;

    /** @param throttle in bytes per second, or null */
    FactorChange(Session session, Streams streams, int factor, int maxMoves, @Nullable Long throttle) {
        this.session = session;
        this.streams = streams;
        this.factor = factor;
        this.maxMoves = maxMoves;
        this.throttle = throttle;
    }

    /** Topics that have fewer replicas than new ones get, internal ones included; none if that cannot be told. */
    static Map<String, Integer> below(ClusterView view, int factor) {
        Map<String, Integer> below = new TreeMap<>();
        view.topics()
                .values()
                .forEach(topic -> topic.partitions().stream()
                        .mapToInt(partition -> partition.replicas().size())
                        .min()
                        .ifPresent(replicas -> {
                            if (replicas < factor) {
                                below.put(topic.name(), replicas);
                            }
                        }));
        return below;
    }

    /** How many replicas new topics get, as the brokers' settings say, if there are so many brokers; 0 if not. */
    static int usual(Session session, ClusterView view) {
        Optional<Integer> any = view.brokers().keySet().stream().findFirst();
        if (any.isEmpty()) {
            return 0;
        }
        Configs.Resource broker = Configs.Resource.broker(any.get());
        int found = 0;
        if (session.get(() -> session.admin().describeConfigs(List.of(broker))).get(broker)
                instanceof Result.Success<List<Configs.Entry>>(List<Configs.Entry> entries)) {
            for (Configs.Entry entry : entries) {
                String value = entry.value();
                if (entry.name().equals(DEFAULT_FACTOR) && value != null && value.matches("[0-9]{1,5}")) {
                    found = Integer.parseInt(value);
                }
            }
        }
        return found <= view.brokers().size() ? found : 0;
    }

    /** Whether all of them have so many replicas now. */
    boolean run(Collection<String> topics) throws InterruptedException {
        OnStop onStop = OnStop.run(() -> streams.err()
                .println("barnabas: moves that have begun go on; the same command takes up the rest."
                        + (throttle == null ? "" : " They stay throttled: " + MoveThrottle.HOW_TO_REMOVE)));
        try {
            return runToEnd(new TreeSet<>(topics));
        } finally {
            onStop.finished();
        }
    }

    private boolean runToEnd(Set<String> topics) throws InterruptedException {
        int reported = -1;
        while (true) {
            Set<TopicPartition> moving =
                    session.get(() -> session.admin().listReassignments()).keySet();
            ClusterView view = session.get(() -> session.admin().view());
            FactorPlan plan = FactorPlan.next(view, topics, factor, moving, maxMoves);
            if (plan.left() == plan.stuck().size()) {
                removeThrottle();
                return tellStuck(plan.stuck());
            }
            if (!plan.moves().isEmpty()) {
                move(view, plan.moves());
            }
            if (plan.left() != reported) {
                reported = plan.left();
                streams.out().println(Partitions.count(reported, "partition") + " left");
            }
            Thread.sleep(POLL_MS);
        }
    }

    private void move(ClusterView view, List<DrainPlan.Move> moves) {
        Long rate = throttle;
        if (rate != null) {
            Map<TopicPartition, MoveThrottle.Move> throttled = new TreeMap<>();
            moves.forEach(move -> view.partition(move.partition())
                    .ifPresent(now ->
                            throttled.put(move.partition(), MoveThrottle.Move.of(now.replicas(), move.replicas()))));
            new MoveThrottle(session).set(rate, throttled);
        }
        Map<TopicPartition, Optional<List<Integer>>> targets = new TreeMap<>();
        moves.forEach(move -> targets.put(move.partition(), Optional.of(move.replicas())));
        if (Session.succeeded(
                        session.get(() -> session.admin().alterReassignments(targets, true)), "partition", streams)
                .isEmpty()) {
            throw Failure.failed("no partition could be given other replicas");
        }
    }

    private void removeThrottle() {
        if (throttle != null && !new MoveThrottle(session).removeUnlessMoving()) {
            streams.err()
                    .println("barnabas: other partitions move, so the throttle stays. When they are done: "
                            + MoveThrottle.HOW_TO_REMOVE);
        }
    }

    private boolean tellStuck(List<TopicPartition> stuck) {
        List<String> names = new ArrayList<>();
        stuck.forEach(partition -> names.add(partition.toString()));
        if (!names.isEmpty()) {
            streams.err()
                    .println("barnabas: there are not " + factor + " brokers that serve for " + String.join(", ", names)
                            + "\n  ./barnabas broker list shows which there are.");
        }
        return names.isEmpty();
    }
}
