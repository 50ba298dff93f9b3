package dev.barnabas.groups;

import static java.util.stream.Collectors.joining;

import dev.barnabas.groups.Scenario.Client;
import dev.barnabas.groups.Scenario.Command;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.CopartitionGroup;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Subtopology;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TaskIds;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TopicInfo;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Topology;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a {@link Scenario} that speak the streams protocol. A client's member id is its name, and so is its
 * process, if it has no other. The topology {@code count} reads t, repartitions over r, and keeps state in c;
 * {@code join} reads t and u together; {@code plain} reads t and has no state.
 *
 * <pre>
 * stream A g topology=count  joins; process= instance= rebalance= id= topology-epoch= endpoint=
 * pulse A                    a heartbeat; epoch= owned=all (what it has), owned= (nothing), shutdown
 * stop A                     leaves for ever; with for-now as a static member that comes back
 * streams g                  how the group stands
 * create-missing             creates the internal topics that were found missing last
 * </pre>
 */
final class StreamsCommands {
    private static final int VERSION = 1;

    private final Scenario scenario;
    private final boolean onlyCounts;
    private final Map<String, Has> has = new LinkedHashMap<>();
    private List<InternalTopic> missing = List.of();

    /** What a client was told last that it has. */
    private record Has(List<TaskIds> active, List<TaskIds> standby, List<TaskIds> warmup) {
        private static final Has NOTHING = new Has(List.of(), List.of(), List.of());
    }

    /** @param onlyCounts tell how many tasks a member has, not which, and nothing else that is worded differently */
    StreamsCommands(Scenario scenario, boolean onlyCounts) {
        this.scenario = scenario;
        this.onlyCounts = onlyCounts;
    }

    void play(Command command) {
        switch (command.verb()) {
            case "stream" -> join(command);
            case "pulse" -> pulse(command);
            case "stop" -> stop(command);
            case "streams" -> describe(command);
            case "create-missing" ->
                missing.forEach(topic -> scenario.backend().topics().create(topic.name(), topic.partitions()));
            default -> throw new IllegalArgumentException("no such command: " + command);
        }
    }

    private void join(Command command) {
        Client client = scenario.client(command.word(0));
        client.group = command.word(1);
        client.instanceId = command.option("instance").orElse(client.instanceId);
        client.memberId = command.option("id").orElse(client.memberId.isEmpty() ? client.name : client.memberId);
        client.generation = 0;
        has.put(client.name, Has.NOTHING);
        send(
                client,
                request(client, command)
                        .rebalanceTimeoutMs(
                                (int) command.time("rebalance", "60s").toMillis())
                        .processId(command.option("process").orElse(client.name))
                        .topology(topology(
                                command.option("topology").orElse("count"), command.number("topology-epoch", 0)))
                        .userEndpoint(command.option("endpoint")
                                .map(host -> new StreamsGroupHeartbeatRequest.Endpoint(host, 1234))
                                .orElse(null))
                        .activeTasks(List.of())
                        .standbyTasks(List.of())
                        .warmupTasks(List.of())
                        .clientTags(List.of())
                        .build());
    }

    private void pulse(Command command) {
        Client client = scenario.client(command.word(0));
        send(
                client,
                request(client, command)
                        .shutdownApplication(command.words().contains("shutdown"))
                        .build());
    }

    private void stop(Command command) {
        Client client = scenario.client(command.word(0));
        boolean forNow = command.words().contains("for-now");
        client.generation = forNow ? CurrentAssignment.LEFT_FOR_NOW : -1;
        has.put(client.name, Has.NOTHING);
        send(client, request(client, command).build());
    }

    private StreamsGroupHeartbeatRequest.Builder request(Client client, Command command) {
        String owned = command.option("owned").orElse(null);
        Has tasks = "all".equals(owned) ? has.getOrDefault(client.name, Has.NOTHING) : Has.NOTHING;
        return StreamsGroupHeartbeatRequest.builder()
                .groupId(client.group)
                .memberId(client.memberId)
                .instanceId(client.instanceId)
                .memberEpoch(command.number("epoch", client.generation))
                .endpointInformationEpoch(-1)
                .activeTasks(owned == null ? null : tasks.active)
                .standbyTasks(owned == null ? null : tasks.standby)
                .warmupTasks(owned == null ? null : tasks.warmup);
    }

