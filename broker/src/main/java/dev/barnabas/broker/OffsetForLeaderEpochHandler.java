package dev.barnabas.broker;

import dev.barnabas.log.EpochEnd;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.OffsetForLeaderEpochRequest;
import dev.barnabas.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import dev.barnabas.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import dev.barnabas.protocol.message.OffsetForLeaderEpochResponse;
import dev.barnabas.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import dev.barnabas.protocol.message.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** OffsetForLeaderEpoch 2-4: where a leader epoch ended, so that clients notice that a log was truncated (KIP-320). */
final class OffsetForLeaderEpochHandler implements Handler<OffsetForLeaderEpochRequest> {

    private final Node node;

    OffsetForLeaderEpochHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(OffsetForLeaderEpochRequest request, Call call) {
        ClusterImage image = node.image();
        AskPartitions<EpochEndOffset> ask = new AskPartitions<>(node, call.loop());
        for (OffsetForLeaderTopic topic : request.topics()) {
            Topic known = image.topic(topic.topic()).orElse(null);
            for (OffsetForLeaderPartition wanted : topic.partitions()) {
                if (known == null
                        || wanted.partition() < 0
                        || wanted.partition() >= known.partitions().size()) {
                    ask.answered(refused(wanted.partition(), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
                } else {
                    ask.question(
                            known.id(),
                            wanted.partition(),
                            (open, answer) -> answer.accept(
                                    open == null
                                            ? refused(
                                                    wanted.partition(), node.whyAbsent(known.id(), wanted.partition()))
                                            : find(open, wanted)));
                }
            }
        }
        ask.ask(answers -> call.answer(response(request, answers)));
    }

    private static EpochEndOffset find(Partition partition, OffsetForLeaderPartition wanted) {
        ErrorCode error = partition.checkLeader(wanted.currentLeaderEpoch());
        if (error != ErrorCode.NONE) {
            return refused(wanted.partition(), error);
        }
        Optional<EpochEnd> end = wanted.leaderEpoch() < 0 || wanted.leaderEpoch() > partition.leaderEpoch()
                ? Optional.empty()
                : partition.endOfLeaderEpoch(wanted.leaderEpoch());
        EpochEndOffset.Builder found = EpochEndOffset.builder().partition(wanted.partition());
        end.ifPresent(known -> found.leaderEpoch(known.leaderEpoch()).endOffset(known.endOffset()));
        return found.build();
    }

    private static EpochEndOffset refused(int partition, ErrorCode error) {
        return EpochEndOffset.builder()
                .partition(partition)
                .errorCode(error.code())
                .build();
    }

    private static OffsetForLeaderEpochResponse response(
            OffsetForLeaderEpochRequest request, List<EpochEndOffset> answers) {
        List<OffsetForLeaderTopicResult> topics = new ArrayList<>();
        int from = 0;
        for (OffsetForLeaderTopic topic : request.topics()) {
            int to = from + topic.partitions().size();
            topics.add(OffsetForLeaderTopicResult.builder()
                    .topic(topic.topic())
                    .partitions(answers.subList(from, to))
                    .build());
            from = to;
        }
        return OffsetForLeaderEpochResponse.builder().topics(topics).build();
    }
}
