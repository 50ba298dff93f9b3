package dev.barnabas.cli;

import dev.barnabas.cli.PartitionDiagnosis.Trouble;
import dev.barnabas.client.Admin;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.LogDirs;
import dev.barnabas.client.MetadataQuorum;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas why}; why a group is as it is says {@link WhyGroupCommand}. */
@Command(
        name = "why",
        description = "Say why something is as it is, and what would help.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class WhyCommands {

    private final Streams streams;

    WhyCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(
            name = "partition",
            description = "Why partitions have no leader, or too few replicas in sync.",
            mixinStandardHelpOptions = true,
            footer = {"", "Exit code 1: one of them is not well, or does not exist."})
    int partition(
            @Mixin ClusterOptions cluster,
            @Parameters(
                            paramLabel = "TOPIC-PARTITION",
                            arity = "0..*",
                            description = "Which, such as logs-0; default: all that are not well.")
                    @Nullable
                    List<String> names,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        Set<TopicPartition> named = new TreeSet<>();
        if (names != null) {
            names.forEach(name -> named.add(Partitions.parse(name)));
        }
        try (Session session = cluster.open()) {
            List<PartitionDiagnosis> diagnoses = new Inquiry(session).diagnose(named);
            boolean well = diagnoses.stream().allMatch(each -> each.health() == PartitionHealth.WELL)
                    && diagnoses.size() >= named.size();
            if (json) {
                Json.print(diagnoses.stream().map(PartitionDiagnosis::document).toList(), streams.raw());
            } else {
                diagnoses.forEach(this::print);
                if (diagnoses.isEmpty() && named.isEmpty()) {
                    streams.out().println("All partitions are well: they have leaders, and all replicas are in sync.");
                }
            }
            return well ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private void print(PartitionDiagnosis diagnosis) {
        streams.out().println(diagnosis.id() + ": " + diagnosis.health());
        diagnosis.sentences().forEach(sentence -> streams.out().println("  " + sentence));
        if (!diagnosis.help().isEmpty()) {
            streams.out().println("  What would help:");
            diagnosis.help().forEach(help -> streams.out().println("  - " + help));
        }
    }

    /** Gathers what is known, asking as few brokers as possible. */
    private final class Inquiry {
        private final Session session;
        private final ClusterView view;
        private final Map<Integer, Admin.DescribedBroker> brokers = new TreeMap<>();
        private final Map<TopicPartition, Replicas.Reassignment> reassignments;
        private final Map<Integer, Long> lastHeardMs = new HashMap<>();

        Inquiry(Session session) {
            this.session = session;
            session.get(() -> session.admin().describeCluster())
                    .brokers()
                    .forEach(broker -> brokers.put(broker.broker().id(), broker));
            view = session.get(() -> session.admin().view());
            reassignments =
                    ifTold(session.blocking().result(() -> session.admin().listReassignments()), Map.of());
            if (session.blocking().result(() -> session.admin().describeQuorum())
                    instanceof Result.Success<MetadataQuorum>(MetadataQuorum quorum)) {
                Stream.concat(quorum.voters().stream(), quorum.observers().stream())
                        .forEach(member -> lastHeardMs.merge(member.nodeId(), member.lastFetchMs(), Math::max));
            }
        }

        private static <T> T ifTold(Result<T> result, T otherwise) {
            return result instanceof Result.Success<T>(T value) ? value : otherwise;
        }

        List<PartitionDiagnosis> diagnose(Set<TopicPartition> named) {
            Set<TopicPartition> examined = new TreeSet<>();
            for (TopicPartition id : named) {
                if (view.partition(id).isPresent()) {
                    examined.add(id);
                } else {
                    streams.err()
                            .println("barnabas: there is no partition " + id
                                    + "\n  ./barnabas topic list shows which topics there are.");
                }
            }
            Map<String, Integer> minInSync =
                    minInSync(named.isEmpty() ? view.topics().keySet() : topics(examined));
            if (named.isEmpty()) {
                view.topics()
                        .values()
                        .forEach(topic -> topic.partitions().stream()
                                .filter(partition -> PartitionHealth.of(
                                                partition.leader(),
                                                partition.inSync().size(),
                                                partition.replicas().size(),
                                                minInSync.getOrDefault(topic.name(), 0))
                                        != PartitionHealth.WELL)
                                .forEach(partition ->
                                        examined.add(new TopicPartition(topic.name(), partition.index()))));
            }
            Map<Integer, List<LogDirs.Directory>> directories = directories(examined);
            List<PartitionDiagnosis> diagnoses = new ArrayList<>();
            for (String name : topics(examined)) {
                view.topic(name)
                        .ifPresent(topic -> DescribeTopicsCommand.states(session, topic).stream()
                                .filter(state -> examined.contains(new TopicPartition(name, state.partition())))
                                .forEach(state -> diagnoses.add(
                                        diagnose(name, state, minInSync.getOrDefault(name, 0), directories))));
            }
            return diagnoses;
        }

        private static Set<String> topics(Set<TopicPartition> partitions) {
            Set<String> topics = new TreeSet<>();
            partitions.forEach(id -> topics.add(id.topic()));
            return topics;
        }

        private Map<String, Integer> minInSync(Set<String> topics) {
            Map<String, Integer> minInSync = new HashMap<>();
            session.get(() -> session.admin()
                            .describeConfigs(
                                    topics.stream().map(Configs.Resource::topic).toList()))
                    .forEach((resource, settings) ->
                            minInSync.put(resource.name(), DescribeTopicsCommand.minInSync(settings)));
            return minInSync;
        }

        /** Of the brokers that serve: what is in their directories, and which have failed. */
        private Map<Integer, List<LogDirs.Directory>> directories(Set<TopicPartition> partitions) {
            Set<Integer> serving = new TreeSet<>();
            partitions.forEach(id -> view.partition(id)
                    .ifPresent(partition -> partition.replicas().stream()
                            .filter(view.brokers()::containsKey)
                            .forEach(serving::add)));
            Map<Integer, List<LogDirs.Directory>> directories = new HashMap<>();
            session.get(() -> session.admin().describeLogDirs(serving, partitions))
                    .forEach((broker, result) -> directories.put(broker, ifTold(result, List.of())));
            return directories;
        }

        private PartitionDiagnosis diagnose(
                String topic, Replicas.State state, int minInSync, Map<Integer, List<LogDirs.Directory>> directories) {
            TopicPartition id = new TopicPartition(topic, state.partition());
            Map<Integer, PartitionDiagnosis.Broker> replicas = new TreeMap<>();
            for (int broker : state.replicas()) {
                replicas.put(broker, broker(id, broker, state, directories.getOrDefault(broker, List.of())));
            }
            return PartitionDiagnosis.of(
                    id,
                    new PartitionDiagnosis.Evidence(state, replicas, minInSync, reassignments.get(id)),
                    Instant.now());
        }

        private PartitionDiagnosis.Broker broker(
                TopicPartition id, int broker, Replicas.State state, List<LogDirs.Directory> directories) {
            Admin.DescribedBroker described = brokers.get(broker);
            long heard = lastHeardMs.getOrDefault(broker, -1L);
            if (described == null || described.fenced()) {
                Trouble trouble = described == null ? Trouble.NOT_REGISTERED : Trouble.FENCED;
                return new PartitionDiagnosis.Broker(trouble, heard, -1, null);
            }
            for (LogDirs.Directory directory : directories) {
                LogDirs.Replica replica = directory.replicas().get(id);
                if (replica != null && directory.error().isEmpty()) {
                    boolean behind = !state.inSync().contains(broker);
                    if (directory.cordoned()) {
                        return new PartitionDiagnosis.Broker(
                                Trouble.DIRECTORY_FULL, heard, behind ? replica.lag() : -1, directory.path());
                    }
                    return new PartitionDiagnosis.Broker(
                            behind ? Trouble.BEHIND : Trouble.NONE, heard, behind ? replica.lag() : -1, null);
                }
            }
            String failed = directories.stream()
                    .filter(directory -> directory.error().isPresent())
                    .map(LogDirs.Directory::path)
                    .findFirst()
                    .orElse(null);
            if (failed != null || state.offline().contains(broker)) {
                return new PartitionDiagnosis.Broker(Trouble.DIRECTORY_FAILED, heard, -1, failed);
            }
            return new PartitionDiagnosis.Broker(
                    state.inSync().contains(broker) ? Trouble.NONE : Trouble.BEHIND, heard, -1, null);
        }
    }
}
