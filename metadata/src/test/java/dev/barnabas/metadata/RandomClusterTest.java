package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.ReplicaModel.PartitionKey;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Brokers crash, lose what was not on their disks, or their disks, and come back in every order; replicas are moved,
 * settings changed, leaders elected. Whatever happens, who is elected cleanly has all that was acknowledged.
 */
final class RandomClusterTest {

    private static final int BROKERS = 5;
    private static final List<String> TOPICS = List.of("after-sync", "strict", "after-write");

    @Test
    void whoIsElectedCleanlyHasAllAcknowledgedRecords() {
        Seeds.check(40, simulation -> new World(new Dice(simulation.seed())).run(400));
    }

    private static final class World {

        private final Dice dice;
        private final Controller controller;
        private final ReplicaModel model = new ReplicaModel();
        private final Map<Integer, Long> knownEpochs = new HashMap<>();
        private final Map<Integer, Uuid> disks = new HashMap<>();
        private ClusterImage image = ClusterImage.EMPTY;
        private ClusterImage fromSnapshot = ClusterImage.EMPTY;
        private long incarnations;

        World(Dice dice) {
            this.dice = dice;
            this.controller = new Controller(BrokerSettings.defaults(), dice.fork("controller"));
        }

        void run(int steps) {
            grant(new StartCluster());
            for (int broker = 1; broker <= BROKERS; broker++) {
                start(broker);
                heartbeat(broker, false);
            }
            TOPICS.forEach(this::create);
            for (int step = 0; step < steps; step++) {
                step();
            }
            // When everybody is back and nothing more happens, whatever can be led is led.
            for (int broker = 1; broker <= BROKERS; broker++) {
                if (!model.isRunning(broker)) {
                    start(broker);
                }
                heartbeat(broker, false);
            }
            forEachPartition((id, partition) -> partition.inSyncReplicas().isEmpty()
                    || partition.hasLeader()
                    || image.brokers().values().stream().anyMatch(Broker::shuttingDown));
        }

        private void step() {
            int broker = 1 + dice.nextInt(BROKERS);
            switch (dice.nextInt(24)) {
                case 0 -> crash(broker);
                case 1, 2 -> {
                    if (!model.isRunning(broker) || dice.chance(0.1)) {
                        start(broker);
                    }
                }
                case 3, 4, 5 -> heartbeat(broker, dice.chance(0.05));
                case 6 -> fence(broker);
                case 7 -> {
                    if (dice.chance(0.1)) {
                        grant(new UnregisterBroker(broker));
                    }
                }
                case 8 -> elect();
                case 9 -> grant(new BalanceLeaders(1 + dice.nextInt(3)));
                case 10 -> reassign();
                case 11 -> settings();
                case 12 -> recreate();
                case 13 -> beginAnew(broker);
                case 14, 15, 16, 17, 18 -> alterInSync();
                default -> traffic();
            }
        }

        private void crash(int broker) {
            model.crash(broker);
            if (dice.chance(0.5)) {
                fence(broker);
            }
        }

        private void fence(int broker) {
            image.broker(broker).ifPresent(known -> {
                if (!model.isRunning(broker) || dice.chance(0.2)) {
                    grant(new FenceBroker(broker, known.epoch()));
                }
            });
        }

        private void start(int broker) {
            model.crash(broker);
            Uuid before = disks.getOrDefault(broker, new Uuid(broker, 0));
            boolean ofOldMachine = dice.chance(0.4);
            long previous = ofOldMachine ? knownEpochs.getOrDefault(broker, -1L) : -1L;
            Uuid disk = dice.chance(0.05) ? new Uuid(broker, dice.nextInt(3)) : before;
            RegisterBroker wish = Given.registration(broker, ++incarnations, previous, disk);
            if (grant(wish).isEmpty()) {
                return;
            }
            if (!ofOldMachine) {
                forEachTopic("after-write", topic -> {
                    for (int index = 0; index < topic.partitions().size(); index++) {
                        model.losePart(before, new PartitionKey(topic.id(), index), dice.nextDouble());
                    }
                });
            }
            disks.put(broker, disk);
            model.start(broker, disk);
            knownEpochs.put(broker, image.broker(broker).orElseThrow().epoch());
        }

