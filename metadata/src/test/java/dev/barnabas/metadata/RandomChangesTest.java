package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.AlterSettings.Alteration;
import dev.barnabas.metadata.AlterSettings.Operation;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.simulation.Dice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random wishes on a small world, so that they meet. The seed stands in the name of the test. */
final class RandomChangesTest {

    private static final List<String> NAMES = List.of("a", "b.c", "b_c", "d", "e", "__consumer_offsets");

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void aSnapshotAndTheChangesBehindItMakeTheSameImageAsAllChanges(long seed) {
        Dice dice = new Dice(seed);
        Controller controller = new Controller(BrokerSettings.defaults(), dice.fork("controller"));
        ClusterImage image = ClusterImage.EMPTY;
        ClusterImage fromSnapshot = Snapshot.decode(Snapshot.encode(image));
        ClusterImage replayed = ClusterImage.EMPTY;
        int granted = 0;
        for (int step = 0; step < 500; step++) {
            long offset = image.lastOffset() + 1;
            if (dice.chance(0.05)) {
                // An entry that was planned for another image.
                image = image.passing(offset);
                replayed = replayed.passing(offset);
                fromSnapshot = fromSnapshot.passing(offset);
            }
            if (controller.plan(wish(dice, image), image) instanceof Plan.Agreed<?>(Change change, Object _)
                    && change != null) {
                granted++;
                LogEntry entry = new LogEntry(controller.newStamp(), image.stamp(), change);
                LogEntry stored = LogEntry.decode(entry.encode());
                assertThat(stored).isEqualTo(entry);
                image = image.apply(entry, offset + 1);
                replayed = replayed.apply(stored, offset + 1);
                fromSnapshot = fromSnapshot.apply(stored, offset + 1);
            }
            if (dice.chance(0.1)) {
                fromSnapshot = Snapshot.decode(Snapshot.encode(image));
            }
            assertThat(replayed).isEqualTo(image);
            assertThat(fromSnapshot).isEqualTo(image);
            checkInvariants(image);
        }
        assertThat(granted).as("wishes that were granted").isGreaterThan(80);
        assertThat(Snapshot.decode(Snapshot.encode(image))).isEqualTo(image);
    }

    private static void checkInvariants(ClusterImage image) {
        int partitions = 0;
        Set<String> folded = new HashSet<>();
        for (Topic topic : image.topics()) {
            assertThat(image.topic(topic.id())).contains(topic);
            assertThat(image.topic(topic.name())).contains(topic);
            assertThat(folded.add(topic.name().replace('.', '_'))).isTrue();
            partitions += topic.partitions().size();
            for (Partition partition : topic.partitions()) {
                assertThat(partition.replicas()).containsAll(partition.inSyncReplicas());
                assertThat(partition.hasLeader())
                        .isEqualTo(partition.inSyncReplicas().contains(partition.leader()));
                assertThat(image.brokers().keySet()).containsAll(partition.replicas());
            }
        }
        for (Change.ReplicasAssigned assigned : image.assignments()) {
            assertThat(assigned.assignments())
                    .allMatch(assignment -> image.topic(assignment.topicId()).isPresent());
        }
        assertThat(image.partitionCount()).isEqualTo(partitions);
        assertThat(image.topicCount()).isEqualTo(folded.size());
        for (Resource resource : image.resourcesWithSettings(Resource.Type.TOPIC)) {
            assertThat(image.topic(resource.name())).isPresent();
        }
    }

    private static Wish<?> wish(Dice dice, ClusterImage image) {
        String name = dice.pick(NAMES);
        int broker = 1 + dice.nextInt(4);
        if (image.clusterId().isEmpty()) {
            return new StartCluster();
        }
        return switch (dice.nextInt(13)) {
            case 0, 1, 2 ->
                new CreateTopic(
                        name, dice.nextInt(4), 1 + dice.nextInt(3), List.of(), settings(dice), dice.chance(0.1));
            case 3 -> new DeleteTopic(name, Uuid.ZERO);
            case 4 -> new AddPartitions(name, 1 + dice.nextInt(8), null, dice.chance(0.1));
            case 5, 6 -> alteration(dice, name, broker);
            case 7 -> new ReplaceSettings(Resource.topic(name), settings(dice), false);
            case 8 ->
                new RegisterBroker(
                        broker,
                        new Uuid(0, dice.nextInt(3)),
                        -1,
                        List.of(),
                        dice.chance(0.5) ? "r" : null,
                        List.of(),
                        Feature.supported());
            case 10, 11 ->
                new BrokerHeartbeat(
                        broker, epoch(image, broker), image.version(), false, dice.chance(0.1), List.of(), List.of());
            case 9 -> new AssignReplicas(broker, epoch(image, broker), assignments(dice, image, name));
            default -> new AllocateProducerIds(broker, epoch(image, broker));
        };
    }

    private static long epoch(ClusterImage image, int broker) {
        return image.broker(broker).map(Broker::epoch).orElse(0L);
    }

    private static List<ReplicaAssignment> assignments(Dice dice, ClusterImage image, String name) {
        int directory = 1 + dice.nextInt(2);
        Uuid topicId = image.topic(name).map(Topic::id).orElse(new Uuid(0, 77));
        return List.of(new ReplicaAssignment(
                new ReplicaDirectory(new Uuid(1, directory), "d" + directory), topicId, List.of(0, dice.nextInt(4))));
    }

    private static AlterSettings alteration(Dice dice, String topic, int broker) {
        Resource resource = switch (dice.nextInt(5)) {
            case 0 -> Resource.ALL_BROKERS;
            case 1 -> Resource.broker(broker);
            case 2 -> Resource.group("g" + dice.nextInt(3));
            default -> Resource.topic(topic);
        };
        List<Alteration> alterations = new ArrayList<>();
        settings(dice)
                .forEach((name, value) ->
                        alterations.add(new Alteration(name, dice.pick(List.of(Operation.values())), value)));
        return new AlterSettings(resource, alterations, dice.chance(0.1));
    }

    private static Map<String, String> settings(Dice dice) {
        return switch (dice.nextInt(6)) {
            case 0 -> Map.of("retention.ms", Integer.toString(dice.nextInt(1000)));
            case 1 -> Map.of("cleanup.policy", dice.chance(0.5) ? "compact" : "delete");
            case 2 -> Map.of("segment.ms", "7");
            case 3 -> Map.of("log.segment.bytes", Integer.toString(2_000_000 + dice.nextInt(10)));
            case 4 -> Map.of("consumer.session.timeout.ms", "50000");
            default -> Map.of();
        };
    }
}
