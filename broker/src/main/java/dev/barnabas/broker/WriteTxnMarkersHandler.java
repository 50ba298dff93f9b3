package dev.barnabas.broker;

import dev.barnabas.coordinator.Gather;
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
import java.util.Iterator;
import java.util.List;

/**
 * WriteTxnMarkers 1-2: the coordinator of a transaction tells the leaders of its partitions how it has ended; or an
 * operator ends one that nobody remembers.
 *
 * <ul>
 *   <li>v2 (KIP-1228): the version of the transaction, so that a marker can be told from a late one.
 * </ul>
 */
final class WriteTxnMarkersHandler implements Handler<WriteTxnMarkersRequest> {

    private final MarkerWriter writer;

    WriteTxnMarkersHandler(MarkerWriter writer) {
        this.writer = writer;
    }

    @Override
    public void handle(WriteTxnMarkersRequest request, Call call) {
        record Write(Marker marker, TopicPartition partition) {}
        List<Write> writes = new ArrayList<>();
        for (WritableTxnMarker each : request.markers()) {
            Marker marker = new Marker(
                    each.producerId(),
                    each.producerEpoch(),
                    each.transactionResult(),
                    each.coordinatorEpoch(),
                    each.transactionVersion());
            for (WritableTxnMarkerTopic topic : each.topics()) {
                for (int index : topic.partitionIndexes()) {
                    writes.add(new Write(marker, new TopicPartition(topic.name(), index)));
                }
            }
        }
        Gather<ErrorCode> gather =
                new Gather<>(writes.size(), call.loop(), errors -> call.answer(response(request, errors.iterator())));
        for (int i = 0; i < writes.size(); i++) {
            writer.write(writes.get(i).marker, writes.get(i).partition, call.loop(), gather.part(i));
        }
    }

    private static WriteTxnMarkersResponse response(WriteTxnMarkersRequest request, Iterator<ErrorCode> errors) {
        List<WritableTxnMarkerResult> markers = new ArrayList<>();
        for (WritableTxnMarker marker : request.markers()) {
            List<WritableTxnMarkerTopicResult> topics = new ArrayList<>();
            for (WritableTxnMarkerTopic topic : marker.topics()) {
                List<WritableTxnMarkerPartitionResult> partitions = new ArrayList<>();
                for (int index : topic.partitionIndexes()) {
                    partitions.add(new WritableTxnMarkerPartitionResult(
                            index, errors.next().code()));
                }
                topics.add(new WritableTxnMarkerTopicResult(topic.name(), partitions));
            }
            markers.add(new WritableTxnMarkerResult(marker.producerId(), topics));
        }
        return new WriteTxnMarkersResponse(markers);
    }
}