        private void heartbeat(int broker, boolean wantShutDown) {
            long epoch = knownEpochs.getOrDefault(broker, 0L);
            if (model.isRunning(broker)) {
                Optional<BrokerHeartbeat.State> state = grant(new BrokerHeartbeat(
                        broker,
                        epoch,
                        image.version(),
                        false,
                        wantShutDown,
                        List.of(),
                        dice.chance(0.1)
                                ? image.broker(broker).map(Broker::directories).orElse(List.of())
                                : List.of()));
                if (state.filter(BrokerHeartbeat.State::shouldShutDown).isPresent()) {
                    model.crash(broker);
                }
            }
        }

        private void elect() {
            ElectLeaders.Type type = dice.chance(0.2) ? ElectLeaders.Type.UNCLEAN : ElectLeaders.Type.PREFERRED;
            grant(new ElectLeaders(
                    type,
                    dice.chance(0.3) ? null : List.of(new ElectLeaders.Target(dice.pick(TOPICS), dice.nextInt(3)))));
        }

        private void reassign() {
            List<Integer> all = dice.shuffled(List.of(1, 2, 3, 4, 5));
            List<Integer> target = dice.chance(0.2) ? null : all.subList(0, 1 + dice.nextInt(4));
            grant(new AlterReassignments(
                    List.of(new AlterReassignments.Wanted(dice.pick(TOPICS), dice.nextInt(3), target)),
                    dice.chance(0.9)));
        }

        private void settings() {
            boolean unclean = dice.chance(0.3);
            grant(new AlterSettings(
                    Resource.topic(dice.pick(TOPICS)),
                    List.of(new AlterSettings.Alteration(
                            unclean ? "unclean.leader.election.enable" : "min.insync.replicas",
                            AlterSettings.Operation.SET,
                            unclean ? Boolean.toString(dice.chance(0.2)) : Integer.toString(1 + dice.nextInt(3)))),
                    false));
        }

        private void recreate() {
            String name = dice.pick(TOPICS);
            if (dice.chance(0.2)) {
                grant(new DeleteTopic(name, Uuid.ZERO));
            }
            create(name);
        }

        private void create(String name) {
            Map<String, @Nullable String> settings = new TreeMap<>();
            if (name.equals("after-write")) {
                settings.put("barnabas.durability", "after-write");
            } else if (name.equals("strict")) {
                settings.put("min.insync.replicas", "2");
            }
            grant(new CreateTopic(name, 3, 1 + dice.nextInt(3), List.of(), settings, false));
        }

        /** A replica whose directory is gone is begun anew, after the cluster was told. */
        private void beginAnew(int broker) {
            forEachTopic(dice.pick(TOPICS), topic -> {
                int index = dice.nextInt(topic.partitions().size());
                boolean gone = model.isRunning(broker)
                        && image.directoryOf(broker, topic.id(), index)
                                .filter(directory -> !directory.id().equals(disks.get(broker)))
                                .isPresent();
                Optional<?> granted = gone
                        ? grant(new AssignReplicas(
                                broker,
                                knownEpochs.getOrDefault(broker, 0L),
                                List.of(new ReplicaAssignment(ReplicaDirectory.LOST, topic.id(), List.of(index)))))
                        : Optional.empty();
                if (granted.isPresent()) {
                    model.beginAnew(broker, new PartitionKey(topic.id(), index));
                }
            });
        }

        private boolean isThere(int broker, PartitionKey id) {
            return model.isRunning(broker)
                    && image.directoryOf(broker, id.topic(), id.index())
                            .filter(directory -> !directory.id().equals(disks.get(broker)))
                            .isEmpty();
        }

