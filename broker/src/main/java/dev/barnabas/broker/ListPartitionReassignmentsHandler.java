package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Partition;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics;
import dev.barnabas.protocol.message.ListPartitionReassignmentsResponse;
import dev.barnabas.protocol.message.ListPartitionReassignmentsResponse.OngoingPartitionReassignment;
import dev.barnabas.protocol.message.ListPartitionReassignmentsResponse.OngoingTopicReassignment;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * ListPartitionReassignments 0 (KIP-455): which partitions are getting other replicas, of all or of those that are
 * named. What is not being reassigned, or not there at all, is left out. The controller is asked, so that who has just
 * changed a reassignment sees it.
 */
final class ListPartitionReassignmentsHandler implements Handler<ListPartitionReassignmentsRequest> {

    private final Node node;

    ListPartitionReassignmentsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListPartitionReassignmentsRequest request, Call call) {
        ClusterImage image = node.image();
        List<OngoingTopicReassignment> ongoing = new ArrayList<>();
        List<ListPartitionReassignmentsTopics> named = request.topics();
        if (named == null) {
            for (Topic topic : image.topics()) {
                add(
                        ongoing,
                        topic,
                        IntStream.range(0, topic.partitions().size()).boxed().toList());
            }
        } else {
            for (ListPartitionReassignmentsTopics each : named) {
                SortedSet<Integer> indexes = new TreeSet<>(each.partitionIndexes());
                image.topic(each.name()).ifPresent(topic -> add(ongoing, topic, indexes));
            }
        }
        call.answer(ListPartitionReassignmentsResponse.builder()
                .errorMessage(null)
                .topics(ongoing)
                .build());
    }

    private static void add(List<OngoingTopicReassignment> ongoing, Topic topic, Iterable<Integer> indexes) {
        List<OngoingPartitionReassignment> partitions = new ArrayList<>();
        for (int index : indexes) {
            topic.partition(index)
                    .filter(Partition::isBeingReassigned)
                    .ifPresent(partition -> partitions.add(new OngoingPartitionReassignment(
                            index, partition.replicas(), partition.addingReplicas(), partition.removingReplicas())));
        }
        if (!partitions.isEmpty()) {
            ongoing.add(new OngoingTopicReassignment(topic.name(), partitions));
        }
    }
}
