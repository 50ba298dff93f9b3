package dev.barnabas.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.TallyShard.Added;
import dev.barnabas.coordinator.TallyShard.Reminder;
import dev.barnabas.coordinator.TallyShard.Seen;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

final class ShardsTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final Shards<TallyShard, Added, Seen, Reminder> shards = new Shards<>(_ -> new TallyShard(), 5_000);
    private final List<String> answers = new ArrayList<>();

    private void add(String name, int partitions) {
        Ticket<String> ticket = new Ticket<>(ErrorCode::name, answers::add);
        shards.decide(name, partitions, ticket, (it, nowMs) -> it.add(name, 1, ticket));
        loop.turn();
    }

    @Test
    void aKeyIsStoredWhereKafkaStoresIt() {
        for (String key : List.of("", "a", "my-group", "console-consumer-4711", "polygenelubricants")) {
            assertThat(Shards.partitionOf(key, 50)).isEqualTo(Utils.abs(key.hashCode()) % 50);
        }
        assertThat("polygenelubricants".hashCode()).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void requestsGoToTheShardOfTheirKey() {
        for (int partition = 0; partition < 3; partition++) {
            shards.elected(partition, new MemoryShardLog(loop));
        }
        loop.turn();

        add("a", 3);

        assertThat(answers).containsExactly("a=1");
        assertThat(shards.host(Shards.partitionOf("a", 3)).orElseThrow().shard().sums)
                .containsOnlyKeys("a");
        assertThat(shards.hosts()).hasSize(3);
    }

    @Test
    void aShardThatIsNotHereIsRefused() {
        add("a", 3);
        add("a", 0);
        assertThat(answers).containsExactly("NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE");
    }

    @Test
    void aResignedShardIsClosed() {
        int partition = Shards.partitionOf("a", 3);
        shards.elected(partition, new MemoryShardLog(loop));
        loop.turn();
        var host = shards.host(partition).orElseThrow();

        shards.resigned(partition);
        add("a", 3);

        assertThat(host.state()).isEqualTo(ShardHost.State.CLOSED);
        assertThat(answers).containsExactly("NOT_COORDINATOR");
    }

    @Test
    void gatheredPartsComeInTheirPlaces() {
        List<List<String>> gathered = new ArrayList<>();
        Gather<String> gather = new Gather<>(3, loop, gathered::add);
        gather.part(2).accept("c");
        gather.part(0).accept("a");
        assertThat(gathered).isEmpty();
        gather.part(1).accept("b");
        assertThat(gathered).containsExactly(List.of("a", "b", "c"));

        new Gather<String>(0, loop, gathered::add);
        assertThat(gathered).last().isEqualTo(List.of());
    }
}