        private void traffic() {
            forEachPartition((id, partition) -> {
                if (dice.chance(0.7)) {
                    model.produce(id, partition);
                }
                for (int follower : partition.replicas()) {
                    if (isThere(follower, id) && dice.chance(0.7)) {
                        model.fetch(id, partition, follower, dice.chance(0.7) ? 1 : dice.nextDouble());
                    }
                }
                model.acknowledge(id, partition, minInSync(id));
                return true;
            });
        }

        private int minInSync(PartitionKey id) {
            Topic topic = image.topic(id.topic()).orElseThrow();
            return new TopicRules.OfAll(image, controller).of(topic).minInSync();
        }

        private void alterInSync() {
            forEachTopic(dice.pick(TOPICS), topic -> {
                int index = dice.nextInt(topic.partitions().size());
                PartitionKey id = new PartitionKey(topic.id(), index);
                Partition partition = topic.partitions().get(index);
                int leader = partition.leader();
                if (!partition.hasLeader() || !model.isRunning(leader)) {
                    return;
                }
                List<AlterPartition.Member> members = new ArrayList<>();
                for (int broker : partition.replicas()) {
                    boolean caughtUp = isThere(broker, id) && model.isCaughtUp(id, partition, broker);
                    boolean present = partition.inSyncReplicas().contains(broker);
                    if (broker == leader || (caughtUp && dice.chance(0.9)) || (present && dice.chance(0.5))) {
                        members.add(new AlterPartition.Member(
                                broker, image.broker(broker).map(Broker::epoch).orElse(-1L)));
                    }
                }
                grant(new AlterPartition(
                        leader,
                        knownEpochs.getOrDefault(leader, 0L),
                        List.of(new AlterPartition.Wanted(
                                topic.id(),
                                index,
                                partition.leaderEpoch() - (dice.chance(0.05) ? 1 : 0),
                                partition.partitionEpoch() - (dice.chance(0.05) ? 1 : 0),
                                members,
                                false))));
            });
        }

        private <A> Optional<A> grant(Wish<A> wish) {
            return switch (controller.plan(wish, image)) {
                case Plan.Refused<A> _ -> Optional.empty();
                case Plan.Agreed<A>(Change change, A answer) -> {
                    if (change != null) {
                        apply(change, wish);
                    }
                    yield Optional.of(answer);
                }
            };
        }

        private void apply(Change change, Wish<?> wish) {
            ClusterImage before = image;
            long offset = before.lastOffset() + 1;
            LogEntry entry = new LogEntry(controller.newStamp(), before.stamp(), change);
            LogEntry stored = LogEntry.decode(entry.encode());
            assertThat(stored).isEqualTo(entry);
            image = before.apply(entry, offset);
            if (dice.chance(0.1)) {
                fromSnapshot = Snapshot.decode(Snapshot.encode(before));
            }
            fromSnapshot = fromSnapshot.apply(stored, offset);
            assertThat(fromSnapshot).isEqualTo(image);
            forEachPartition((id, partition) -> {
                Optional<Partition> earlier = before.topic(id.topic()).flatMap(topic -> topic.partition(id.index()));
                checkInvariants(id, partition);
                earlier.ifPresent(old -> checkStep(id, old, partition, wish, before));
                return true;
            });
        }

