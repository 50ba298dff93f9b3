package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest.DeleteShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsResponse.DeleteShareGroupOffsetsResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A share group without members forgets how far it has come in some topics, all partitions of each (KIP-932). */
record DeleteShareOffsets(DeleteShareGroupOffsetsRequest request, Ticket<DeleteShareGroupOffsetsResponse> ticket)
        implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ShareGroup> group = shard.share(request.groupId());
        if (group.isEmpty()) {
            return Decision.answer(ticket.with(
                    refusal(ErrorCode.GROUP_ID_NOT_FOUND, "Share group " + request.groupId() + " not found.")));
        }
        if (!group.get().isEmpty()) {
            return Decision.answer(ticket.with(refusal(ErrorCode.NON_EMPTY_GROUP, "The group has members.")));
        }
        ShareDraft draft = new ShareDraft(shard, group.get(), nowMs);
        NavigableSet<Uuid> topics = new TreeSet<>();
        NavigableSet<SharePlace> places = new TreeSet<>();
        for (DeleteShareGroupOffsetsRequestTopic topic : request.topics()) {
            Uuid id = shard.topics().idOf(topic.topicName()).orElse(null);
            if (id != null && draft.states().names().containsKey(id)) {
                topics.add(id);
                places.addAll(ShareTimers.everyPlaceOf(shard.topics(), id));
            }
        }
        if (places.isEmpty()) {
            return Decision.answer(ticket.with(answer(shard.topics(), new TreeMap<>())));
        }
        draft.store(draft.states().ending(topics));
        return draft.whenCommitted(() -> shard.shareFollowUps()
                        .delete(
                                request.groupId(),
                                places,
                                ticket,
                                results -> (later, laterMs) -> deleted(later, laterMs, results)))
                .decision();
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> deleted(
            GroupShard shard, long nowMs, NavigableMap<SharePlace, ErrorCode> results) {
        Ticket.Answer answer = ticket.with(answer(shard.topics(), results));
        Optional<ShareGroup> group = shard.share(request.groupId());
        if (group.isEmpty()) {
            return Decision.answer(answer);
        }
        ShareDraft draft = new ShareDraft(shard, group.get(), nowMs);
        draft.store(draft.states().ended(ShareStatesEnded.ended(results)));
        return draft.answer(answer).decision();
    }

    private DeleteShareGroupOffsetsResponse answer(Topics topics, NavigableMap<SharePlace, ErrorCode> results) {
        List<DeleteShareGroupOffsetsResponseTopic> told = new ArrayList<>();
        for (DeleteShareGroupOffsetsRequestTopic topic : request.topics()) {
            Uuid id = topics.idOf(topic.topicName()).orElse(null);
            boolean nothing =
                    results.keySet().stream().noneMatch(place -> place.topicId().equals(id));
            ErrorCode error = id == null || nothing ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : worst(id, results);
            String why = error == ErrorCode.NONE
                    ? null
                    : id != null && nothing ? "There is no offset information to delete." : error.name();
            told.add(topic(topic.topicName(), id, error, why));
        }
        return DeleteShareGroupOffsetsResponse.builder()
                .errorMessage(null)
                .responses(told)
                .build();
    }

    private static DeleteShareGroupOffsetsResponseTopic topic(
            String name, @Nullable Uuid id, ErrorCode error, @Nullable String why) {
        return DeleteShareGroupOffsetsResponseTopic.builder()
                .topicName(name)
                .topicId(id == null ? Uuid.ZERO : id)
                .errorCode(error.code())
                .errorMessage(why)
                .build();
    }

    private static ErrorCode worst(Uuid id, NavigableMap<SharePlace, ErrorCode> results) {
        for (var result : results.entrySet()) {
            if (result.getKey().topicId().equals(id) && !ShareStatesEnded.isGone(result.getValue())) {
                return result.getValue();
            }
        }
        return ErrorCode.NONE;
    }

    static DeleteShareGroupOffsetsResponse refusal(ErrorCode error, String why) {
        return DeleteShareGroupOffsetsResponse.builder()
                .errorCode(error.code())
                .errorMessage(why)
                .build();
    }
}
