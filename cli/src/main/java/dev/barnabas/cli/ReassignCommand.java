package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas partition reassign}: gives partitions other replicas, as a file says. */
@Command(
        name = "reassign",
        description = "Give partitions other replicas, as a plan says.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The plan is JSON as Kafka's kafka-reassign-partitions takes it:",
            "  {\"partitions\":[{\"topic\":\"logs\",\"partition\":0,\"replicas\":[1,2,3]}]}",
            "The first replica is the preferred leader. What the partitions have now is printed in the same format, so"
                + " that it can be kept to go back. The command does not wait for the moves: --verify tells how they"
                + " are.",
            "With --throttle the moves share a rate. It is removed by --verify when everything is done, by --cancel,"
                    + " or by ./barnabas partition throttle --remove.",
            "Exit code 1: something was refused; with --verify, something is not as the plan says."
        })
final class ReassignCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "FILE", description = "The plan; - for standard input.")
    private String file = "-";

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @ArgGroup
    private Mode mode = new Mode();

    @Option(
            names = "--keep-factor",
            description = "Refuse partitions that would have more or fewer replicas than before.")
    private boolean keepFactor;

    @Option(
            names = "--throttle",
            paramLabel = "BYTES/S",
            converter = MoveThrottle.Rate.class,
            description = "How many bytes per second each broker sends and gets at most for the moves; 20M is 20 MB.")
    private @Nullable Long throttle;

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    /** At most one of these. */
    static final class Mode {
        @Option(names = "--verify", description = "Only tell how far the plan is carried out.")
        private boolean verify;

        @Option(names = "--cancel", description = "Take back what of the plan is under way.")
        private boolean cancel;
    }

    ReassignCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        ReassignmentPlan plan = read();
        try (Session session = cluster.open()) {
            if (mode.verify) {
                return verify(session, plan);
            }
            return mode.cancel ? cancel(session, plan) : reassign(session, plan);
        }
    }

    private ReassignmentPlan read() {
        try {
            return ReassignmentPlan.parse(
                    file.equals("-")
                            ? new String(streams.in().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                            : Files.readString(Path.of(file)));
        } catch (NoSuchFileException e) {
            throw Failure.usage("there is no file " + file);
        } catch (IOException e) {
            throw Failure.usage("cannot read " + file + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw Failure.usage(file + ": " + e.getMessage());
        }
    }

    private int reassign(Session session, ReassignmentPlan plan) {
        Map<TopicPartition, List<Integer>> before = before(session, plan);
        Map<TopicPartition, Optional<List<Integer>>> targets = new TreeMap<>();
        plan.replicas().forEach((partition, replicas) -> targets.put(partition, Optional.of(replicas)));
        Long rate = throttle;
        if (rate != null) {
            Map<TopicPartition, MoveThrottle.Move> moves = new TreeMap<>();
            plan.replicas()
                    .forEach((partition, replicas) -> moves.put(
                            partition, MoveThrottle.Move.of(before.getOrDefault(partition, List.of()), replicas)));
            new MoveThrottle(session).set(rate, moves);
        }
        var accepted = Session.succeeded(
                session.get(() -> session.admin().alterReassignments(targets, !keepFactor)), "partition", streams);
        if (json) {
            Json.print(
                    ordered(
                            "before",
                            new ReassignmentPlan(before).document(),
                            "reassigned",
                            partitions(accepted.keySet())),
                    streams.raw());
        } else {
            streams.out().println("Before: " + Json.text(new ReassignmentPlan(before).document()));
            streams.out()
                    .println("Reassigned " + Partitions.count(accepted.size(), "partition")
                            + "; the same command with --verify tells how far it is"
                            + (rate == null ? "." : ", and removes the throttle when it is done."));
        }
        return accepted.size() == targets.size() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** What those of the plan that exist have now, or will have when what is under way is over. */
    private static Map<TopicPartition, List<Integer>> before(Session session, ReassignmentPlan plan) {
        ClusterView view = session.get(() -> session.admin().view());
        Map<TopicPartition, Replicas.Reassignment> ongoing =
                session.get(() -> session.admin().listReassignments());
        Map<TopicPartition, List<Integer>> before = new TreeMap<>();
        for (TopicPartition id : plan.replicas().keySet()) {
            view.partition(id).ifPresent(partition -> before.put(id, target(partition.replicas(), ongoing.get(id))));
        }
        return before;
    }

    private static List<Integer> target(List<Integer> replicas, Replicas.@Nullable Reassignment reassignment) {
        return reassignment == null
                ? replicas
                : reassignment.replicas().stream()
                        .filter(broker -> !reassignment.removing().contains(broker))
                        .toList();
    }

    private int verify(Session session, ReassignmentPlan plan) {
        Map<TopicPartition, Replicas.Reassignment> ongoing =
                session.get(() -> session.admin().listReassignments());
        ClusterView view = session.get(() -> session.admin().view());
        boolean done = true;
        List<Object> documents = new ArrayList<>();
        for (Map.Entry<TopicPartition, List<Integer>> each : plan.replicas().entrySet()) {
            TopicPartition id = each.getKey();
            List<Integer> now =
                    view.partition(id).map(ClusterView.Partition::replicas).orElse(List.of());
            Replicas.Reassignment moving = ongoing.get(id);
            String state = state(now, each.getValue(), moving);
            done &= state.equals("complete");
            if (json) {
                documents.add(
                        ordered("topic", id.topic(), "partition", id.partition(), "state", state, "replicas", now));
            } else {
                streams.out()
                        .println(id + " " + state
                                + (now.isEmpty() ? "" : ": on " + Partitions.named(now))
                                + (moving == null
                                        ? ""
                                        : ", waiting for " + Partitions.joined(moving.adding()) + " to be in sync"));
            }
        }
        if (json) {
            Json.print(documents, streams.raw());
        }
        if (done && ongoing.isEmpty() && new MoveThrottle(session).remove() > 0 && !json) {
            streams.out().println("The throttle is removed.");
        }
        return done ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String state(List<Integer> now, List<Integer> wanted, Replicas.@Nullable Reassignment reassignment) {
        if (now.isEmpty()) {
            return "does-not-exist";
        }
        if (reassignment == null) {
            return now.equals(wanted) ? "complete" : "different";
        }
        return new HashSet<>(target(now, reassignment)).equals(new HashSet<>(wanted)) ? "moving" : "moving-elsewhere";
    }

    private int cancel(Session session, ReassignmentPlan plan) {
        Map<TopicPartition, Optional<List<Integer>>> back = new TreeMap<>();
        session.get(() -> session.admin().listReassignments()).keySet().stream()
                .filter(plan.replicas()::containsKey)
                .forEach(partition -> back.put(partition, Optional.empty()));
        var cancelled = Session.succeeded(
                session.get(() -> session.admin().alterReassignments(back, true)), "partition", streams);
        new MoveThrottle(session).removeUnlessMoving();
        if (json) {
            Json.print(ordered("cancelled", partitions(cancelled.keySet())), streams.raw());
        } else {
            streams.out()
                    .println(
                            back.isEmpty()
                                    ? "Nothing of this plan is under way."
                                    : "Cancelled " + Partitions.count(cancelled.size(), "reassignment") + ".");
        }
        return cancelled.size() == back.size() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static List<Object> partitions(Iterable<TopicPartition> some) {
        List<Object> documents = new ArrayList<>();
        some.forEach(id -> documents.add(ordered("topic", id.topic(), "partition", id.partition())));
        return documents;
    }
}
