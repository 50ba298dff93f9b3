package dev.barnabas.metadata;

import dev.barnabas.metadata.record.BrokerRegisteredRecord;
import dev.barnabas.metadata.record.BrokerStateChangedRecord;
import dev.barnabas.metadata.record.BrokerUnregisteredRecord;
import dev.barnabas.metadata.record.ClusterStartedRecord;
import dev.barnabas.metadata.record.FeaturesFinalizedRecord;
import dev.barnabas.metadata.record.PartitionsAddedRecord;
import dev.barnabas.metadata.record.PartitionsChangedRecord;
import dev.barnabas.metadata.record.ProducerIdsAllocatedRecord;
import dev.barnabas.metadata.record.ReplicasAssignedRecord;
import dev.barnabas.metadata.record.SettingsChangedRecord;
import dev.barnabas.metadata.record.TogetherRecord;
import dev.barnabas.metadata.record.TopicCreatedRecord;
import dev.barnabas.metadata.record.TopicDeletedRecord;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a change: 2 bytes kind, 2 bytes version, then the record of that kind and version as the schemas
 * in {@code src/main/schema} describe it.
 */
final class ChangeCodec {

    private static final int HEADER = Short.BYTES + Short.BYTES;

    private ChangeCodec() {}

    static ByteBuffer encode(Change change) {
        return switch (change) {
            case Change.ClusterStarted started ->
                encode(
                        ClusterStartedRecord.RECORD_TYPE,
                        ClusterStartedRecord.HIGHEST_VERSION,
                        new ClusterStartedRecord(
                                started.clusterId(),
                                started.features().entrySet().stream()
                                        .map(feature -> new ClusterStartedRecord.InitialFeature(
                                                feature.getKey(), feature.getValue()))
                                        .toList()));
            case Change.BrokerRegistered(Broker broker) ->
                encode(
                        BrokerRegisteredRecord.RECORD_TYPE,
                        BrokerRegisteredRecord.HIGHEST_VERSION,
                        BrokerCodec.encode(broker));
            case Change.BrokerStateChanged changed ->
                encode(
                        BrokerStateChangedRecord.RECORD_TYPE,
                        BrokerStateChangedRecord.HIGHEST_VERSION,
                        BrokerCodec.encode(changed));
            case Change.BrokerUnregistered(int id, long epoch) ->
                encode(
                        BrokerUnregisteredRecord.RECORD_TYPE,
                        BrokerUnregisteredRecord.HIGHEST_VERSION,
                        new BrokerUnregisteredRecord(id, epoch));
            case Change.PartitionsChanged changed ->
                encode(
                        PartitionsChangedRecord.RECORD_TYPE,
                        PartitionsChangedRecord.HIGHEST_VERSION,
                        PartitionCodec.encode(changed));
            case Change.Together(List<Change> changes) ->
                encode(
                        TogetherRecord.RECORD_TYPE,
                        TogetherRecord.HIGHEST_VERSION,
                        new TogetherRecord(changes.stream()
                                .map(each -> new TogetherRecord.ChangeAtOnce(encode(each)))
                                .toList()));
            case Change.TopicCreated created ->
                encode(
                        TopicCreatedRecord.RECORD_TYPE,
                        TopicCreatedRecord.HIGHEST_VERSION,
                        new TopicCreatedRecord(
                                created.topic().id(),
                                created.topic().name(),
                                PartitionCodec.created(created.topic().partitions()),
                                created.settings().entrySet().stream()
                                        .map(setting -> new TopicCreatedRecord.SettingOfTopic(
                                                setting.getKey(), setting.getValue()))
                                        .toList()));
            case Change.TopicDeleted deleted ->
                encode(
                        TopicDeletedRecord.RECORD_TYPE,
                        TopicDeletedRecord.HIGHEST_VERSION,
                        new TopicDeletedRecord(deleted.topicId()));
            case Change.PartitionsAdded added ->
                encode(
                        PartitionsAddedRecord.RECORD_TYPE,
                        PartitionsAddedRecord.HIGHEST_VERSION,
                        new PartitionsAddedRecord(
                                added.topicId(), added.firstPartition(), PartitionCodec.added(added.partitions())));
            case Change.SettingsChanged changed ->
                encode(
                        SettingsChangedRecord.RECORD_TYPE,
                        SettingsChangedRecord.HIGHEST_VERSION,
                        new SettingsChangedRecord(
                                changed.resource().type().code(),
                                changed.resource().name(),
                                changed.values().entrySet().stream()
                                        .map(value -> new SettingsChangedRecord.SettingChange(
                                                value.getKey(), value.getValue()))
                                        .toList()));
            case Change.ProducerIdsAllocated allocated ->
                encode(
                        ProducerIdsAllocatedRecord.RECORD_TYPE,
                        ProducerIdsAllocatedRecord.HIGHEST_VERSION,
                        new ProducerIdsAllocatedRecord(
                                allocated.brokerId(), allocated.firstProducerId(), allocated.count()));
            case Change.FeaturesFinalized finalized ->
                encode(
                        FeaturesFinalizedRecord.RECORD_TYPE,
                        FeaturesFinalizedRecord.HIGHEST_VERSION,
                        new FeaturesFinalizedRecord(finalized.levels().entrySet().stream()
                                .map(level ->
                                        new FeaturesFinalizedRecord.FeatureLevel(level.getKey(), level.getValue()))
                                .toList()));
            case Change.ReplicasAssigned assigned ->
                encode(
                        ReplicasAssignedRecord.RECORD_TYPE,
                        ReplicasAssignedRecord.HIGHEST_VERSION,
                        new ReplicasAssignedRecord(
                                assigned.brokerId(),
                                assigned.assignments().stream()
                                        .map(assignment -> new ReplicasAssignedRecord.Assignment(
                                                assignment.directory().id(),
                                                assignment.directory().name(),
                                                assignment.topicId(),
                                                assignment.partitions()))
                                        .toList()));
        };
    }

