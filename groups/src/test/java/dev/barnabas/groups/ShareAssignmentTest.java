package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ShareAssignmentTest {
    private static final Uuid A = new Uuid(0, 1);
    private static final Uuid B = new Uuid(0, 2);

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 300));
    }

    private static Partitions partitions(Uuid topic, int count) {
        Partitions.Builder partitions = new Partitions.Builder();
        for (int partition = 0; partition < count; partition++) {
            partitions.add(topic, partition);
        }
        return partitions.build();
    }

    private static Map<String, NavigableSet<Uuid>> members(int count, Set<Uuid> topics) {
        Map<String, NavigableSet<Uuid>> members = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            members.put("m" + i, new TreeSet<>(topics));
        }
        return members;
    }

    private static Map<SharePlace, Integer> holders(NavigableMap<String, Partitions> targets) {
        Map<SharePlace, Integer> holders = new HashMap<>();
        targets.values()
                .forEach(target -> SharePlace.all(target).forEach(place -> holders.merge(place, 1, Integer::sum)));
        return holders;
    }

    @Test
    void withMorePartitionsThanMembersEachPartitionHasOneMember() {
        NavigableMap<String, Partitions> targets =
                ShareAssignment.of(members(3, Set.of(A)), partitions(A, 8), Map.of());

        assertThat(targets.values()).extracting(Partitions::size).containsExactlyInAnyOrder(3, 3, 2);
        assertThat(holders(targets))
                .hasSize(8)
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(1));
    }

    @Test
    void withMoreMembersThanPartitionsTheyShareThemEvenly() {
        NavigableMap<String, Partitions> targets =
                ShareAssignment.of(members(10, Set.of(A)), partitions(A, 4), Map.of());

        assertThat(targets.values()).extracting(Partitions::size).containsOnly(1);
        assertThat(holders(targets).values()).containsExactlyInAnyOrder(3, 3, 2, 2);
    }

    @Test
    void whatNeedNotMoveStays() {
        NavigableMap<String, Partitions> before = ShareAssignment.of(members(3, Set.of(A)), partitions(A, 6), Map.of());
        Map<String, NavigableSet<Uuid>> more = members(4, Set.of(A));
        NavigableMap<String, Partitions> after = ShareAssignment.of(more, partitions(A, 6), before);

        int moved = 0;
        for (String memberId : before.keySet()) {
            Partitions now = after.getOrDefault(memberId, Partitions.NONE);
            moved += before.getOrDefault(memberId, Partitions.NONE)
                    .matching((topic, partition) -> !now.contains(topic, partition))
                    .size();
        }
        assertThat(moved).isEqualTo(1);
        assertThat(after.values()).extracting(Partitions::size).containsExactlyInAnyOrder(2, 2, 1, 1);
    }

    @Test
    void nobodyGetsWhatHeHasNotSubscribedTo() {
        Map<String, NavigableSet<Uuid>> members = new TreeMap<>();
        members.put("a", new TreeSet<>(Set.of(A)));
        members.put("b", new TreeSet<>(Set.of(B)));
        members.put("none", new TreeSet<>(Set.of(new Uuid(9, 9))));
        Partitions.Builder all = new Partitions.Builder();
        partitions(A, 2).forEach(all::add);
        partitions(B, 2).forEach(all::add);

        NavigableMap<String, Partitions> targets = ShareAssignment.of(members, all.build(), Map.of());

        assertThat(targets.get("a")).isEqualTo(partitions(A, 2));
        assertThat(targets.get("b")).isEqualTo(partitions(B, 2));
        assertThat(targets.get("none")).isEqualTo(Partitions.NONE);
    }

    /** Groups come, go, and subscribe to something else. To repeat one run: {@code -Dgroups.seed=4711}. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyPartitionHasAMemberAndEveryMemberAPartition(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean alike = random.nextBoolean();
        NavigableMap<String, Partitions> before = new TreeMap<>();
        Map<String, NavigableSet<Uuid>> members = new TreeMap<>();
        for (int step = 0; step < 12; step++) {
            Partitions.Builder builder = new Partitions.Builder();
            List<Uuid> topics = List.of(A, B);
            topics.forEach(topic -> partitions(topic, random.nextInt(12)).forEach(builder::add));
            Partitions all = builder.build();
            for (int i = random.nextInt(5); i > 0; i--) {
                members.put(
                        "m" + random.nextInt(30),
                        new TreeSet<>(
                                alike || random.nextInt(3) > 0 ? topics : List.of(topics.get(random.nextInt(2)))));
            }
            for (int i = random.nextInt(4); i > 0 && !members.isEmpty(); i--) {
                members.remove(new ArrayList<>(members.keySet()).get(random.nextInt(members.size())));
            }

            before = ShareAssignment.of(members, all, before);

            String as = "seed " + seed + ", step " + step + ": " + before;
            assertThat(before.keySet()).as(as).isEqualTo(members.keySet());
            Map<SharePlace, Integer> holders = holders(before);
            Set<Uuid> wanted = new TreeSet<>();
            members.values().forEach(wanted::addAll);
            all.forEach((topic, partition) -> assertThat(holders.containsKey(new SharePlace(topic, partition)))
                    .as(as)
                    .isEqualTo(wanted.contains(topic)));
            before.forEach((memberId, target) -> {
                NavigableSet<Uuid> subscribed = members.getOrDefault(memberId, new TreeSet<>());
                assertThat(subscribed).as(as).containsAll(target.byTopic().keySet());
                boolean any = all.byTopic().keySet().stream().anyMatch(subscribed::contains);
                assertThat(target.isEmpty()).as(as).isEqualTo(!any);
            });
            if (alike && !all.isEmpty() && !members.isEmpty()) {
                int most = before.values().stream()
                        .mapToInt(Partitions::size)
                        .max()
                        .orElse(0);
                int least = before.values().stream()
                        .mapToInt(Partitions::size)
                        .min()
                        .orElse(0);
                assertThat(most - least).as(as).isLessThanOrEqualTo(1);
                int mostHolders =
                        holders.values().stream().mapToInt(count -> count).max().orElse(0);
                int leastHolders =
                        holders.values().stream().mapToInt(count -> count).min().orElse(0);
                assertThat(mostHolders - leastHolders).as(as).isLessThanOrEqualTo(1);
                assertThat(most > 1 && mostHolders > 1)
                        .as("no more than it takes, " + as)
                        .isFalse();
            }
        }
    }
}