        private void checkInvariants(PartitionKey id, Partition partition) {
            String what = id + " is " + partition;
            List<Integer> inSync = partition.inSyncReplicas();
            assertThat(new HashSet<>(partition.replicas())).as(what).hasSameSizeAs(partition.replicas());
            assertThat(new HashSet<>(inSync)).as(what).hasSameSizeAs(inSync);
            assertThat(partition.replicas().containsAll(inSync)).as(what).isTrue();
            assertThat(partition.replicas().containsAll(partition.eligibleLeaders()))
                    .as(what)
                    .isTrue();
            assertThat(partition.replicas().containsAll(partition.lastKnownEligible()))
                    .as(what)
                    .isTrue();
            assertThat(partition.replicas().containsAll(partition.addingReplicas()))
                    .as(what)
                    .isTrue();
            assertThat(partition.replicas().containsAll(partition.removingReplicas()))
                    .as(what)
                    .isTrue();
            assertThat(Collections.disjoint(partition.addingReplicas(), partition.removingReplicas()))
                    .as(what)
                    .isTrue();
            assertThat(Collections.disjoint(inSync, partition.eligibleLeaders()))
                    .as(what)
                    .isTrue();
            assertThat(Collections.disjoint(inSync, partition.lastKnownEligible()))
                    .as(what)
                    .isTrue();
            assertThat(Collections.disjoint(partition.lastKnownEligible(), partition.eligibleLeaders()))
                    .as(what)
                    .isTrue();
            if (partition.hasLeader()) {
                assertThat(inSync).as(what).contains(partition.leader());
            }
            for (int broker : inSync) {
                assertThat(image.broker(broker).filter(known -> !known.fenced()))
                        .as("%s: %d is let in", what, broker)
                        .isPresent();
            }
        }

        private void checkStep(PartitionKey id, Partition old, Partition now, Wish<?> wish, ClusterImage before) {
            String what = id + " was " + old + " and is " + now + " after " + wish;
            assertThat(now.leaderEpoch()).as(what).isGreaterThanOrEqualTo(old.leaderEpoch());
            if (old.equals(now)) {
                return;
            }
            assertThat(now.partitionEpoch()).as(what).isEqualTo(old.partitionEpoch() + 1);
            if (old.leader() == now.leader()) {
                return;
            }
            assertThat(now.leaderEpoch()).as(what).isEqualTo(old.leaderEpoch() + 1);
            if (!now.hasLeader()) {
                return;
            }
            boolean anew = before.directoryOf(now.leader(), id.topic(), id.index())
                            .isPresent()
                    && image.directoryOf(now.leader(), id.topic(), id.index()).isEmpty();
            boolean clean = !anew
                    && (old.inSyncReplicas().contains(now.leader())
                            || old.eligibleLeaders().contains(now.leader()));
            if (clean) {
                assertThat(model.hasAllAcknowledged(id, now.leader()))
                        .as(
                                "%s: the leader has %s, acknowledged are %s",
                                what, model.log(now.leader(), id), model.acknowledged(id))
                        .isTrue();
                return;
            }
            Topic topic = image.topic(id.topic()).orElseThrow();
            TopicRules rules = new TopicRules.OfAll(image, controller).of(topic);
            boolean joining = wish instanceof AlterPartition;
            boolean asked =
                    wish instanceof ElectLeaders(ElectLeaders.Type type, Object _) && type == ElectLeaders.Type.UNCLEAN;
            boolean last = rules.afterWrite()
                    && Objects.equals(
                            old.lastKnownEligible().stream().findFirst().orElse(null), now.leader());
            assertThat(joining || asked || rules.unclean() || last).as(what).isTrue();
            if (anew) {
                model.beginAnew(now.leader(), id);
            }
            if (!joining) {
                model.giveUpWhatMisses(id, now.leader());
            }
        }

        private interface Check {
            boolean test(PartitionKey id, Partition partition);
        }

        private void forEachPartition(Check check) {
            for (String name : TOPICS) {
                forEachTopic(name, topic -> {
                    for (int index = 0; index < topic.partitions().size(); index++) {
                        PartitionKey id = new PartitionKey(topic.id(), index);
                        assertThat(check.test(id, topic.partitions().get(index)))
                                .as("%s: %s", id, topic.partitions().get(index))
                                .isTrue();
                    }
                });
            }
        }

        private void forEachTopic(String name, java.util.function.Consumer<Topic> task) {
            image.topic(name).ifPresent(task);
        }
    }
}
