package dev.barnabas.cli;

import dev.barnabas.client.Groups;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas why group}. */
@Command(
        name = "group",
        description = "Why a group does not keep up: who is slow, stuck, or waited for.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Where records wait, it is watched for some seconds whether the group gets on: consumers commit every five"
                    + " seconds unless they are told otherwise.",
            "Exit code 1: one of them is not well, or does not exist."
        })
final class WhyGroupCommand implements Callable<Integer> {

    private static final Duration STEP = Duration.ofMillis(500);
    /** Less would say little about how fast it gets on. */
    private static final Duration LEAST = Duration.ofSeconds(2);

    private final Streams streams;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Their names.")
    private List<String> names = List.of();

    @Option(
            names = "--watch",
            paramLabel = "TIME",
            defaultValue = "6s",
            description = "For how long it is watched at most; default: 6s.")
    private String watch = "";

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    WhyGroupCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws InterruptedException {
        Duration longest = Times.duration(watch);
        try (Session session = cluster.open()) {
            Map<String, Groups.Description> found = describe(session);
            Map<String, List<GroupPosition>> before = positions(session, found);
            Map<String, List<GroupPosition>> after = before;
            long begin = System.nanoTime();
            Duration between = Duration.ZERO;
            while (mustWatch(found, before, after, between, longest)) {
                Thread.sleep(STEP);
                between = Duration.ofNanos(System.nanoTime() - begin);
                found = describe(session);
                after = positions(session, found);
            }
            List<GroupDiagnosis> diagnoses = new ArrayList<>();
            long nowMs = Instant.now().toEpochMilli();
            for (Groups.Description group : found.values()) {
                diagnoses.add(GroupDiagnosis.of(new GroupDiagnosis.Evidence(
                        group,
                        before.getOrDefault(group.id(), List.of()),
                        after.getOrDefault(group.id(), List.of()),
                        between,
                        nowMs)));
            }
            if (json) {
                Json.print(diagnoses.stream().map(GroupDiagnosis::document).toList(), streams.raw());
            } else {
                diagnoses.forEach(this::print);
            }
            boolean well = diagnoses.size() == names.size()
                    && diagnoses.stream().allMatch(each -> each.health() == GroupHealth.WELL);
            return well ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private Map<String, Groups.Description> describe(Session session) {
        return Session.succeeded(session.get(() -> session.admin().describeGroups(names)), "group", streams);
    }

    private static Map<String, List<GroupPosition>> positions(Session session, Map<String, Groups.Description> groups) {
        Map<String, List<GroupPosition>> positions = new HashMap<>();
        groups.forEach((name, group) -> positions.put(name, GroupPosition.of(session, group)));
        return positions;
    }

    /** As long as somebody has unread records and has not committed since, or for how long a pace takes to be seen. */
    private static boolean mustWatch(
            Map<String, Groups.Description> groups,
            Map<String, List<GroupPosition>> before,
            Map<String, List<GroupPosition>> after,
            Duration between,
            Duration longest) {
        if (between.compareTo(longest) >= 0) {
            return false;
        }
        boolean anyWaits = false;
        boolean allMove = true;
        for (String name : groups.keySet()) {
            Map<Object, Long> earlier = new HashMap<>();
            before.getOrDefault(name, List.of()).forEach(position -> {
                if (position.committed() != null) {
                    earlier.put(position.partition(), position.committed());
                }
            });
            for (GroupPosition position : after.getOrDefault(name, List.of())) {
                if (position.member() != null && position.isBehind()) {
                    anyWaits = true;
                    Long committed = position.committed();
                    Long was = earlier.get(position.partition());
                    allMove &= committed != null && was != null && committed > was;
                }
            }
        }
        return anyWaits && (!allMove || between.compareTo(LEAST) < 0);
    }

    private void print(GroupDiagnosis diagnosis) {
        streams.out().println(diagnosis.group() + ": " + diagnosis.health());
        diagnosis.sentences().forEach(sentence -> streams.out().println("  " + sentence));
        if (!diagnosis.help().isEmpty()) {
            streams.out().println("  What would help:");
            diagnosis.help().forEach(help -> streams.out().println("  - " + help));
        }
    }
}
