package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.groups.Assignor.Subscribed;
import dev.barnabas.groups.Assignor.Subscriber;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What assignments have to be, whoever comes and goes. To repeat one: {@code mvn -pl groups -am test
 * -Dtest=AssignorTest -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}.
 */
final class AssignorTest {
    private static final Uuid T = new Uuid(1, 1);
    private static final Uuid U = new Uuid(1, 2);

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 200));
    }

    private static NavigableMap<Uuid, Subscribed> topics(int ofT, int ofU) {
        NavigableMap<Uuid, Subscribed> topics = new TreeMap<>();
        topics.put(T, new Subscribed(T, Collections.nCopies(ofT, Set.of())));
        topics.put(U, new Subscribed(U, Collections.nCopies(ofU, Set.of())));
        return topics;
    }

    private static Subscriber member(String id, @Nullable String rack, Partitions before, Uuid... topics) {
        return new Subscriber(id, null, rack, new TreeSet<>(List.of(topics)), before);
    }

    @Test
    void rangesOfTopicsOfOneSizeAreTheSame() {
        Map<String, Partitions> given = Assignor.RANGE.assign(
                List.of(member("b", null, Partitions.NONE, T, U), member("a", null, Partitions.NONE, T, U)),
                topics(3, 3));
        assertThat(given.get("a"))
                .isEqualTo(new Partitions.Builder()
                        .add(T, 0)
                        .add(T, 1)
                        .add(U, 0)
                        .add(U, 1)
                        .build());
        assertThat(given.get("b"))
                .isEqualTo(new Partitions.Builder().add(T, 2).add(U, 2).build());
    }

    @Test
    void aPartitionGoesToAMemberThatIsNear() {
        NavigableMap<Uuid, Subscribed> topics = new TreeMap<>();
        topics.put(T, new Subscribed(T, List.of(Set.of("x"), Set.of("y"), Set.of("x"), Set.of("y"))));
        Map<String, Partitions> given = Assignor.UNIFORM.assign(
                List.of(member("a", "y", Partitions.NONE, T), member("b", "x", Partitions.NONE, T)), topics);
        assertThat(given.get("a"))
                .isEqualTo(new Partitions.Builder().add(T, 1).add(T, 3).build());
        assertThat(given.get("b"))
                .isEqualTo(new Partitions.Builder().add(T, 0).add(T, 2).build());
    }

    @Test
    void oneMoreMemberTakesItsShareAndNothingElseMoves() {
        List<Subscriber> members = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            members.add(member("m" + i, null, Partitions.NONE, T, U));
        }
        Map<String, Partitions> before = Assignor.UNIFORM.assign(members, topics(70, 20));
        List<Subscriber> more = new ArrayList<>();
        members.forEach(member -> more.add(member(member.memberId(), null, of(before, member.memberId()), T, U)));
        more.add(member("m9", null, Partitions.NONE, T, U));
        Map<String, Partitions> after = Assignor.UNIFORM.assign(more, topics(70, 20));
        assertThat(after.values()).allMatch(partitions -> partitions.size() == 9);
        assertThat(before)
                .allSatisfy((id, partitions) ->
                        assertThat(partitions.containsAll(of(after, id))).isTrue());
    }

    private static Partitions of(Map<String, Partitions> given, String memberId) {
        return given.getOrDefault(memberId, Partitions.NONE);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyPartitionThatSomebodyWantsHasOneOwnerAndTheLoadIsEven(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean alike = random.nextBoolean();
        Map<String, Partitions> given = Map.of();
        for (int round = 0; round < 6; round++) {
            NavigableMap<Uuid, Subscribed> topics = topics(random.nextInt(20) + 1, random.nextInt(20) + 1);
            List<Subscriber> members = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                if (random.nextInt(3) > 0) {
                    Uuid[] wants = alike || random.nextBoolean()
                            ? new Uuid[] {T, U}
                            : new Uuid[] {random.nextBoolean() ? T : U};
                    members.add(member("m" + i, "r" + random.nextInt(3), of(given, "m" + i), wants));
                }
            }
            given = Assignor.UNIFORM.assign(members, topics);
            checkOwners(members, topics, given);
            checkOwners(members, topics, Assignor.RANGE.assign(members, topics));
            checkEven(members, given);
            if (alike) {
                checkNothingMovesWithoutNeed(members, given);
            }
        }
    }

    private static void checkOwners(
            List<Subscriber> members, NavigableMap<Uuid, Subscribed> topics, Map<String, Partitions> given) {
        for (Subscribed topic : topics.values()) {
            boolean wanted = members.stream().anyMatch(member -> member.topics().contains(topic.id()));
            for (int partition = 0; partition < topic.partitions(); partition++) {
                int index = partition;
                List<Subscriber> owners = members.stream()
                        .filter(member -> of(given, member.memberId()).contains(topic.id(), index))
                        .toList();
                assertThat(owners)
                        .hasSize(wanted ? 1 : 0)
                        .allMatch(owner -> owner.topics().contains(topic.id()));
            }
        }
    }

    /** Nobody has two more than somebody who could take one of them. */
    private static void checkEven(List<Subscriber> members, Map<String, Partitions> given) {
        for (Subscriber one : members) {
            for (Subscriber other : members) {
                boolean could = !of(given, one.memberId())
                        .matching((topic, _) -> other.topics().contains(topic))
                        .isEmpty();
                assertThat(could
                                && of(given, one.memberId()).size()
                                        > of(given, other.memberId()).size() + 1)
                        .isFalse();
            }
        }
    }

    /** With the same wishes for all, a member that gives something up has its full share. */
    private static void checkNothingMovesWithoutNeed(List<Subscriber> members, Map<String, Partitions> given) {
        int most = given.values().stream().mapToInt(Partitions::size).max().orElse(0);
        int least = given.values().stream().mapToInt(Partitions::size).min().orElse(0);
        long large = given.values().stream()
                .filter(partitions -> partitions.size() == most)
                .count();
        for (Subscriber member : members) {
            Partitions has = of(given, member.memberId());
            Partitions kept = member.before().matching(has::contains);
            boolean gained = kept.size() < has.size();
            boolean lost = !has.containsAll(member.before().matching((topic, _) -> true)) && has.size() < least;
            assertThat(gained && lost).isFalse();
        }
        assertThat(most - least).isLessThanOrEqualTo(large == 0 ? 0 : 1);
    }
}
