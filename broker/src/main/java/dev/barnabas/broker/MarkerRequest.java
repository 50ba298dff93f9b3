package dev.barnabas.broker;

import dev.barnabas.broker.LoopMarkers.Item;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerResult;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerTopicResult;
import dev.barnabas.transactions.Marker;
import dev.barnabas.transactions.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Markers for one broker in one WriteTxnMarkers request. An answer names producers: each has one marker in it. */
record MarkerRequest(WriteTxnMarkersRequest message, List<Item> items) {

    /** As few requests as it takes. */
    static List<MarkerRequest> of(List<Item> items) {
        List<MarkerRequest> requests = new ArrayList<>();
        List<Item> left = items;
        while (!left.isEmpty()) {
            Map<Long, Marker> byProducer = new LinkedHashMap<>();
            List<Item> now = new ArrayList<>();
            List<Item> later = new ArrayList<>();
            for (Item item : left) {
                Marker marker = item.sending().marker();
                Marker first = byProducer.computeIfAbsent(marker.producerId(), _ -> marker);
                (first.equals(marker) ? now : later).add(item);
            }
            requests.add(new MarkerRequest(message(byProducer, now), now));
            left = later;
        }
        return requests;
    }

    private static WriteTxnMarkersRequest message(Map<Long, Marker> markers, List<Item> items) {
        Map<Long, Map<String, List<Integer>>> partitions = new HashMap<>();
        for (Item item : items) {
            partitions
                    .computeIfAbsent(item.sending().marker().producerId(), _ -> new TreeMap<>())
                    .computeIfAbsent(item.partition().topic(), _ -> new ArrayList<>())
                    .add(item.partition().partition());
        }
        return new WriteTxnMarkersRequest(markers.values().stream()
                .map(marker -> WritableTxnMarker.builder()
                        .producerId(marker.producerId())
                        .producerEpoch(marker.producerEpoch())
                        .transactionResult(marker.committed())
                        .topics(partitions.getOrDefault(marker.producerId(), Map.of()).entrySet().stream()
                                .map(topic -> new WritableTxnMarkerTopic(topic.getKey(), topic.getValue()))
                                .toList())
                        .coordinatorEpoch(marker.coordinatorEpoch())
                        .transactionVersion((byte) marker.transactionVersion())
                        .build())
                .toList());
    }

    /** What became of each item; UNKNOWN_SERVER_ERROR if the answer does not say. */
    List<ErrorCode> outcomes(WriteTxnMarkersResponse response) {
        record Place(long producerId, TopicPartition partition) {}
        Map<Place, ErrorCode> outcomes = new HashMap<>();
        for (WritableTxnMarkerResult marker : response.markers()) {
            for (WritableTxnMarkerTopicResult topic : marker.topics()) {
                for (WritableTxnMarkerPartitionResult partition : topic.partitions()) {
                    outcomes.put(
                            new Place(
                                    marker.producerId(), new TopicPartition(topic.name(), partition.partitionIndex())),
                            ErrorCode.forCode(partition.errorCode()));
                }
            }
        }
        return items.stream()
                .map(item -> outcomes.getOrDefault(
                        new Place(item.sending().marker().producerId(), item.partition()),
                        ErrorCode.UNKNOWN_SERVER_ERROR))
                .toList();
    }
}
