package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.ConsumerSettings.Group;
import dev.barnabas.client.FakeCluster.Refusal;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Consumers that are members of a group. */
final class GroupTest {

    private static final Duration POLL = Duration.ofMillis(200);

    private FakeCluster brokers = new FakeCluster(new Simulation(1), 2);

    /** A member with a loop that polls, and what it has seen. */
    private final class Member implements RebalanceListener {
        final TestClient client;
        final Consumer consumer;
        final Set<TopicPartition> owned = new TreeSet<>();
        final List<String> events = new ArrayList<>();
        final Map<TopicPartition, List<String>> seen = new TreeMap<>();
        final List<ClientError> errors = new ArrayList<>();
        boolean polling = true;

        Member(String name, ConsumerSettings settings, String... topics) {
            this.client = new TestClient(brokers, name);
            this.consumer = client.make(() -> new Consumer(client.cluster, settings));
            client.run(() -> {
                if (topics.length == 1 && topics[0].endsWith("*")) {
                    consumer.subscribe(Pattern.compile(topics[0].replace("*", ".*")), this);
                } else {
                    consumer.subscribe(List.of(topics), this);
                }
                poll();
            });
        }

        private void poll() {
            consumer.poll(POLL).then(outcome -> {
                switch (outcome) {
                    case Result.Success<Polled>(Polled polled) ->
                        polled.forEach((partition, record) -> seen.computeIfAbsent(partition, id -> new ArrayList<>())
                                .add(FakeCluster.text(record.value())));
                    case Result.Failure<Polled>(ClientError error) -> errors.add(error);
                }
                if (polling && errors.size() < 5) {
                    client.loop.schedule(Duration.ofMillis(10), this::poll);
                }
            });
        }

        void stopPolling() {
            polling = false;
        }

        void close() {
            polling = false;
            client.get(() -> consumer.close(Duration.ofSeconds(10)));
        }

        @Override
        public Eventual<Done> revoked(Set<TopicPartition> partitions) {
            events.add("revoked " + partitions);
            assertThat(owned).containsAll(partitions);
            owned.removeAll(partitions);
            return Eventual.done();
        }

        @Override
        public Eventual<Done> assigned(Set<TopicPartition> partitions) {
            events.add("assigned " + partitions);
            assertThat(partitions).noneMatch(owned::contains);
            owned.addAll(partitions);
            return Eventual.done();
        }

        @Override
        public Eventual<Done> lost(Set<TopicPartition> partitions) {
            events.add("lost " + partitions);
            owned.removeAll(partitions);
            return Eventual.done();
        }
    }

    @ParameterizedTest
    @EnumSource
    void membersShareThePartitionsAndNobodyElseDoes(Assignor assignor) {
        brokers.create("t", 6);
        Member one = new Member("one", settings(assignor), "t");
        until("one has all", () -> one.owned.size() == 6);
        Member two = new Member("two", settings(assignor), "t");
        Member three = new Member("three", settings(assignor), "t");

        until("all have two", () -> balanced(2, one, two, three));
        two.close();
        until("two are left", () -> balanced(3, one, three));

        assertThat(two.owned).isEmpty();
        assertThat(one.errors).isEmpty();
    }

    @Test
    void eagerMembersGiveEverythingUpAndCooperativeOnesOnlyWhatMoves() {
        brokers.create("t", 2);
        Member eager = new Member("eager", settings(Assignor.RANGE), "t");
        until("joined", () -> eager.owned.size() == 2);
        Member second = new Member("second", settings(Assignor.RANGE), "t");
        until("shared", () -> balanced(1, eager, second));
        assertThat(eager.events).containsExactly("assigned [t-0, t-1]", "revoked [t-0, t-1]", "assigned [t-0]");

        brokers.create("u", 2);
        ConsumerSettings cooperative = settings("h", Assignor.COOPERATIVE_STICKY);
        Member third = new Member("third", cooperative, "u");
        until("joined", () -> third.owned.size() == 2);
        Member fourth = new Member("fourth", cooperative, "u");
        until("shared", () -> balanced(1, third, fourth));
        assertThat(third.events).doesNotContain("revoked [u-0, u-1]").anyMatch(event -> event.startsWith("revoked"));
    }

    @Test
    void aMemberGoesOnWhereTheGroupHasCommitted() {
        brokers.create("t", 1);
        append(0, 0, 10);
        Member one = new Member("one", settings(Assignor.RANGE), "t");
        until("all seen", () -> count(one) == 10);
        one.close();
        assertThat(committed(0)).isEqualTo(10);
        append(0, 10, 15);

        Member two = new Member("two", settings(Assignor.RANGE), "t");
        until("the rest seen", () -> count(two) == 5);

        assertThat(two.seen.get(new TopicPartition("t", 0))).containsExactly("v10", "v11", "v12", "v13", "v14");
    }