    static Topology topology(String name, int epoch) {
        Subtopology.Builder first = subtopology("0").sourceTopics(List.of("t"));
        TopicInfo repartition = topic("r");
        List<Subtopology> subtopologies = switch (name) {
            case "plain" -> List.of(first.build());
            case "count" ->
                List.of(
                        first.repartitionSinkTopics(List.of("r")).build(),
                        subtopology("1")
                                .repartitionSourceTopics(List.of(repartition))
                                .stateChangelogTopics(List.of(topic("c")))
                                .build());
            case "join" ->
                List.of(first.sourceTopics(List.of("t", "u"))
                        .stateChangelogTopics(List.of(topic("c")))
                        .copartitionGroups(
                                List.of(new CopartitionGroup(List.of((short) 0, (short) 1), List.of(), List.of())))
                        .build());
            case "loop" ->
                List.of(subtopology("0")
                        .repartitionSourceTopics(List.of(repartition))
                        .repartitionSinkTopics(List.of("r"))
                        .build());
            default -> throw new IllegalArgumentException("no such topology: " + name);
        };
        return new Topology(epoch, subtopologies);
    }

    private static Subtopology.Builder subtopology(String id) {
        return Subtopology.builder()
                .subtopologyId(id)
                .sourceTopics(List.of())
                .sourceTopicRegex(List.of())
                .stateChangelogTopics(List.of())
                .repartitionSinkTopics(List.of())
                .repartitionSourceTopics(List.of())
                .copartitionGroups(List.of());
    }

    private static TopicInfo topic(String name) {
        return new TopicInfo(name, 0, (short) 0, List.of());
    }

    private void send(Client client, StreamsGroupHeartbeatRequest request) {
        scenario.backend().streamsHeartbeat(request, scenario.caller(client, VERSION), given -> {
            StreamsGroupHeartbeatResponse answer = given.response();
            if (answer.errorCode() != 0) {
                scenario.say(client, Scenario.error(answer.errorCode()));
                return;
            }
            missing = given.missing();
            client.generation = answer.memberEpoch();
            scenario.say(client, "epoch " + answer.memberEpoch() + told(client, answer) + status(answer.status()));
        });
    }

    private String told(Client client, StreamsGroupHeartbeatResponse answer) {
        var active = answer.activeTasks();
        var standby = answer.standbyTasks();
        var warmup = answer.warmupTasks();
        if (active == null || standby == null || warmup == null) {
            return "";
        }
        has.put(client.name, new Has(owned(active), owned(standby), owned(warmup)));
        return ", has " + shown(answered(active)) + "; standby " + shown(answered(standby));
    }

    private static List<TaskIds> owned(List<StreamsGroupHeartbeatResponse.TaskIds> told) {
        return told.stream()
                .map(ids -> new TaskIds(ids.subtopologyId(), ids.partitions()))
                .toList();
    }

    private static Tasks answered(List<StreamsGroupHeartbeatResponse.TaskIds> told) {
        Tasks.Builder tasks = new Tasks.Builder();
        told.forEach(ids -> tasks.addAll(ids.subtopologyId(), ids.partitions()));
        return tasks.build();
    }

    private static Tasks described(List<StreamsGroupDescribeResponse.TaskIds> told) {
        Tasks.Builder tasks = new Tasks.Builder();
        told.forEach(ids -> tasks.addAll(ids.subtopologyId(), ids.partitions()));
        return tasks.build();
    }

    private String shown(Tasks tasks) {
        if (onlyCounts) {
            return Integer.toString(tasks.size());
        }
        List<String> all = new ArrayList<>();
        tasks.forEach((subtopology, partition) -> all.add(subtopology + "_" + partition));
        return all.isEmpty() ? "nothing" : String.join(" ", all);
    }

