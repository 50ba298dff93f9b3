package dev.barnabas.groups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.barnabas.groups.Scenario.Client;
import dev.barnabas.groups.Scenario.Command;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse.TopicPartitions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a {@link Scenario} that speak the consumer protocol. A client's member id is its name.
 *
 * <pre>
 * consume A g topics=t       joins; instance= rack= regex= assignor= rebalance= id= version=
 * beat A                     a heartbeat; epoch= owned=t/0,t/1 (all: what it has) topics= regex=
 * quit A                     leaves for ever; with for-now as a static member that comes back
 * consumers g                how the group stands
 * </pre>
 */
final class ConsumerCommands {
    private final Scenario scenario;

    ConsumerCommands(Scenario scenario) {
        this.scenario = scenario;
    }

    void play(Command command) {
        switch (command.verb()) {
            case "consume" -> consume(command);
            case "beat" -> beat(command);
            case "quit" -> quit(command);
            case "consumers" -> describe(command);
            default -> throw new IllegalArgumentException("no such command: " + command);
        }
    }

    private void consume(Command command) {
        Client client = scenario.client(command.word(0));
        client.group = command.word(1);
        client.instanceId = command.option("instance").orElse(client.instanceId);
        client.memberId = command.option("id").orElse(client.memberId.isEmpty() ? client.name : client.memberId);
        client.generation = command.number("epoch", 0);
        client.assigned = List.of();
        send(
                client,
                command.number("version", 1),
                request(client, command)
                        .rebalanceTimeoutMs(
                                (int) command.time("rebalance", "60s").toMillis())
                        .topicPartitions(List.of())
                        .build());
    }

    private void beat(Command command) {
        Client client = scenario.client(command.word(0));
        send(client, command.number("version", 1), request(client, command).build());
    }

    private void quit(Command command) {
        Client client = scenario.client(command.word(0));
        boolean forNow = command.words().contains("for-now");
        client.generation = forNow ? CurrentAssignment.LEFT_FOR_NOW : -1;
        client.assigned = List.of();
        send(client, 1, request(client, command).build());
    }

    private ConsumerGroupHeartbeatRequest.Builder request(Client client, Command command) {
        return ConsumerGroupHeartbeatRequest.builder()
                .groupId(client.group)
                .memberId(client.memberId)
                .instanceId(client.instanceId)
                .rackId(command.option("rack").orElse(null))
                .memberEpoch(command.number("epoch", client.generation))
                .subscribedTopicNames(
                        command.option("topics").isPresent()
                                ? command.list("topics", "").stream()
                                        .filter(topic -> !topic.isEmpty())
                                        .toList()
                                : null)
                .subscribedTopicRegex(command.option("regex").orElse(null))
                .serverAssignor(command.option("assignor").orElse(null))
                .topicPartitions(owned(client, command.option("owned").orElse(null)));
    }

    private @Nullable List<ConsumerGroupHeartbeatRequest.TopicPartitions> owned(Client client, @Nullable String owned) {
        if (owned == null) {
            return null;
        }
        if (owned.equals("all")) {
            return client.assigned.stream()
                    .map(topic ->
                            new ConsumerGroupHeartbeatRequest.TopicPartitions(topic.topicId(), topic.partitions()))
                    .toList();
        }
        return partitions(owned).entrySet().stream()
                .map(topic -> new ConsumerGroupHeartbeatRequest.TopicPartitions(
                        scenario.backend().topics().idOf(topic.getKey()).orElseThrow(), topic.getValue()))
                .toList();
    }

    /** Partitions by topic, from {@code t/0,t/1}. */
    private static Map<String, List<Integer>> partitions(String listed) {
        Map<String, List<Integer>> partitions = new TreeMap<>();
        for (String one : listed.split(",")) {
            int slash = one.indexOf('/');
            if (slash > 0) {
                partitions
                        .computeIfAbsent(one.substring(0, slash), _ -> new ArrayList<>())
                        .add(Integer.parseInt(one.substring(slash + 1)));
            }
        }
        return partitions;
    }

    private void send(Client client, int version, ConsumerGroupHeartbeatRequest request) {
        scenario.backend().consumerHeartbeat(request, scenario.caller(client, version), answer -> {
            if (answer.errorCode() != 0) {
                scenario.say(client, Scenario.error(answer.errorCode()));
                return;
            }
            client.memberId = answer.memberId() == null ? client.memberId : answer.memberId();
            client.generation = answer.memberEpoch();
            scenario.say(client, "epoch " + answer.memberEpoch() + told(client, answer));
        });
    }

    private String told(Client client, ConsumerGroupHeartbeatResponse answer) {
        var assignment = answer.assignment();
        if (assignment == null) {
            return "";
        }
        client.assigned = assignment.topicPartitions();
        return ", has " + shown(client.assigned);
    }