    @Test
    void theGroupsOffsetsAreCommittedFromTimeToTime() {
        brokers.create("t", 1);
        Member one = new Member("one", settings(Assignor.RANGE), "t");
        append(0, 0, 10);
        until("seen", () -> count(one) == 10);
        assertThat(committed(0)).isEqualTo(-1);

        until("committed", () -> committed(0) == 10);
    }

    @Test
    void withoutAutomaticCommitsOnlyTheCallerCommits() {
        brokers.create("t", 1);
        append(0, 0, 10);
        Member one = new Member("one", settings(Assignor.RANGE).withoutAutoCommit(), "t");
        until("seen", () -> count(one) == 10);
        brokers.runFor(Duration.ofSeconds(20));
        assertThat(committed(0)).isEqualTo(-1);

        one.client.get(one.consumer::commit);

        assertThat(committed(0)).isEqualTo(10);
        one.close();
    }

    @Test
    void aMemberThatDoesNotPollLeavesAndComesBack() {
        brokers.create("t", 2);
        Member one = new Member("one", settings(Assignor.RANGE), "t");
        Member two = new Member("two", settings(Assignor.RANGE), "t");
        until("shared", () -> balanced(1, one, two));

        one.stopPolling();
        until("the other has all", () -> two.owned.size() == 2);
        one.polling = true;
        one.client.loop.execute(one::poll);

        until("shared again", () -> balanced(1, one, two));
        assertThat(one.events).anyMatch(event -> event.startsWith("lost"));
    }

    @Test
    void aCrashedMemberIsReplacedWhenItsSessionEnds() {
        brokers.create("t", 2);
        Member one = new Member("one", settings(Assignor.RANGE), "t");
        Member two = new Member("two", settings(Assignor.RANGE), "t");
        until("shared", () -> balanced(1, one, two));

        one.client.host.crash();

        until("the other has all", () -> two.owned.size() == 2);
    }

    @Test
    void aMemberThatWasExpelledHasLostItsPartitionsAndJoinsAgain() {
        brokers.create("t", 2);
        Member one = new Member("one", settings(Assignor.COOPERATIVE_STICKY), "t");
        until("joined", () -> one.owned.size() == 2);

        FakeGroup group = group("g");
        List.copyOf(group.members.keySet()).forEach(group::expel);

        until("joined again", () -> one.events.size() >= 3 && one.owned.size() == 2);
        assertThat(one.events).containsExactly("assigned [t-0, t-1]", "lost [t-0, t-1]", "assigned [t-0, t-1]");
    }

    @Test
    void aStaticMemberThatRestartsInTimeTakesUpItsPartitions() {
        brokers.create("t", 2);
        ConsumerSettings first = settings(Assignor.RANGE);
        Member one = new Member("one", named(first, "one"), "t");
        Member two = new Member("two", named(first, "two"), "t");
        until("shared", () -> balanced(1, one, two));
        Set<TopicPartition> before = Set.copyOf(one.owned);

        one.close();
        brokers.runFor(Duration.ofSeconds(2));
        assertThat(group("g").members).hasSize(2);
        Member again = new Member("again", named(first, "one"), "t");

        until("back", () -> balanced(1, again, two));
        assertThat(again.owned).isEqualTo(before);
    }

