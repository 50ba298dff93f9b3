package dev.barnabas.groups;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import dev.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import dev.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What offsets are to be committed for, as far as it exists. It lives as long as the decision about it. */
final class CommitTargets {
    private final boolean byId;
    private final Topics topics;
    private final int maxMetadataChars;
    private final List<Target> targets;

    /** @param byId whether topics are named by id only */
    CommitTargets(List<OffsetCommitRequestTopic> requested, boolean byId, Topics topics, int maxMetadataChars) {
        this.byId = byId;
        this.topics = topics;
        this.maxMetadataChars = maxMetadataChars;
        this.targets = requested.stream().map(this::target).toList();
    }

    private Target target(OffsetCommitRequestTopic topic) {
        Named known = byId
                ? topics.nameOf(topic.topicId())
                        .map(name -> new Named(name, topic.topicId()))
                        .orElse(null)
                : topics.idOf(topic.name())
                        .map(id -> new Named(topic.name(), id))
                        .orElse(null);
        return new Target(topic, known);
    }

    /** Whether there is nothing to commit. */
    boolean noneExists() {
        return targets.stream()
                .noneMatch(target -> target.topic.partitions().stream().anyMatch(target::has));
    }

    /** Whether a member has had all that exists since an epoch, or longer. */
    boolean areHeldBy(CurrentAssignment current, int epoch) {
        return areHeld((_, id, partition) -> current.since(id, partition), epoch);
    }

    /** Since which epoch a member has a partition, or -1 if it has not. */
    @FunctionalInterface
    interface Holding {
        int since(String topic, Uuid topicId, int partition);
    }

    boolean areHeld(Holding holding, int epoch) {
        return targets.stream().allMatch(target -> target.isHeld(holding, epoch));
    }

    /** What is to be done for each partition that an offset can be committed for. */
    @FunctionalInterface
    interface Committing {
        void commit(String topic, Uuid topicId, OffsetCommitRequestPartition partition, String metadata);
    }

    void forEach(Committing then) {
        for (Target target : targets) {
            Named known = target.known;
            if (known != null) {
                for (OffsetCommitRequestPartition partition : target.topic.partitions()) {
                    if (target.has(partition) && refusalOf(partition) == ErrorCode.NONE) {
                        String metadata = partition.committedMetadata();
                        then.commit(known.name, known.id, partition, metadata == null ? "" : metadata);
                    }
                }
            }
        }
    }

    /** What is answered if the group does not object. */
    List<OffsetCommitResponseTopic> answer() {
        return answer(this::refusalOf);
    }

    /** What is answered if the group does. */
    List<OffsetCommitResponseTopic> answer(ErrorCode refusal) {
        return answer(_ -> refusal);
    }

    private List<OffsetCommitResponseTopic> answer(Function<OffsetCommitRequestPartition, ErrorCode> errorOfKnown) {
        ErrorCode unknown = byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        return targets.stream()
                .map(target -> answer(
                        target.topic,
                        partition -> target.known == null
                                ? unknown
                                : target.has(partition)
                                        ? errorOfKnown.apply(partition)
                                        : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
                .toList();
    }

    private ErrorCode refusalOf(OffsetCommitRequestPartition partition) {
        String metadata = partition.committedMetadata();
        return metadata != null && metadata.length() > maxMetadataChars
                ? ErrorCode.OFFSET_METADATA_TOO_LARGE
                : ErrorCode.NONE;
    }

    static OffsetCommitResponseTopic answer(
            OffsetCommitRequestTopic topic, Function<OffsetCommitRequestPartition, ErrorCode> error) {
        return OffsetCommitResponseTopic.builder()
                .name(topic.name())
                .topicId(topic.topicId())
                .partitions(topic.partitions().stream()
                        .map(partition -> new OffsetCommitResponsePartition(
                                partition.partitionIndex(),
                                error.apply(partition).code()))
                        .toList())
                .build();
    }

    /** A topic that exists. */
    private record Named(String name, Uuid id) {}

    /** A topic of the request; {@code known} is null if it does not exist. */
    private final class Target {
        private final OffsetCommitRequestTopic topic;
        private final @Nullable Named known;

        private Target(OffsetCommitRequestTopic topic, @Nullable Named known) {
            this.topic = topic;
            this.known = known;
        }

        private boolean has(OffsetCommitRequestPartition partition) {
            return known != null && topics.hasPartition(known.name, partition.partitionIndex());
        }

        private boolean isHeld(Holding holding, int epoch) {
            return known == null
                    || topic.partitions().stream().allMatch(partition -> {
                        int since = holding.since(known.name, known.id, partition.partitionIndex());
                        return since >= 0 && since <= epoch;
                    });
        }
    }
}
