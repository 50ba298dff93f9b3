package dev.barnabas.metadata;

import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * An image as bytes: its counters and the changes that make it out of nothing. The form is described in the package's
 * documentation.
 */
final class Snapshot {

    private static final short FORMAT = 1;
    private static final int HEADER = Short.BYTES + 4 * Long.BYTES + Integer.BYTES;

    private Snapshot() {}

    /** What an image knows beside the effects of changes. */
    record Counters(long version, long stamp, long lastOffset, long featuresEpoch) {}

    /** May run on any thread. */
    static ByteBuffer encode(ClusterImage image) {
        List<ByteBuffer> changes =
                changes(image).stream().map(ChangeCodec::encode).toList();
        int size = HEADER;
        for (ByteBuffer change : changes) {
            size = Math.addExact(size, Integer.BYTES + change.remaining());
        }
        ByteBuffer bytes = ByteBuffer.allocate(size)
                .putShort(FORMAT)
                .putLong(image.version())
                .putLong(image.stamp())
                .putLong(image.lastOffset())
                .putLong(image.featuresEpoch())
                .putInt(changes.size());
        changes.forEach(change -> bytes.putInt(change.remaining()).put(change));
        return bytes.flip();
    }

    /** @throws MalformedMessageException if these bytes are not a snapshot that this version of Barnabas knows */
    static ClusterImage decode(ByteBuffer bytes) {
        Reader in = new Reader(bytes);
        short format = in.int16("snapshot.format");
        if (format != FORMAT) {
            throw new MalformedMessageException(
                    "a snapshot of format " + format + ", which this version of Barnabas does not know");
        }
        Counters counters = new Counters(
                in.int64("snapshot.version"),
                in.int64("snapshot.stamp"),
                in.int64("snapshot.lastOffset"),
                in.int64("snapshot.featuresEpoch"));
        int count = in.int32("snapshot.count");
        ClusterImage image = ClusterImage.EMPTY;
        for (int i = 0; i < count; i++) {
            image = image.apply(ChangeCodec.decode(in.bytes("snapshot.change", false)), counters.lastOffset());
        }
        if (in.remaining() > 0) {
            throw new MalformedMessageException("snapshot: " + in.remaining() + " bytes too many");
        }
        return image.restoredAs(counters);
    }

    /** The changes that make this image out of {@link ClusterImage#EMPTY}, apart from its counters. */
    private static List<Change> changes(ClusterImage image) {
        List<Change> changes = new ArrayList<>();
        if (!image.clusterId().isEmpty()) {
            changes.add(new Change.ClusterStarted(image.clusterId(), image.finalizedFeatures()));
        }
        changes.add(new Change.ProducerIdsAllocated(-1, image.nextProducerId(), 0));
        image.brokers().values().forEach(broker -> changes.add(new Change.BrokerRegistered(broker)));
        image.topics().forEach(topic -> changes.add(new Change.TopicCreated(topic, new TreeMap<>())));
        changes.addAll(image.assignments());
        image.allResourcesWithSettings()
                .forEach(resource ->
                        changes.add(new Change.SettingsChanged(resource, new TreeMap<>(image.settings(resource)))));
        return changes;
    }
}
