package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.ShareStates.Summary;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How far a share group has come: one of those that a DescribeShareGroupOffsets request asks for (KIP-932). Without
 * topics in the request, in all partitions that the group has states of.
 *
 * <ul>
 *   <li>Version 1 (KIP-1226) tells the lag: how many records are left to be settled; -1 if nobody can say.
 * </ul>
 */
record DescribeShareOffsets(
        DescribeShareGroupOffsetsRequestGroup request, Ticket<DescribeShareGroupOffsetsResponseGroup> ticket)
        implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ShareGroup> group = shard.share(request.groupId());
        if (group.isEmpty()) {
            return Decision.answer(ticket.with(refusal(request.groupId(), ErrorCode.GROUP_ID_NOT_FOUND)));
        }
        List<Asked> asked = asked(shard.topics(), group.get());
        NavigableSet<SharePlace> places = new TreeSet<>();
        asked.forEach(topic -> places.addAll(topic.places));
        if (places.isEmpty()) {
            return Decision.answer(ticket.with(answer(asked, _ -> notThere())));
        }
        return new Decision<>(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false,
                List.of(() -> shard.shareFollowUps()
                        .describe(
                                request.groupId(),
                                places,
                                ticket,
                                (summaries, ends) -> (_, _) -> Decision.answer(
                                        ticket.with(answer(asked, place -> told(place, summaries, ends)))))));
    }

    /**
     * A topic that is asked for.
     *
     * @param id zero if there is no such topic
     * @param places those of its partitions that exist
     */
    private record Asked(String name, Uuid id, List<Integer> partitions, NavigableSet<SharePlace> places) {}

    /** What is told of one partition. */
    private record Told(Summary summary, long lag) {}

    private List<Asked> asked(Topics topics, ShareGroup group) {
        List<Asked> asked = new ArrayList<>();
        List<DescribeShareGroupOffsetsRequestTopic> named = request.topics();
        if (named == null) {
            group.states()
                    .all()
                    .byTopic()
                    .forEach((id, partitions) -> topics.nameOf(id)
                            .ifPresent(name -> asked.add(asked(topics, name, List.copyOf(partitions)))));
        } else {
            named.forEach(topic -> asked.add(asked(topics, topic.topicName(), topic.partitions())));
        }
        return asked;
    }

    private static Asked asked(Topics topics, String name, List<Integer> partitions) {
        Uuid id = topics.idOf(name).orElse(Uuid.ZERO);
        NavigableSet<SharePlace> places = new TreeSet<>();
        for (int partition : partitions) {
            if (topics.hasPartition(name, partition)) {
                places.add(new SharePlace(id, partition));
            }
        }
        return new Asked(name, id, partitions, places);
    }

    private static Told notThere() {
        return new Told(Summary.refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION), -1);
    }

    private static Told told(
            SharePlace place, NavigableMap<SharePlace, Summary> summaries, NavigableMap<SharePlace, Long> ends) {
        Summary summary = summaries.get(place);
        if (summary == null) {
            return notThere();
        }
        Long end = ends.get(place);
        return new Told(summary, end == null ? -1 : summary.lag(end));
    }

    private DescribeShareGroupOffsetsResponseGroup answer(List<Asked> asked, Function<SharePlace, Told> told) {
        List<DescribeShareGroupOffsetsResponseTopic> topics = new ArrayList<>();
        for (Asked topic : asked) {
            List<DescribeShareGroupOffsetsResponsePartition> partitions = new ArrayList<>();
            for (int partition : topic.partitions) {
                Told one = told.apply(new SharePlace(topic.id, partition));
                ErrorCode error = one.summary.error();
                partitions.add(DescribeShareGroupOffsetsResponsePartition.builder()
                        .partitionIndex(partition)
                        .startOffset(one.summary.startOffset())
                        .leaderEpoch(one.summary.leaderEpoch())
                        .lag(one.lag)
                        .errorCode(error.code())
                        .errorMessage(error == ErrorCode.NONE ? null : error.name())
                        .build());
            }
            topics.add(new DescribeShareGroupOffsetsResponseTopic(topic.name, topic.id, partitions));
        }
        return DescribeShareGroupOffsetsResponseGroup.builder()
                .groupId(request.groupId())
                .topics(topics)
                .errorMessage(null)
                .build();
    }

    static DescribeShareGroupOffsetsResponseGroup refusal(String groupId, ErrorCode error) {
        return DescribeShareGroupOffsetsResponseGroup.builder()
                .groupId(groupId)
                .topics(List.of())
                .errorCode(error.code())
                .errorMessage(error == ErrorCode.GROUP_ID_NOT_FOUND ? "Group " + groupId + " not found." : error.name())
                .build();
    }
}