    @Test
    void aFencedStaticMemberStopsAndSaysWhy() {
        brokers.create("t", 2);
        Member one = new Member("one", named(settings(Assignor.RANGE), "one"), "t");
        until("joined", () -> one.owned.size() == 2);

        group("g").heartbeatErrors.add(ErrorCode.FENCED_INSTANCE_ID);
        until("stopped", () -> !one.errors.isEmpty());

        assertThat(one.errors.getFirst())
                .isInstanceOfSatisfying(
                        ClientError.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID));
    }

    @Test
    void passingTroubleWithTheCoordinatorIsSurvived() {
        brokers.create("t", 2);
        brokers.refuse(ApiKey.FIND_COORDINATOR, Refusal.DROP_BEFORE);
        group("g")
                .joinErrors
                .addAll(List.of(
                        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                        ErrorCode.NOT_COORDINATOR,
                        ErrorCode.REBALANCE_IN_PROGRESS));
        brokers.refuse(ApiKey.SYNC_GROUP, Refusal.DROP_BEFORE);
        Member one = new Member("one", settings(Assignor.RANGE), "t");

        until("joined", () -> one.owned.size() == 2);
        brokers.dropConnections();
        group("g").heartbeatErrors.add(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        brokers.runFor(Duration.ofSeconds(30));

        assertThat(one.owned).hasSize(2);
        assertThat(group("g").members).hasSize(1);
        assertThat(one.errors).isEmpty();
    }

    @Test
    void newPartitionsAndNewTopicsAreSharedOut() {
        brokers.create("t", 2);
        Member one = new Member("one", settings(Assignor.RANGE), "t", "later");
        until("joined", () -> one.owned.size() == 2);

        brokers.addPartitions(brokers.topic("t"), 4);
        until("the new partitions", () -> one.owned.size() == 4);
        brokers.create("later", 1);

        until("the new topic", () -> one.owned.contains(new TopicPartition("later", 0)));
    }

    @Test
    void aPatternFollowsTheTopicsThatMatch() {
        brokers.create("log-a", 1);
        brokers.create("other", 1);
        Member one = new Member("one", settings(Assignor.RANGE), "log-*");
        until("joined", () -> one.owned.equals(Set.of(new TopicPartition("log-a", 0))));

        brokers.create("log-b", 2);

        until("the new topic", () -> one.owned.size() == 3);
    }

    @Test
    void membersWithDifferentSubscriptionsGetOnlyWhatTheyWant() {
        brokers.create("t", 3);
        brokers.create("u", 3);
        Member one = new Member("one", settings(Assignor.COOPERATIVE_STICKY), "t");
        Member two = new Member("two", settings(Assignor.COOPERATIVE_STICKY), "t", "u");

        until("shared", () -> balanced(3, one, two));

        assertThat(one.owned).allMatch(partition -> partition.topic().equals("t"));
    }

    /** Members come and go while records come; the group sees every record, whoever sees it. */
    @Test
    void whoeverComesAndGoesEveryRecordIsSeen() {
        Seeds.check(20, simulation -> {
            brokers = new FakeCluster(simulation, 2);
            brokers.create("t", 4);
            var dice = simulation.dice("members");
            Assignor assignor = dice.nextInt(2) == 0 ? Assignor.RANGE : Assignor.COOPERATIVE_STICKY;
            for (int i = 0; i < 100; i++) {
                int from = 10 * i;
                simulation.after(
                        Duration.ofMillis(dice.nextInt(40_000)),
                        "append",
                        () -> append(dice.nextInt(4), from, from + 10));
            }
            List<Member> members = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                members.add(new Member("m" + i, settings(assignor), "t"));
                brokers.runFor(Duration.ofMillis(dice.nextInt(8_000)));
                int what = dice.nextInt(3);
                Member one = members.get(dice.nextInt(members.size()));
                if (what == 0 && one.client.host.isUp()) {
                    one.close();
                } else if (what == 1) {
                    one.client.host.crash();
                }
            }
            Member last = new Member("last", settings(assignor), "t");
            Set<String> seen = new HashSet<>();
            simulation.runUntil(
                    "every record is seen",
                    () -> {
                        members.forEach(member -> member.seen.values().forEach(seen::addAll));
                        last.seen.values().forEach(seen::addAll);
                        return seen.size() == 1_000;
                    },
                    Duration.ofMinutes(5));
        });
    }

    private void until(String what, java.util.function.BooleanSupplier condition) {
        brokers.simulation.runUntil(what, condition, Duration.ofMinutes(5));
    }

    private static boolean balanced(int each, Member... members) {
        Set<TopicPartition> all = new HashSet<>();
        for (Member member : members) {
            if (member.owned.size() != each || !member.owned.stream().allMatch(all::add)) {
                return false;
            }
        }
        return true;
    }

    private static int count(Member member) {
        return member.seen.values().stream().mapToInt(List::size).sum();
    }

    private FakeGroup group(String name) {
        return brokers.groups.computeIfAbsent(
                name,
                id -> new FakeGroup(brokers, brokers.hosts.getFirst().loops().getFirst()));
    }

    private long committed(int partition) {
        return group("g").committed.getOrDefault(new TopicPartition("t", partition), -1L);
    }

    private void append(int partition, int from, int to) {
        ConsumerTest.append(brokers.partition("t", partition), brokers.simulation, from, to);
    }

    private ConsumerSettings settings(Assignor... assignors) {
        return settings("g", assignors);
    }

    private ConsumerSettings settings(String name, Assignor... assignors) {
        return ConsumerSettings.group(name)
                .withReset(OffsetReset.earliest())
                .withGroup(Group.of(name)
                        .withAssignors(assignors)
                        .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(15)));
    }

    private static ConsumerSettings named(ConsumerSettings settings, String instanceId) {
        Group group = settings.group();
        return group == null ? settings : settings.withGroup(group.withInstanceId(instanceId));
    }
}
