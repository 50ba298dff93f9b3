package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas partition throttle}: how fast partitions move. */
@Command(
        name = "throttle",
        description = "Show, change or remove what slows down partitions that move.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A throttle is set by broker drain --throttle and partition reassign --throttle (or Kafka's"
                + " kafka-reassign-partitions), and holds for replicas that are not in sync. It consists of settings"
                + " of brokers (leader.replication.throttled.rate, follower.replication.throttled.rate) and topics"
                + " (leader.replication.throttled.replicas, follower.replication.throttled.replicas), which stay until"
                + " they are removed."
        })
final class ThrottleCommand implements Callable<Integer> {

    private final Streams streams;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @ArgGroup
    private Change change = new Change();

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    /** At most one of these. */
    static final class Change {
        @Parameters(
                paramLabel = "BYTES/S",
                arity = "0..1",
                converter = MoveThrottle.Rate.class,
                description = "Change the rate wherever one is set; 20M is 20 MB per second, for each broker and"
                        + " direction.")
        private @Nullable Long rate;

        @Option(names = "--remove", description = "Remove all of it, whoever has set it.")
        private boolean remove;
    }

    ThrottleCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (Session session = cluster.open()) {
            MoveThrottle throttle = new MoveThrottle(session);
            Long rate = change.rate;
            if (change.remove) {
                int removed = throttle.remove();
                tell("removed", removed, removed == 0 ? "Nothing is throttled." : "Nothing is throttled any more.");
            } else if (rate != null) {
                int changed = throttle.changeRate(rate);
                if (changed == 0) {
                    throw Failure.failed("no broker is throttled.\n  broker drain --throttle and partition reassign"
                            + " --throttle set a throttle where it is needed.");
                }
                tell("changed", changed, "Changed the rate of " + Partitions.count(changed, "broker") + ".");
            } else {
                show(throttle.find());
            }
            return ExitCode.OK;
        }
    }

    private void tell(String event, int count, String words) {
        if (json) {
            Json.print(ordered(event, count), streams.raw());
        } else {
            streams.out().println(words);
        }
    }

    private void show(MoveThrottle.Found found) {
        if (json) {
            List<Object> documents = new ArrayList<>();
            found.byResource()
                    .forEach((resource, settings) -> documents.add(ordered(
                            "kind",
                            resource.kind().name().toLowerCase(java.util.Locale.ROOT),
                            "name",
                            resource.name(),
                            "settings",
                            settings)));
            Json.print(documents, streams.raw());
            return;
        }
        found.byResource()
                .forEach((resource, settings) ->
                        settings.forEach((name, value) -> streams.out().println(resource + ": " + name + "=" + value)));
        found.silent().forEach(resource -> streams.out().println(resource + " does not answer"));
        if (found.byResource().isEmpty()) {
            streams.out().println("Nothing is throttled.");
        }
    }
}