    private String status(@Nullable List<Status> status) {
        return status == null || status.isEmpty()
                ? ""
                : status.stream()
                        .map(each -> onlyCounts
                                ? Byte.toString(each.statusCode())
                                : each.statusCode() + " " + each.statusDetail())
                        .sorted()
                        .collect(joining("; ", " [", "]"));
    }

    private void describe(Command command) {
        StreamsGroupDescribeRequest request =
                StreamsGroupDescribeRequest.builder().groupIds(command.words()).build();
        scenario.backend()
                .streamsDescribe(
                        request,
                        answer -> answer.groups().forEach(group -> {
                            if (group.errorCode() != 0) {
                                scenario.say(group.groupId() + ": " + Scenario.error(group.errorCode()));
                                return;
                            }
                            var topology = group.topology();
                            var subtopologies = topology == null ? null : topology.subtopologies();
                            scenario.say(group.groupId() + " is " + group.groupState() + ", epoch " + group.groupEpoch()
                                    + ", assigned for " + group.assignmentEpoch() + " by " + group.assignorName()
                                    + ", topology "
                                    + (topology == null ? "none" : topology.epoch() + " " + shown(subtopologies)));
                            group.members()
                                    .forEach(member -> scenario.say("  " + scenario.nameOf(member.memberId())
                                            + (member.instanceId() == null ? "" : " (" + member.instanceId() + ")")
                                            + " epoch " + member.memberEpoch()
                                            + " topology " + member.topologyEpoch()
                                            + " has "
                                            + shown(described(
                                                    member.assignment().activeTasks()))
                                            + " standby "
                                            + shown(described(
                                                    member.assignment().standbyTasks()))
                                            + " target "
                                            + shown(described(
                                                    member.targetAssignment().activeTasks()))
                                            + " standby "
                                            + shown(described(
                                                    member.targetAssignment().standbyTasks()))));
                        }));
    }

    private String shown(@Nullable List<StreamsGroupDescribeResponse.Subtopology> subtopologies) {
        return subtopologies == null
                ? "not configured"
                : subtopologies.stream()
                        .map(each -> each.subtopologyId() + " reads " + each.sourceTopics()
                                + names(each.repartitionSourceTopics()) + " keeps "
                                + names(each.stateChangelogTopics()))
                        .collect(joining(", "));
    }

    private List<String> names(List<StreamsGroupDescribeResponse.TopicInfo> topics) {
        return topics.stream()
                .map(topic -> onlyCounts ? topic.name() : topic.name() + "/" + topic.partitions())
                .toList();
    }

    static String shown(StreamsRecord record) {
        return switch (record) {
            case StreamsRecord.GroupStored it ->
                "streams group " + it.groupId() + " epoch " + it.epoch() + " validated " + it.validatedTopologyEpoch();
            case StreamsRecord.GroupForgotten it -> "no streams group " + it.groupId();
            case StreamsRecord.TopologyStored it -> "topology " + it.topology().epoch();
            case StreamsRecord.TopologyForgotten _ -> "no topology";
            case StreamsRecord.MemberStored it -> "member " + it.memberId();
            case StreamsRecord.MemberForgotten it -> "no member " + it.memberId();
            case StreamsRecord.TargetStored it -> "targets for " + it.epoch();
            case StreamsRecord.TargetForgotten _ -> "no targets";
            case StreamsRecord.MemberTargetStored it ->
                "target of " + it.memberId() + " " + it.target().active().size() + " tasks";
            case StreamsRecord.MemberTargetForgotten it -> "no target of " + it.memberId();
            case StreamsRecord.CurrentStored it ->
                it.memberId() + " epoch " + it.current().epoch() + " "
                        + it.current().state() + " has "
                        + it.current().activeTasks().size() + " tasks";
            case StreamsRecord.CurrentForgotten it -> "no assignment of " + it.memberId();
        };
    }
}
