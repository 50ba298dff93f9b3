package dev.barnabas.groups;

import static java.util.stream.Collectors.joining;

import dev.barnabas.groups.Scenario.Client;
import dev.barnabas.groups.Scenario.Command;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The commands of a {@link Scenario} that are about offsets in transactions. A producer is named by its id.
 *
 * <pre>
 * pend 7 A t/0=5             producer 7 commits an offset in its transaction, for member A; generation= version=
 * pend 7 group=g t/0=5       for nobody
 * end 7 commit               its transaction ends; or abort
 * </pre>
 */
final class TransactionCommands {
    private final Scenario scenario;

    TransactionCommands(Scenario scenario) {
        this.scenario = scenario;
    }

    void pend(Command command) {
        Client client = command.words().size() < 2 ? scenario.nobody() : scenario.client(command.word(1));
        int version = command.number("version", 5);
        Map<String, List<TxnOffsetCommitRequestPartition>> partitions = new TreeMap<>();
        command.options().forEach((name, offset) -> {
            int slash = name.indexOf('/');
            if (slash > 0) {
                partitions
                        .computeIfAbsent(name.substring(0, slash), _ -> new ArrayList<>())
                        .add(TxnOffsetCommitRequestPartition.builder()
                                .partitionIndex(Integer.parseInt(name.substring(slash + 1)))
                                .committedOffset(Long.parseLong(offset))
                                .committedMetadata(command.option("metadata").orElse(null))
                                .build());
            }
        });
        boolean names = version >= 3;
        TxnOffsetCommitRequest request = TxnOffsetCommitRequest.builder()
                .transactionalId("t")
                .groupId(command.option("group").orElse(client.group))
                .producerId(Long.parseLong(command.word(0)))
                .producerEpoch((short) command.number("epoch", 0))
                .memberId(names ? client.memberId : "")
                .groupInstanceId(names ? client.instanceId : null)
                .generationIdOrMemberEpoch(names ? command.number("generation", client.generation) : -1)
                .topics(partitions.entrySet().stream()
                        .map(entry -> TxnOffsetCommitRequestTopic.builder()
                                .name(entry.getKey())
                                .topicId(scenario.backend()
                                        .topics()
                                        .idOf(entry.getKey())
                                        .orElse(new Uuid(9, 9)))
                                .partitions(entry.getValue())
                                .build())
                        .toList())
                .build();
        scenario.backend()
                .commitInTransaction(
                        request, scenario.caller(client, version), answer -> scenario.say(client, pending(answer)));
    }

    private String pending(TxnOffsetCommitResponse answer) {
        return answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> name(topic.name(), topic.topicId()) + "/" + partition.partitionIndex() + ": "
                                + Scenario.error(partition.errorCode())))
                .collect(joining(", ", "pending ", ""));
    }

    private String name(String name, Uuid id) {
        return name.isEmpty() ? scenario.backend().topics().nameOf(id).orElse("unknown id") : name;
    }

    void end(Command command) {
        scenario.backend()
                .endTransaction(
                        Long.parseLong(command.word(0)),
                        (short) command.number("epoch", 0),
                        command.word(1).equals("commit"));
    }
}
