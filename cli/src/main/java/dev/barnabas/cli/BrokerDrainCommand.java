package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.DrainPlan;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas broker drain}: gives all that a broker holds to others, some at a time. */
@Command(
        name = "drain",
        description = "Move everything off a broker, so that it can be removed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The cluster serves meanwhile. What is moved is in sync on its new broker before it leaves the old one. The"
                    + " command may be ended at any time: moves that have begun go on, and the next drain takes up the"
                    + " rest. --cancel takes those moves back.",
            "With --throttle the moves share a rate, which is removed when they are over. If the command is ended"
                    + " before, it stays, until the next drain ends or ./barnabas partition throttle --remove.",
            "Exit code 1: there are partitions that no other broker can take."
        })
final class BrokerDrainCommand implements Callable<Integer> {

    private static final long POLL_MS = 500;

    private final Streams streams;

    @Parameters(paramLabel = "BROKER", description = "Its id.")
    private int id;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--max-moves",
            paramLabel = "K",
            defaultValue = "5",
            description = "How many partitions move at once (default ${DEFAULT-VALUE}).")
    private int maxMoves = 5;

    @Option(
            names = "--throttle",
            paramLabel = "BYTES/S",
            converter = MoveThrottle.Rate.class,
            description = "How many bytes per second each broker sends and gets at most for the moves; 20M is 20 MB.")
    private @Nullable Long throttle;

    @Option(names = "--cancel", description = "Take back the moves off this broker that are under way.")
    private boolean cancel;

    @Option(names = "--dry-run", description = "Only show what would move first.")
    private boolean dryRun;

    @Option(names = "--json", description = "JSON: one object per line for every step.")
    private boolean json;

    BrokerDrainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (maxMoves < 1) {
            throw Failure.usage("--max-moves must be at least 1");
        }
        try (Session session = cluster.open()) {
            if (cancel) {
                return cancel(session);
            }
            if (!BrokerShares.of(session).all().containsKey(id)) {
                throw Failure.failed("there is no broker " + id + ".\n  ./barnabas broker list shows which there are.");
            }
            if (throttle == null || dryRun) {
                return drain(session);
            }
            OnStop onStop = OnStop.run(() -> streams.err()
                    .println("barnabas: moves that have begun go on, and stay throttled. Drain again, or remove the"
                            + " throttle: " + MoveThrottle.HOW_TO_REMOVE));
            try {
                return drain(session);
            } finally {
                onStop.finished();
            }
        }
    }

    /** When the moves are over, however they ended. */
    private void removeThrottle(Session session) {
        if (throttle != null && !new MoveThrottle(session).removeUnlessMoving()) {
            streams.err()
                    .println("barnabas: other partitions move, so the throttle stays. When they are done: "
                            + MoveThrottle.HOW_TO_REMOVE);
        }
    }

    private int drain(Session session) throws InterruptedException {
        int reported = -1;
        while (true) {
            // What moves is asked first: a move that ends in between is then counted as moving, not moved again.
            Set<TopicPartition> moving =
                    session.get(() -> session.admin().listReassignments()).keySet();
            ClusterView view = session.get(() -> session.admin().view());
            DrainPlan plan = DrainPlan.next(view, Set.of(id), moving, maxMoves);
            if (plan.isDone()) {
                removeThrottle(session);
                say(
                        "done",
                        plan,
                        "Broker " + id + " holds nothing any more."
                                + (reported < 0 ? "" : " Stop it, then: ./barnabas broker unregister " + id));
                return ExitCode.OK;
            }
            if (dryRun) {
                plan.moves().forEach(move -> say("would-move", move, "Would move " + words(move)));
                return tellStuck(plan) ? ExitCode.FAILED : ExitCode.OK;
            }
            if (plan.moves().isEmpty() && plan.left() == plan.stuck().size()) {
                removeThrottle(session);
                tellStuck(plan);
                return ExitCode.FAILED;
            }
            if (!plan.moves().isEmpty()) {
                move(session, view, plan.moves());
            }
            if (plan.left() != reported) {
                reported = plan.left();
                say("progress", plan, "Broker " + id + ": " + Partitions.count(plan.left(), "partition") + " left");
            }
            Thread.sleep(POLL_MS);
        }
    }

    private void move(Session session, ClusterView view, List<DrainPlan.Move> moves) {
        if (throttle != null) {
            Map<TopicPartition, MoveThrottle.Move> throttled = new TreeMap<>();
            moves.forEach(move -> view.partition(move.partition())
                    .ifPresent(now ->
                            throttled.put(move.partition(), MoveThrottle.Move.of(now.replicas(), move.replicas()))));
            new MoveThrottle(session).set(throttle, throttled);
        }
        Map<TopicPartition, Optional<List<Integer>>> targets = new TreeMap<>();
        moves.forEach(move -> targets.put(move.partition(), Optional.of(move.replicas())));
        var accepted = Session.succeeded(
                session.get(() -> session.admin().alterReassignments(targets, false)), "partition", streams);
        if (accepted.isEmpty()) {
            throw Failure.failed("no partition could be moved");
        }
        moves.stream()
                .filter(move -> accepted.containsKey(move.partition()))
                .forEach(move -> say("moving", move, "Moving " + words(move)));
    }

    private static String words(DrainPlan.Move move) {
        return move.partition() + " to " + Partitions.named(move.replicas());
    }

    private boolean tellStuck(DrainPlan plan) {
        plan.stuck()
                .forEach(partition -> streams.err()
                        .println("barnabas: " + partition + " cannot leave broker " + id
                                + ": every other broker that serves is a replica of it already"));
        if (!plan.stuck().isEmpty()) {
            streams.err()
                    .println("  Add a broker, or give the partition fewer replicas: ./barnabas partition reassign.");
        }
        return !plan.stuck().isEmpty();
    }

    private int cancel(Session session) {
        Map<TopicPartition, Replicas.Reassignment> all =
                session.get(() -> session.admin().listReassignments());
        Map<TopicPartition, Optional<List<Integer>>> back = new TreeMap<>();
        all.forEach((partition, reassignment) -> {
            if (reassignment.removing().contains(id)) {
                back.put(partition, Optional.empty());
            }
        });
        var cancelled = Session.succeeded(
                session.get(() -> session.admin().alterReassignments(back, true)), "partition", streams);
        boolean unthrottled = new MoveThrottle(session).removeUnlessMoving();
        if (!unthrottled) {
            streams.err()
                    .println("barnabas: other partitions move; a throttle stays, if there is one: "
                            + MoveThrottle.HOW_TO_REMOVE);
        }
        if (json) {
            Json.print(ordered("cancelled", List.copyOf(cancelled.keySet())), streams.raw());
        } else {
            streams.out()
                    .println(
                            back.isEmpty()
                                    ? "Nothing is moving off broker " + id + "."
                                    : "Cancelled " + Partitions.count(cancelled.size(), "move") + ".");
        }
        return cancelled.size() == back.size() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void say(String event, DrainPlan plan, String words) {
        if (json) {
            Json.print(
                    ordered("event", event, "broker", id, "left", plan.left(), "stuck", plan.stuck()), streams.raw());
        } else {
            streams.out().println(words);
        }
    }

    private void say(String event, DrainPlan.Move move, String words) {
        if (json) {
            Json.print(
                    ordered(
                            "event",
                            event,
                            "topic",
                            move.partition().topic(),
                            "partition",
                            move.partition().partition(),
                            "replicas",
                            move.replicas()),
                    streams.raw());
        } else {
            streams.out().println(words);
        }
    }
}
