package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Quorum;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DescribeQuorumRequest;
import dev.barnabas.protocol.message.DescribeQuorumResponse;
import dev.barnabas.protocol.message.DescribeQuorumResponse.Listener;
import dev.barnabas.protocol.message.DescribeQuorumResponse.PartitionData;
import dev.barnabas.protocol.message.DescribeQuorumResponse.ReplicaState;
import dev.barnabas.protocol.message.DescribeQuorumResponse.TopicData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * DescribeQuorum 0-2 (KIP-595): how the metadata quorum stands, as its leader sees it.
 *
 * <ul>
 *   <li>v1 (KIP-836): when members were heard of last, and when they had everything. v2 (KIP-853): their directories
 *       and addresses, and messages beside errors.
 * </ul>
 *
 * <p>It stands for the quorum of one partition, the only one of the topic {@code __cluster_metadata}. Nothing else has
 * one.
 */
final class DescribeQuorumHandler implements Handler<DescribeQuorumRequest> {

    private static final String METADATA_TOPIC = "__cluster_metadata";
    private static final int FIRST_WITH_DIRECTORIES = 2;

    private final ClusterMetadata metadata;
    private final Loop metadataLoop;
    private final String listenerName;

    /** @param listenerName what clients are told that the members' listeners are called */
    DescribeQuorumHandler(ClusterMetadata metadata, Loop metadataLoop, String listenerName) {
        this.metadata = metadata;
        this.metadataLoop = metadataLoop;
        this.listenerName = listenerName;
    }

    @Override
    public void handle(DescribeQuorumRequest request, Call call) {
        metadataLoop.execute(() -> {
            if (metadata.leads()) {
                metadata.quorum().describe(description -> answer(call, response(request, call, description)));
            } else {
                answer(call, moved(request));
            }
        });
    }

    private static void answer(Call call, DescribeQuorumResponse response) {
        call.loop().execute(() -> call.answer(response));
    }

    private DescribeQuorumResponse response(DescribeQuorumRequest request, Call call, Quorum.Description description) {
        List<TopicData> topics = new ArrayList<>();
        for (DescribeQuorumRequest.TopicData topic : request.topics()) {
            topics.add(new TopicData(
                    topic.topicName(),
                    topic.partitions().stream()
                            .map(partition ->
                                    topic.topicName().equals(METADATA_TOPIC) && partition.partitionIndex() == 0
                                            ? described(description, call.version())
                                            : refused(partition.partitionIndex(), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
                            .toList()));
        }
        DescribeQuorumResponse.Builder response =
                DescribeQuorumResponse.builder().errorMessage(null).topics(topics);
        return call.version() < FIRST_WITH_DIRECTORIES
                ? response.build()
                : response.nodes(nodes(description)).build();
    }

    private static PartitionData described(Quorum.Description description, int version) {
        return PartitionData.builder()
                .errorMessage(null)
                .leaderId(description.leader().orElse(-1))
                .leaderEpoch(description.leaderEpoch())
                .highWatermark(description.highWatermark())
                .currentVoters(states(description.voters(), version))
                .observers(states(description.observers(), version))
                .build();
    }

    private static List<ReplicaState> states(List<Quorum.Member> members, int version) {
        return members.stream()
                .map(member -> new ReplicaState(
                        member.nodeId(),
                        version < FIRST_WITH_DIRECTORIES ? Uuid.ZERO : member.directoryId(),
                        member.logEndOffset(),
                        member.lastFetchMs(),
                        member.lastCaughtUpMs()))
                .toList();
    }

    /** Those whose address is known; a node that is a member twice, with an old and a new directory, once. */
    private List<DescribeQuorumResponse.Node> nodes(Quorum.Description description) {
        TreeMap<Integer, DescribeQuorumResponse.Node> nodes = new TreeMap<>();
        Stream.concat(description.voters().stream(), description.observers().stream())
                .forEach(member -> nodes.putIfAbsent(
                        member.nodeId(),
                        new DescribeQuorumResponse.Node(
                                member.nodeId(),
                                member.address().stream()
                                        .map(address -> new Listener(listenerName, address.host(), address.port()))
                                        .toList())));
        return List.copyOf(nodes.values());
    }

    /** The controller was here when the request came. */
    private static DescribeQuorumResponse moved(DescribeQuorumRequest request) {
        return DescribeQuorumResponse.builder()
                .errorMessage(null)
                .topics(request.topics().stream()
                        .map(topic -> new TopicData(
                                topic.topicName(),
                                topic.partitions().stream()
                                        .map(partition ->
                                                refused(partition.partitionIndex(), ErrorCode.NOT_LEADER_OR_FOLLOWER))
                                        .toList()))
                        .toList())
                .build();
    }

    private static PartitionData refused(int index, ErrorCode error) {
        return PartitionData.builder()
                .partitionIndex(index)
                .errorCode(error.code())
                .errorMessage(error.message())
                .leaderId(-1)
                .build();
    }

    /** The name of a controller listener, of which settings need not have one. */
    static String listenerName(List<String> controllerListenerNames) {
        return Optional.of(controllerListenerNames)
                .filter(names -> !names.isEmpty())
                .map(List::getFirst)
                .orElse("CONTROLLER");
    }
}
