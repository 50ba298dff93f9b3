package dev.barnabas.client;

import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.host.Endpoint;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AddRaftVoterRequest;
import dev.barnabas.protocol.message.AddRaftVoterResponse;
import dev.barnabas.protocol.message.DescribeQuorumRequest;
import dev.barnabas.protocol.message.DescribeQuorumResponse;
import dev.barnabas.protocol.message.RemoveRaftVoterRequest;
import dev.barnabas.protocol.message.RemoveRaftVoterResponse;
import dev.barnabas.protocol.message.UnregisterBrokerRequest;
import dev.barnabas.protocol.message.UnregisterBrokerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Questions about who belongs to the cluster and who votes in it, see {@link Admin}. */
final class QuorumQuestions {

    private static final String METADATA_TOPIC = "__cluster_metadata";

    private QuorumQuestions() {}

    /** One key only, whatever it is. */
    static Question<String, MetadataQuorum, DescribeQuorumResponse> describe() {
        return Question.of(
                "describe",
                key -> new Route.Controller(),
                keys -> Call.of(
                        new DescribeQuorumRequest(List.of(new DescribeQuorumRequest.TopicData(
                                METADATA_TOPIC, List.of(new DescribeQuorumRequest.PartitionData(0))))),
                        DescribeQuorumResponse::read),
                QuorumQuestions::read);
    }

    private static void read(Answer<DescribeQuorumResponse> answer, Outcomes<String, MetadataQuorum> outcomes) {
        DescribeQuorumResponse response = answer.response();
        if (ErrorCode.forCode(response.errorCode()).isError()) {
            outcomes.allRefused(response.errorCode(), response.errorMessage());
            return;
        }
        response.topics().stream()
                .filter(topic -> topic.topicName().equals(METADATA_TOPIC))
                .flatMap(topic -> topic.partitions().stream())
                .findFirst()
                .ifPresent(partition -> outcomes.keys()
                        .forEach(key -> outcomes.outcome(
                                key,
                                partition.errorCode(),
                                partition.errorMessage(),
                                () -> quorum(partition, response.nodes()))));
    }

    private static MetadataQuorum quorum(
            DescribeQuorumResponse.PartitionData partition, List<DescribeQuorumResponse.Node> nodes) {
        Map<Integer, Endpoint> addresses = new HashMap<>();
        for (DescribeQuorumResponse.Node node : nodes) {
            node.listeners().stream()
                    .findFirst()
                    .ifPresent(
                            listener -> addresses.put(node.nodeId(), new Endpoint(listener.host(), listener.port())));
        }
        return new MetadataQuorum(
                partition.leaderId(),
                partition.leaderEpoch(),
                partition.highWatermark(),
                members(partition.currentVoters(), addresses),
                members(partition.observers(), addresses));
    }

    private static List<MetadataQuorum.Member> members(
            List<DescribeQuorumResponse.ReplicaState> states, Map<Integer, Endpoint> addresses) {
        return states.stream()
                .map(state -> new MetadataQuorum.Member(
                        state.replicaId(),
                        state.replicaDirectoryId(),
                        Optional.ofNullable(addresses.get(state.replicaId())),
                        state.logEndOffset(),
                        state.lastFetchTimestamp(),
                        state.lastCaughtUpTimestamp()))
                .toList();
    }

    static Question<MetadataQuorum.NewVoter, Done, AddRaftVoterResponse> addVoter(int timeoutMs) {
        return Question.<MetadataQuorum.NewVoter, Done, AddRaftVoterResponse>of(
                        "add voter",
                        voter -> new Route.Controller(),
                        voters -> Call.of(add(voters.getFirst(), timeoutMs), AddRaftVoterResponse::read),
                        (answer, outcomes) -> outcomes.outcome(
                                outcomes.keys().getFirst(),
                                answer.response().errorCode(),
                                answer.response().errorMessage(),
                                () -> Done.DONE))
                .oneByOne()
                .finalUnlessMisdirected();
    }

    private static AddRaftVoterRequest add(MetadataQuorum.NewVoter voter, int timeoutMs) {
        return AddRaftVoterRequest.builder()
                .clusterId(null)
                .timeoutMs(timeoutMs)
                .voterId(voter.nodeId())
                .voterDirectoryId(voter.directoryId())
                .listeners(List.of(new AddRaftVoterRequest.Listener(
                        voter.listener(),
                        voter.address().host(),
                        voter.address().port())))
                .build();
    }

    static Question<Integer, Done, RemoveRaftVoterResponse> removeVoter(Uuid directoryId) {
        return Question.<Integer, Done, RemoveRaftVoterResponse>of(
                        "remove voter",
                        voter -> new Route.Controller(),
                        voters -> Call.of(
                                new RemoveRaftVoterRequest(null, voters.getFirst(), directoryId),
                                RemoveRaftVoterResponse::read),
                        (answer, outcomes) -> outcomes.outcome(
                                outcomes.keys().getFirst(),
                                answer.response().errorCode(),
                                answer.response().errorMessage(),
                                () -> Done.DONE))
                .oneByOne()
                .finalUnlessMisdirected();
    }

    static Question<Integer, Done, UnregisterBrokerResponse> unregister() {
        return Question.<Integer, Done, UnregisterBrokerResponse>of(
                        "unregister broker",
                        broker -> new Route.Controller(),
                        brokers -> Call.of(
                                new UnregisterBrokerRequest(brokers.getFirst()), UnregisterBrokerResponse::read),
                        (answer, outcomes) -> outcomes.outcome(
                                outcomes.keys().getFirst(),
                                answer.response().errorCode(),
                                answer.response().errorMessage(),
                                () -> Done.DONE))
                .oneByOne()
                .finalUnlessMisdirected();
    }
}