    private String shown(List<TopicPartitions> topics) {
        String all = topics.stream()
                .flatMap(topic -> topic.partitions().stream().map(partition -> name(topic.topicId()) + "/" + partition))
                .sorted()
                .collect(joining(" "));
        return all.isEmpty() ? "nothing" : all;
    }

    private String name(Uuid topic) {
        return scenario.backend().topics().nameOf(topic).orElse("deleted");
    }

    private void describe(Command command) {
        ConsumerGroupDescribeRequest request =
                ConsumerGroupDescribeRequest.builder().groupIds(command.words()).build();
        scenario.backend()
                .consumerDescribe(
                        request,
                        answer -> answer.groups().forEach(group -> {
                            if (group.errorCode() != 0) {
                                scenario.say(group.groupId() + ": " + Scenario.error(group.errorCode()));
                                return;
                            }
                            scenario.say(group.groupId() + " is " + group.groupState() + ", epoch " + group.groupEpoch()
                                    + ", assigned for " + group.assignmentEpoch() + " by " + group.assignorName());
                            group.members()
                                    .forEach(member -> scenario.say("  " + scenario.nameOf(member.memberId())
                                            + (member.instanceId() == null ? "" : " (" + member.instanceId() + ")")
                                            + (member.memberType() == 0 ? " classic" : "")
                                            + " epoch " + member.memberEpoch()
                                            + " wants " + member.subscribedTopicNames()
                                            + ("".equals(member.subscribedTopicRegex())
                                                            || member.subscribedTopicRegex() == null
                                                    ? ""
                                                    : " " + member.subscribedTopicRegex())
                                            + " has " + shown(member.assignment())
                                            + " target " + shown(member.targetAssignment())));
                        }));
    }

    /** What a leader of the classic protocol assigns: a text, or partitions as {@code t/0,t/1}. */
    ByteBuffer assigning(String value) {
        if (!value.contains("/")) {
            return UTF_8.encode(value);
        }
        MemoryTopics topics = scenario.backend().topics();
        Partitions.Builder partitions = new Partitions.Builder();
        partitions(value)
                .forEach((topic, indexes) -> indexes.forEach(
                        index -> partitions.add(topics.idOf(topic).orElseThrow(), index)));
        return EmbeddedProtocol.assignment(partitions.build(), ByteBuffer.allocate(0), topics);
    }

    /** What a member of the classic protocol is assigned: by its leader a text, by the coordinator partitions. */
    String assignment(ByteBuffer assignment) {
        boolean fromCoordinator = assignment.hasRemaining() && assignment.get(assignment.position()) == 0;
        return fromCoordinator
                ? EmbeddedProtocol.assignment(assignment, scenario.backend().topics())
                        .map(this::shown)
                        .orElse("?")
                : Scenario.text(assignment);
    }

    private static String shown(ConsumerGroupDescribeResponse.Assignment assignment) {
        String all = assignment.topicPartitions().stream()
                .flatMap(topic -> topic.partitions().stream().map(partition -> topic.topicName() + "/" + partition))
                .sorted()
                .collect(joining(" "));
        return all.isEmpty() ? "nothing" : all;
    }

    String shown(ConsumerRecord record) {
        return switch (record) {
            case ConsumerRecord.GroupStored it -> "consumer group " + it.groupId() + " epoch " + it.epoch();
            case ConsumerRecord.GroupForgotten it -> "no consumer group " + it.groupId();
            case ConsumerRecord.MemberStored it -> "member " + it.memberId();
            case ConsumerRecord.MemberForgotten it -> "no member " + it.memberId();
            case ConsumerRecord.TargetStored it -> "targets for " + it.epoch();
            case ConsumerRecord.TargetForgotten _ -> "no targets";
            case ConsumerRecord.MemberTargetStored it -> "target of " + it.memberId() + " " + shown(it.target());
            case ConsumerRecord.MemberTargetForgotten it -> "no target of " + it.memberId();
            case ConsumerRecord.CurrentStored it ->
                it.memberId() + " epoch " + it.current().epoch() + " "
                        + it.current().state() + " has " + shown(it.current().partitions());
            case ConsumerRecord.CurrentForgotten it -> "no assignment of " + it.memberId();
            case ConsumerRecord.PatternStored it -> "pattern " + it.pattern() + " " + it.topics();
            case ConsumerRecord.PatternForgotten it -> "no pattern " + it.pattern();
        };
    }

    private String shown(Partitions partitions) {
        List<String> all = new ArrayList<>();
        partitions.forEach((topic, partition) -> all.add(name(topic) + "/" + partition));
        return all.isEmpty() ? "nothing" : String.join(" ", all);
    }
}
