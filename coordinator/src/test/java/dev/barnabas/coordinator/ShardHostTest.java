package dev.barnabas.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.TallyShard.Added;
import dev.barnabas.coordinator.TallyShard.Reminder;
import dev.barnabas.coordinator.TallyShard.Seen;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ShardHostTest {
    private static final long WRITE_TIMEOUT_MS = 5_000;

    private final VirtualLoop loop = new VirtualLoop();
    private final MemoryShardLog log = new MemoryShardLog(loop);
    private final TallyShard shard = new TallyShard();
    private final ShardHost<TallyShard, Added, Seen, Reminder> host = new ShardHost<>(shard, log, WRITE_TIMEOUT_MS);
    private final List<String> answers = new ArrayList<>();

    private Ticket<String> ticket() {
        return new Ticket<>(ErrorCode::name, answers::add);
    }

    private void started() {
        host.start();
        loop.turn();
    }

    private void add(String name, int amount) {
        Ticket<String> ticket = ticket();
        host.decide(name, ticket, (it, nowMs) -> it.add(name, amount, ticket));
    }

    private void get(String name) {
        Ticket<String> ticket = ticket();
        host.read(ticket, (it, nowMs) -> it.get(name, ticket));
    }

    @Test
    void answersWhenTheRecordsAreCommitted() {
        started();
        log.commits(false);

        add("a", 1);
        loop.turn();
        assertThat(shard.sums).containsEntry("a", 1);
        assertThat(answers).isEmpty();

        log.commits(true);
        assertThat(answers).containsExactly("a=1");
    }

    @Test
    void aReadWaitsUntilWhatItHasSeenIsCommitted() {
        started();
        log.commits(false);
        add("a", 1);
        loop.turn();

        get("a");
        assertThat(answers).isEmpty();

        log.commits(true);
        assertThat(answers).containsExactly("a=1", "a=1");
    }

    @Test
    void whatADecisionSetsOffWaitsForItsRecordsToBeCommittedHoweverLongThatTakes() {
        started();
        log.commits(false);
        Ticket<String> ticket = ticket();
        host.decide("a", ticket, (it, nowMs) -> it.addAndSetOff("a", 1, ticket, () -> answers.add("set off")));

        loop.advance(Duration.ofMillis(2 * WRITE_TIMEOUT_MS));
        assertThat(answers).containsExactly("REQUEST_TIMED_OUT");

        log.commits(true);
        assertThat(answers).containsExactly("REQUEST_TIMED_OUT", "set off");
    }

    @Test
    void nothingIsSetOffWhenTheRecordsAreRefusedOrTheLeadershipEnds() {
        started();
        Ticket<String> refused = ticket();
        log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        host.decide("a", refused, (it, nowMs) -> it.addAndSetOff("a", 1, refused, () -> answers.add("set off")));
        loop.turn();
        log.refuse(null);
        log.commits(false);
        Ticket<String> lost = ticket();
        host.decide("a", lost, (it, nowMs) -> it.addAndSetOff("a", 1, lost, () -> answers.add("set off")));
        loop.turn();

        host.close();
        log.commits(true);

        assertThat(answers).containsExactly("NOT_ENOUGH_REPLICAS", "NOT_COORDINATOR");
        assertThat(shard.closed).isTrue();
    }

    @Test
    void decisionsOfOneTurnGoIntoOneAppend() {
        started();

        add("a", 1);
        add("b", 2);
        add("c", 3);
        loop.turn();

        assertThat(log.batchSizes()).containsExactly(3);
        assertThat(answers).containsExactly("a=1", "b=2", "c=3");
    }

    @Test
    void aDecisionSeesTheOneBeforeItOfTheSameKey() {
        started();
        log.writes(false);

        add("a", 1);
        add("a", 1);
        add("b", 7);
        add("a", 1);
        loop.turn();
        log.writes(true);
        loop.turn();

        assertThat(answers).containsExactly("a=1", "b=7", "a=2", "a=3");
        assertThat(log.batchSizes()).containsExactly(2, 1, 1);
    }

    @Test
    void whatComesFromAnAnswerWaitsBehindWhatCameBefore() {
        started();
        log.writes(false);
        Ticket<String> ticket = new Ticket<>(ErrorCode::name, answer -> {
            answers.add(answer);
            add("a", 100);
        });
        host.decide("a", ticket, (it, nowMs) -> it.add("a", 1, ticket));
        add("a", 1);
        loop.turn();

        log.writes(true);
        loop.turn();

        assertThat(answers).containsExactly("a=1", "a=2", "a=102");
    }

    @Test
    void aRefusedAppendChangesNothing() {
        started();
        log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        add("a", 1);
        add("a", 1);
        loop.turn();

        assertThat(answers).containsExactly("NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS");
        assertThat(shard.sums).isEmpty();
        assertThat(shard.seen).isEmpty();
        assertThat(loop.timers()).isZero();

        log.refuse(null);
        add("a", 1);
        loop.turn();
        assertThat(answers).last().isEqualTo("a=1");
    }

    @Test
    void recordsThatNoBatchCanHoldAreRefusedAlone() {
        started();
        log.maxBatchBytes(200);
        List<Added> many =
                IntStream.range(0, 10).mapToObj(i -> new Added("a", 1)).toList();
        Ticket<String> ticket = ticket();

        add("b", 1);
        host.decide("a", ticket, (it, nowMs) -> it.addMany(many, false, ticket));
        loop.turn();

        assertThat(answers).containsExactly("MESSAGE_TOO_LARGE", "b=1");
        assertThat(shard.sums).doesNotContainKey("a");
    }

    @Test
    void divisibleRecordsTakeAsManyBatchesAsTheyNeed() {
        started();
        log.maxBatchBytes(200);
        List<Added> many =
                IntStream.range(0, 10).mapToObj(i -> new Added("a", 1)).toList();
        Ticket<String> ticket = ticket();

        host.decide("a", ticket, (it, nowMs) -> it.addMany(many, true, ticket));
        add("a", 1);
        loop.turn();

        assertThat(answers).containsExactly("added 10", "a=11");
        assertThat(log.batchSizes()).allMatch(size -> size <= 3);
    }

    @Test
    void divisibleRecordsThatWereWrittenCountEvenIfTheRestIsRefused() {
        started();
        log.maxBatchBytes(200);
        List<Added> many =
                IntStream.range(0, 4).mapToObj(i -> new Added("a", 1)).toList();
        Ticket<String> ticket = ticket();

        host.decide("a", ticket, (it, nowMs) -> it.addMany(many, true, ticket));
        log.refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        loop.turn();

        assertThat(answers).containsExactly("NOT_LEADER_OR_FOLLOWER");
        assertThat(shard.sums).containsEntry("a", log.records().size());
    }

    @Test
    void anAnswerThatIsNotCommittedInTimeIsRefused() {
        started();
        log.commits(false);
        add("a", 1);
        loop.advance(Duration.ofMillis(WRITE_TIMEOUT_MS - 1));
        assertThat(answers).isEmpty();

        loop.advance(Duration.ofMillis(1));
        assertThat(answers).containsExactly("REQUEST_TIMED_OUT");

        log.commits(true);
        assertThat(answers).hasSize(1);
        assertThat(shard.sums).containsKey("a");
    }

    @Test
    void timersGoOffAndTheirRecordsAreAppliedToo() {
        started();
        add("a", 1);
        loop.advance(Duration.ofMillis(999));
        assertThat(shard.reminders).isZero();

        loop.advance(Duration.ofMillis(1));
        assertThat(shard.reminders).isEqualTo(1);
        assertThat(shard.sums).containsEntry("a", 2);
    }

    @Test
    void aTimerThatStartsAnewGoesOffAtItsLastDeadlineOnly() {
        started();
        for (int i = 0; i < 10; i++) {
            add("a", 1);
            loop.advance(Duration.ofMillis(500));
        }
        assertThat(shard.reminders).isZero();

        loop.advance(Duration.ofMillis(500));
        assertThat(shard.reminders).isEqualTo(1);
    }

    @Test
    void aTimerWhoseRecordsWereRefusedGoesOffAgain() {
        started();
        add("a", 1);
        loop.turn();
        log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        loop.advance(Duration.ofSeconds(3));
        assertThat(shard.sums).containsEntry("a", 1);

        log.refuse(null);
        loop.advance(Duration.ofMillis(ShardHost.RETRY_MS));
        assertThat(shard.sums).containsEntry("a", 2);
    }

    @Test
    void aTimerThatWaitsForItsKeyYieldsToARequestThatStartsItAnew() {
        started();
        add("a", 1);
        loop.turn();
        loop.advance(Duration.ofMillis(900));
        log.writes(false);
        // The key is busy when the timer goes off, and the request ahead of it starts the timer anew.
        add("a", 1);
        loop.advance(Duration.ofMillis(200));
        log.writes(true);
        loop.turn();

        assertThat(shard.reminders).isZero();
        loop.advance(Duration.ofSeconds(1));
        assertThat(shard.reminders).isEqualTo(1);
    }

    @Test
    void requestsAreRefusedUntilTheLogIsReplayed() {
        host.start();
        add("a", 1);
        assertThat(answers).containsExactly("COORDINATOR_LOAD_IN_PROGRESS");

        loop.turn();
        add("a", 1);
        loop.turn();
        assertThat(answers).last().isEqualTo("a=1");
    }

    @Test
    void aNewLeaderStartsFromTheLog() {
        started();
        add("a", 1);
        add("b", 2);
        loop.turn();
        host.close();

        TallyShard next = new TallyShard();
        ShardHost<TallyShard, Added, Seen, Reminder> nextHost =
                new ShardHost<>(next, new MemoryShardLog(loop, log.records()), WRITE_TIMEOUT_MS);
        nextHost.start();
        loop.turn();

        assertThat(nextHost.state()).isEqualTo(ShardHost.State.ACTIVE);
        assertThat(nextHost.progress()).isEqualTo(new ShardHost.Progress(2, 2));
        assertThat(next.sums).isEqualTo(shard.sums);
        assertThat(next.seen).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(next.reminders).isEqualTo(2);
    }

    @Test
    void theEndOfTheLeadershipRefusesEverythingThatWaits() {
        started();
        log.commits(false);
        add("committing", 1);
        loop.turn();
        log.writes(false);
        add("writing", 1);
        add("writing", 1);
        Ticket<String> kept = ticket();
        host.decide("kept", kept, (it, nowMs) -> Decision.nothing());

        host.close();
        log.writes(true);
        log.commits(true);
        loop.advance(Duration.ofMinutes(1));
        add("late", 1);

        assertThat(answers).hasSize(5).containsOnly("NOT_COORDINATOR");
        assertThat(shard.sums).containsOnlyKeys("committing");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void recordsOfAnUnknownKindAreLeftAlone() {
        ShardHost<TallyShard, Added, Seen, Reminder> later = hostOf("a", "new-kind", "b");
        assertThat(later.state()).isEqualTo(ShardHost.State.ACTIVE);
        assertThat(later.shard().sums).containsOnlyKeys("a", "b");
    }

    @Test
    void aMalformedRecordKeepsTheShardFromServing() {
        ShardHost<TallyShard, Added, Seen, Reminder> later = hostOf("a", "bad", "b");
        assertThat(later.state()).isEqualTo(ShardHost.State.FAILED);

        Ticket<String> ticket = ticket();
        later.read(ticket, (it, nowMs) -> it.get("a", ticket));
        assertThat(answers).containsExactly("NOT_COORDINATOR");
    }

    private ShardHost<TallyShard, Added, Seen, Reminder> hostOf(String... names) {
        List<ShardRecord> records = new ArrayList<>();
        for (String name : names) {
            records.add(shard.encode(new Added(name, 1)));
        }
        ShardHost<TallyShard, Added, Seen, Reminder> later =
                new ShardHost<>(new TallyShard(), new MemoryShardLog(loop, records), WRITE_TIMEOUT_MS);
        later.start();
        loop.turn();
        return later;
    }
}