    /** @throws MalformedMessageException if these bytes are not a change that this version of Barnabas knows */
    static Change decode(ByteBuffer bytes) {
        Reader in = new Reader(bytes);
        short kind = in.int16("change.kind");
        int version = in.int16("change.version");
        return switch (kind) {
            case ClusterStartedRecord.RECORD_TYPE ->
                clusterStarted(
                        ClusterStartedRecord.read(in, known(kind, version, ClusterStartedRecord.HIGHEST_VERSION)));
            case BrokerRegisteredRecord.RECORD_TYPE ->
                BrokerCodec.decode(
                        BrokerRegisteredRecord.read(in, known(kind, version, BrokerRegisteredRecord.HIGHEST_VERSION)));
            case TopicCreatedRecord.RECORD_TYPE ->
                topicCreated(TopicCreatedRecord.read(in, known(kind, version, TopicCreatedRecord.HIGHEST_VERSION)));
            case TopicDeletedRecord.RECORD_TYPE ->
                new Change.TopicDeleted(
                        TopicDeletedRecord.read(in, known(kind, version, TopicDeletedRecord.HIGHEST_VERSION))
                                .topicId());
            case PartitionsAddedRecord.RECORD_TYPE -> {
                PartitionsAddedRecord added =
                        PartitionsAddedRecord.read(in, known(kind, version, PartitionsAddedRecord.HIGHEST_VERSION));
                yield new Change.PartitionsAdded(
                        added.topicId(), added.firstPartition(), PartitionCodec.ofAdded(added.partitions()));
            }
            case PartitionsChangedRecord.RECORD_TYPE ->
                PartitionCodec.decode(PartitionsChangedRecord.read(
                        in, known(kind, version, PartitionsChangedRecord.HIGHEST_VERSION)));
            case BrokerStateChangedRecord.RECORD_TYPE ->
                BrokerCodec.decode(BrokerStateChangedRecord.read(
                        in, known(kind, version, BrokerStateChangedRecord.HIGHEST_VERSION)));
            case BrokerUnregisteredRecord.RECORD_TYPE -> {
                BrokerUnregisteredRecord unregistered = BrokerUnregisteredRecord.read(
                        in, known(kind, version, BrokerUnregisteredRecord.HIGHEST_VERSION));
                yield new Change.BrokerUnregistered(unregistered.brokerId(), unregistered.brokerEpoch());
            }
            case TogetherRecord.RECORD_TYPE ->
                together(TogetherRecord.read(in, known(kind, version, TogetherRecord.HIGHEST_VERSION)));
            case SettingsChangedRecord.RECORD_TYPE ->
                settingsChanged(
                        SettingsChangedRecord.read(in, known(kind, version, SettingsChangedRecord.HIGHEST_VERSION)));
            case ProducerIdsAllocatedRecord.RECORD_TYPE -> {
                ProducerIdsAllocatedRecord allocated = ProducerIdsAllocatedRecord.read(
                        in, known(kind, version, ProducerIdsAllocatedRecord.HIGHEST_VERSION));
                yield new Change.ProducerIdsAllocated(
                        allocated.brokerId(), allocated.firstProducerId(), allocated.count());
            }
            case FeaturesFinalizedRecord.RECORD_TYPE ->
                featuresFinalized(FeaturesFinalizedRecord.read(
                        in, known(kind, version, FeaturesFinalizedRecord.HIGHEST_VERSION)));
            case ReplicasAssignedRecord.RECORD_TYPE ->
                replicasAssigned(
                        ReplicasAssignedRecord.read(in, known(kind, version, ReplicasAssignedRecord.HIGHEST_VERSION)));
            default -> throw unknown(kind, version);
        };
    }

