package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;

final class AssignorTest {

    private static final long SEED = 20_260_101;
    private static final int ROUNDS = 300;

    @Test
    void rangeAndRoundRobinShareOutExactlyLikeTheOfficialClient() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Integer> partitions = topics(random);
            List<GroupMember> members = members(random, partitions.keySet(), false);

            assertThat(asSets(Assignor.RANGE.assign(partitions, members)))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(official(new RangeAssignor(), partitions, members));
            assertThat(asSets(Assignor.ROUND_ROBIN.assign(partitions, members)))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(official(new RoundRobinAssignor(), partitions, members));
        }
    }

    @Test
    void stickyGivesEveryPartitionToOneSubscriberAndIsBalanced() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Integer> partitions = topics(random);
            List<GroupMember> members = members(random, partitions.keySet(), true);

            Map<String, List<TopicPartition>> assignment = StickyAssignment.of(partitions, members);

            List<TopicPartition> given =
                    assignment.values().stream().flatMap(Collection::stream).toList();
            assertThat(new HashSet<>(given)).hasSameSizeAs(given);
            for (GroupMember member : members) {
                assertThat(assignment.get(member.memberId()))
                        .allMatch(partition -> member.topics().contains(partition.topic()));
            }
            int expected = partitions.entrySet().stream()
                    .filter(topic ->
                            members.stream().anyMatch(member -> member.topics().contains(topic.getKey())))
                    .mapToInt(Map.Entry::getValue)
                    .sum();
            assertThat(given).as("seed %d, round %d", SEED, round).hasSize(expected);
            assertThat(spread(assignment))
                    .as("seed %d, round %d", SEED, round)
                    .isLessThanOrEqualTo(spread(officialSticky(partitions, members)));
        }
    }

    @Test
    void stickyMovesNothingWhenNothingChanges() {
        Map<String, Integer> partitions = Map.of("a", 7, "b", 5);
        List<GroupMember> fresh = IntStream.range(0, 4)
                .mapToObj(i -> new GroupMember("m" + i, null, List.of("a", "b"), List.of(), -1))
                .toList();
        Map<String, List<TopicPartition>> first = StickyAssignment.of(partitions, fresh);

        List<GroupMember> settled = fresh.stream()
                .map(member -> new GroupMember(
                        member.memberId(), null, member.topics(), first.getOrDefault(member.memberId(), List.of()), 1))
                .toList();

        assertThat(StickyAssignment.of(partitions, settled)).isEqualTo(first);
        assertThat(Assignor.COOPERATIVE_STICKY.assign(partitions, settled)).isEqualTo(first);
    }

    @Test
    void stickyTakesAsLittleAsPossibleForANewMember() {
        Map<String, Integer> partitions = Map.of("a", 9);
        List<TopicPartition> all =
                IntStream.range(0, 9).mapToObj(i -> new TopicPartition("a", i)).toList();
        List<GroupMember> members = List.of(
                new GroupMember("m1", null, List.of("a"), all.subList(0, 5), 1),
                new GroupMember("m2", null, List.of("a"), all.subList(5, 9), 1),
                new GroupMember("m3", null, List.of("a"), List.of(), -1));

        Map<String, List<TopicPartition>> assignment = StickyAssignment.of(partitions, members);

        assertThat(all.subList(0, 5)).containsAll(assignment.get("m1"));
        assertThat(all.subList(5, 9)).containsAll(assignment.get("m2"));
        assertThat(assignment.values()).allMatch(some -> some.size() == 3);
    }

    @Test
    void cooperativeStickyWithholdsWhatIsStillWithAnother() {
        Map<String, Integer> partitions = Map.of("a", 4);
        List<TopicPartition> all =
                IntStream.range(0, 4).mapToObj(i -> new TopicPartition("a", i)).toList();
        List<GroupMember> members = List.of(
                new GroupMember("m1", null, List.of("a"), all, 1),
                new GroupMember("m2", null, List.of("a"), List.of(), -1));

        Map<String, List<TopicPartition>> now = Assignor.COOPERATIVE_STICKY.assign(partitions, members);

        assertThat(now.get("m1")).hasSize(2);
        assertThat(now.get("m2")).isEmpty();
    }

    @Test
    void ofTwoClaimsTheLaterGenerationCountsAndEqualOnesDoNot() {
        TopicPartition a0 = new TopicPartition("a", 0);
        TopicPartition a1 = new TopicPartition("a", 1);
        List<GroupMember> members = List.of(
                new GroupMember("m1", null, List.of("a"), List.of(a0, a1), 5),
                new GroupMember("m2", null, List.of("a"), List.of(a0, a1), 6));

        Map<String, List<TopicPartition>> assignment = StickyAssignment.of(Map.of("a", 2), members);

        assertThat(assignment.get("m1")).hasSize(1);
        assertThat(assignment.get("m2")).hasSize(1);
    }

    private static Map<String, Integer> topics(Random random) {
        Map<String, Integer> partitions = new TreeMap<>();
        for (int i = 0; i <= random.nextInt(5); i++) {
            partitions.put("t" + i, 1 + random.nextInt(12));
        }
        return partitions;
    }

    private static List<GroupMember> members(Random random, Set<String> topics, boolean owning) {
        List<GroupMember> members = new ArrayList<>();
        int count = 1 + random.nextInt(7);
        boolean same = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            List<String> subscribed = topics.stream()
                    .filter(topic -> same || random.nextBoolean())
                    .toList();
            if (owning && subscribed.isEmpty()) {
                // The official client gives partitions to a member that subscribes to nothing.
                subscribed = List.copyOf(topics);
            }
            List<TopicPartition> owned = new ArrayList<>();
            if (owning) {
                for (String topic : subscribed) {
                    for (int p = 0; p < 12; p++) {
                        if (random.nextInt(count + 2) == 0) {
                            owned.add(new TopicPartition(topic, p));
                        }
                    }
                }
            }
            String instance = !owning && random.nextInt(3) == 0 ? "i" + random.nextInt(100) + "-" + i : null;
            members.add(new GroupMember("m" + random.nextInt(1_000) + "-" + i, instance, subscribed, owned, 1));
        }
        return members;
    }

    private static Map<String, Set<TopicPartition>> asSets(Map<String, List<TopicPartition>> assignment) {
        Map<String, Set<TopicPartition>> sets = new HashMap<>();
        assignment.forEach((member, some) -> sets.put(member, new HashSet<>(some)));
        return sets;
    }

    private static Map<String, Set<TopicPartition>> official(
            AbstractPartitionAssignor assignor, Map<String, Integer> partitions, List<GroupMember> members) {
        Map<String, Subscription> subscriptions = new HashMap<>();
        members.forEach(member -> {
            Subscription subscription = new Subscription(member.topics());
            subscription.setGroupInstanceId(java.util.Optional.ofNullable(member.instanceId()));
            subscriptions.put(member.memberId(), subscription);
        });
        Map<String, List<PartitionInfo>> infos = new HashMap<>();
        partitions.forEach((topic, count) -> infos.put(
                topic,
                IntStream.range(0, count)
                        .mapToObj(i -> new PartitionInfo(topic, i, Node.noNode(), new Node[0], new Node[0]))
                        .toList()));
        Map<String, Set<TopicPartition>> sets = new HashMap<>();
        assignor.assignPartitions(infos, subscriptions)
                .forEach((member, some) -> sets.put(member, new HashSet<>(ours(some))));
        return sets;
    }

    private static Map<String, List<TopicPartition>> officialSticky(
            Map<String, Integer> partitions, List<GroupMember> members) {
        Map<String, Subscription> subscriptions = new HashMap<>();
        members.forEach(member -> subscriptions.put(
                member.memberId(), new Subscription(member.topics(), null, List.of(), -1, java.util.Optional.empty())));
        Map<String, List<TopicPartition>> assignment = new HashMap<>();
        Map<String, List<PartitionInfo>> infos = new HashMap<>();
        partitions.forEach((topic, count) -> infos.put(
                topic,
                IntStream.range(0, count)
                        .mapToObj(i -> new PartitionInfo(topic, i, Node.noNode(), new Node[0], new Node[0]))
                        .toList()));
        new CooperativeStickyAssignor()
                .assignPartitions(infos, new GroupSubscription(subscriptions).groupSubscription())
                .forEach((member, some) -> assignment.put(member, ours(some)));
        return assignment;
    }

    private static List<TopicPartition> ours(List<org.apache.kafka.common.TopicPartition> theirs) {
        return theirs.stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
    }

    /** Sum of the squared loads: the smaller, the better balanced. */
    private static long spread(Map<String, List<TopicPartition>> assignment) {
        return assignment.values().stream()
                .mapToLong(some -> (long) some.size() * some.size())
                .sum();
    }
}
