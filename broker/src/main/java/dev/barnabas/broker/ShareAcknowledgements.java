package dev.barnabas.broker;

import dev.barnabas.broker.ShareSession.Place;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ShareAcknowledgeRequest;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.share.Acknowledgement;
import dev.barnabas.share.ShareKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a member says of records that it has, as requests carry it, and what comes of it: partition by partition, on the
 * loops that own them. Owned by the loop of the connection.
 */
final class ShareAcknowledgements {

    /** For each partition of which something is said; empty where that makes no sense. */
    private final Map<Place, Optional<List<Acknowledgement>>> said = new LinkedHashMap<>();

    private final boolean mayRenew;

    private ShareAcknowledgements(boolean mayRenew) {
        this.mayRenew = mayRenew;
    }

    private record Range(long firstOffset, long lastOffset, List<Byte> types) {}

    static ShareAcknowledgements of(ShareFetchRequest request) {
        ShareAcknowledgements all = new ShareAcknowledgements(request.isRenewAck());
        request.topics()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> !partition.acknowledgementBatches().isEmpty())
                        .forEach(partition -> all.add(
                                new Place(topic.topicId(), partition.partitionIndex()),
                                partition.acknowledgementBatches().stream()
                                        .map(batch -> new Range(
                                                batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                        .toList())));
        return all;
    }

    static ShareAcknowledgements of(ShareAcknowledgeRequest request) {
        ShareAcknowledgements all = new ShareAcknowledgements(request.isRenewAck());
        request.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> all.add(
                                new Place(topic.topicId(), partition.partitionIndex()),
                                partition.acknowledgementBatches().stream()
                                        .map(batch -> new Range(
                                                batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                        .toList())));
        return all;
    }

    boolean isEmpty() {
        return said.isEmpty();
    }

    private void add(Place place, List<Range> ranges) {
        // A partition that is named twice says something unclear.
        said.merge(place, parse(ranges), (_, _) -> Optional.empty());
    }

    private Optional<List<Acknowledgement>> parse(List<Range> ranges) {
        List<Acknowledgement> parsed = new ArrayList<>();
        long next = 0;
        for (Range range : ranges) {
            int count = range.types.size();
            boolean isClear = range.firstOffset >= next
                    && range.lastOffset >= range.firstOffset
                    && range.lastOffset < Long.MAX_VALUE
                    && (count == 1 || count == range.lastOffset - range.firstOffset + 1);
            if (!isClear) {
                return Optional.empty();
            }
            List<Acknowledgement.Type> types = new ArrayList<>(count);
            for (byte code : range.types) {
                Optional<Acknowledgement.Type> type =
                        Acknowledgement.Type.of(code).filter(known -> mayRenew || known != Acknowledgement.Type.RENEW);
                if (type.isEmpty()) {
                    return Optional.empty();
                }
                types.add(type.get());
            }
            parsed.add(new Acknowledgement(range.firstOffset, range.lastOffset, types));
            next = range.lastOffset + 1;
        }
        return Optional.of(parsed);
    }

    /**
     * Tells the share partitions.
     *
     * @param then called once on the loop, perhaps in this call, with what came of it, in the order of the request
     */
    void tell(
            Node node,
            List<SharePartitions> byLoop,
            String groupId,
            String memberId,
            Loop loop,
            Consumer<Map<Place, ErrorCode>> then) {
        Map<Place, ErrorCode> outcomes = new LinkedHashMap<>();
        int[] missing = {said.size() + 1};
        Runnable one = () -> {
            if (--missing[0] == 0) {
                then.accept(outcomes);
            }
        };
        said.forEach((place, acknowledgements) -> {
            outcomes.put(place, ErrorCode.INVALID_REQUEST);
            ErrorCode error = acknowledgements.isEmpty() ? ErrorCode.INVALID_REQUEST : check(node, place);
            if (error != ErrorCode.NONE) {
                outcomes.put(place, error);
                one.run();
                return;
            }
            int owner = node.ownerOf(place.topicId(), place.partition());
            node.run(
                    node.share(owner).loop(),
                    () -> tell(
                            byLoop.get(owner),
                            new ShareKey(groupId, place.topicId(), place.partition()),
                            memberId,
                            acknowledgements.get(),
                            outcome -> node.run(loop, () -> {
                                outcomes.put(place, outcome);
                                one.run();
                            })));
        });
        one.run();
    }

    private static void tell(
            SharePartitions partitions,
            ShareKey key,
            String memberId,
            List<Acknowledgement> acknowledgements,
            Consumer<ErrorCode> then) {
        switch (partitions.find(key)) {
            case SharePartitions.Found.Refused(ErrorCode error) -> then.accept(error);
            case SharePartitions.Found.Here(LedShare led) -> led.share().acknowledge(memberId, acknowledgements, then);
        }
    }

    /** What this node knows of a partition that a client names. */
    static ErrorCode check(Node node, Place place) {
        Optional<Topic> topic = node.image().topic(place.topicId());
        if (topic.isEmpty()) {
            return ErrorCode.UNKNOWN_TOPIC_ID;
        }
        return place.partition() < 0
                        || place.partition() >= topic.get().partitions().size()
                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                : ErrorCode.NONE;
    }
}