    private static Change clusterStarted(ClusterStartedRecord stored) {
        TreeMap<String, Short> features = new TreeMap<>();
        stored.features().forEach(feature -> features.put(feature.name(), feature.level()));
        return new Change.ClusterStarted(stored.clusterId(), features);
    }

    private static Change featuresFinalized(FeaturesFinalizedRecord stored) {
        TreeMap<String, Short> levels = new TreeMap<>();
        stored.levels().forEach(level -> levels.put(level.name(), level.level()));
        return new Change.FeaturesFinalized(levels);
    }

    private static Change replicasAssigned(ReplicasAssignedRecord stored) {
        return new Change.ReplicasAssigned(
                stored.brokerId(),
                stored.assignments().stream()
                        .map(assignment -> new ReplicaAssignment(
                                new ReplicaDirectory(assignment.directoryId(), assignment.directoryName()),
                                assignment.topicId(),
                                assignment.partitions()))
                        .toList());
    }

    private static Change together(TogetherRecord stored) {
        List<Change> changes = new ArrayList<>();
        for (TogetherRecord.ChangeAtOnce each : stored.changes()) {
            Change change = decode(each.change());
            if (change instanceof Change.Together) {
                throw new MalformedMessageException("changes that happen at once are nested");
            }
            changes.add(change);
        }
        return new Change.Together(changes);
    }

    private static Change topicCreated(TopicCreatedRecord stored) {
        List<Partition> partitions = PartitionCodec.ofCreated(stored.partitions());
        TreeMap<String, String> settings = new TreeMap<>();
        stored.settings().forEach(setting -> settings.put(setting.name(), setting.value()));
        return new Change.TopicCreated(new Topic(stored.topicId(), stored.name(), partitions), settings);
    }

    private static Change settingsChanged(SettingsChangedRecord stored) {
        Resource.Type type = Resource.Type.forCode(stored.resourceType())
                .orElseThrow(() -> new MalformedMessageException(
                        "change.resourceType: there is none of number " + stored.resourceType()));
        TreeMap<String, @Nullable String> values = new TreeMap<>();
        stored.changes().forEach(change -> values.put(change.name(), change.value()));
        return new Change.SettingsChanged(new Resource(type, stored.resourceName()), values);
    }

    private static ByteBuffer encode(short kind, int version, Message message) {
        ByteBuffer body = Encoded.message(message, version).flatten();
        return ByteBuffer.allocate(HEADER + body.remaining())
                .putShort(kind)
                .putShort((short) version)
                .put(body)
                .flip();
    }

    private static int known(short kind, int version, int highest) {
        if (version < 0 || version > highest) {
            throw unknown(kind, version);
        }
        return version;
    }

    private static MalformedMessageException unknown(short kind, int version) {
        return new MalformedMessageException("a change of kind " + kind + " and version " + version
                + ", which this version of Barnabas does not know");
    }
}
