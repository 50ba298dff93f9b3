package dev.barnabas.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.TallyShard.Added;
import dev.barnabas.coordinator.TallyShard.Reminder;
import dev.barnabas.coordinator.TallyShard.Seen;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Records of a shard that are in the transaction of a client. */
final class ShardTransactionsTest {
    private static final long WRITE_TIMEOUT_MS = 5_000;
    private static final ProducerInTransaction SEVEN = new ProducerInTransaction(7, (short) 0);
    private static final ProducerInTransaction EIGHT = new ProducerInTransaction(8, (short) 3);

    private final VirtualLoop loop = new VirtualLoop();
    private final MemoryShardLog log = new MemoryShardLog(loop);
    private final ShardHost<TallyShard, Added, Seen, Reminder> host = hostOn(log);
    private final List<String> answers = new ArrayList<>();

    private static ShardHost<TallyShard, Added, Seen, Reminder> hostOn(MemoryShardLog log) {
        ShardHost<TallyShard, Added, Seen, Reminder> host = new ShardHost<>(new TallyShard(), log, WRITE_TIMEOUT_MS);
        host.start();
        return host;
    }

    private Ticket<String> ticket() {
        return new Ticket<>(ErrorCode::name, answers::add);
    }

    private void add(Added... added) {
        Ticket<String> ticket = ticket();
        host.decide(added[0].name(), ticket, (it, nowMs) -> it.addMany(List.of(added), false, ticket));
    }

    private static TransactionEnd end(ProducerInTransaction producer, boolean committed) {
        return new TransactionEnd(producer.producerId(), producer.producerEpoch(), committed);
    }

    @Test
    void recordsOfDifferentTransactionsAreInBatchesOfTheirOwnAndInOrder() {
        loop.turn();
        add(new Added("a", 1));
        add(new Added("b", 1, SEVEN));
        add(new Added("c", 1, SEVEN));
        add(new Added("d", 1, EIGHT));
        add(new Added("e", 1));
        loop.turn();

        assertThat(log.batchSizes()).containsExactly(1, 2, 1, 1);
        assertThat(log.records().stream().map(ShardRecord::producer)).containsExactly(null, SEVEN, SEVEN, EIGHT, null);
        assertThat(answers).hasSize(5);
    }

    @Test
    void whatIsInATransactionHappensWhenItIsCommitted() {
        loop.turn();
        add(new Added("a", 1, SEVEN), new Added("a", 2, SEVEN));
        add(new Added("b", 5, EIGHT));
        loop.turn();
        assertThat(host.shard().sums).isEmpty();

        log.end(end(SEVEN, true));
        log.end(end(EIGHT, false));
        loop.turn();

        assertThat(host.shard().sums).containsExactly(Map.entry("a", 3));
        assertThat(host.shard().pending).isEmpty();
    }

    @Test
    void anAnswerWaitsUntilTheEndThatItRestsOnIsCommitted() {
        loop.turn();
        add(new Added("a", 1, SEVEN));
        loop.turn();
        log.commits(false);
        log.end(end(SEVEN, true));
        Ticket<String> ticket = ticket();
        host.read(ticket, (it, nowMs) -> it.get("a", ticket));
        assertThat(answers).containsExactly("added 1");

        log.commits(true);
        assertThat(answers).containsExactly("added 1", "a=1");
    }

    @Test
    void aNewLeaderSeesWhereTransactionsEnded() {
        loop.turn();
        add(new Added("a", 1, SEVEN));
        loop.turn();
        log.end(end(SEVEN, true));
        add(new Added("a", 10, SEVEN));
        add(new Added("b", 1, EIGHT));
        loop.turn();
        log.end(end(EIGHT, false));
        host.close();

        MemoryShardLog next = log.next(true);
        ShardHost<TallyShard, Added, Seen, Reminder> nextHost = hostOn(next);
        loop.turn();

        assertThat(nextHost.shard().sums).isEqualTo(host.shard().sums).containsOnlyKeys("a");
        assertThat(nextHost.shard().pending).isEqualTo(host.shard().pending).containsOnlyKeys(7L);
        assertThat(nextHost.progress()).isEqualTo(new ShardHost.Progress(3, 5));
    }

    @Test
    void anEndThatIsWrittenDuringTheReplayCountsAfterIt() {
        loop.turn();
        add(new Added("a", 1, SEVEN));
        loop.turn();
        host.close();
        MemoryShardLog next = log.next(true);
        next.reads(false);
        ShardHost<TallyShard, Added, Seen, Reminder> nextHost = hostOn(next);
        next.end(end(SEVEN, true));
        next.commits(false);
        next.end(end(EIGHT, true));

        next.reads(true);
        loop.turn();

        assertThat(nextHost.state()).isEqualTo(ShardHost.State.ACTIVE);
        assertThat(nextHost.shard().sums).containsEntry("a", 1);
        Ticket<String> ticket = ticket();
        nextHost.read(ticket, (it, nowMs) -> it.get("a", ticket));
        assertThat(answers).doesNotContain("a=1");
        next.commits(true);
        assertThat(answers).contains("a=1");
    }
}
