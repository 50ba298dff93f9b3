package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.VirtualLoop;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddOffsetsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsResponse;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A coordinator on a loop whose time passes when a test says so, with partitions in memory. */
final class TestCoordinator implements Backend {
    static final int PARTITIONS = 2;

    private final VirtualLoop loop = new VirtualLoop();
    private final List<MemoryShardLog> logs = new ArrayList<>();
    private final Ids ids = new Ids();
    private final MemoryMarkers markers = new MemoryMarkers();
    private final TransactionCoordinator coordinator;
    private int transactionVersion = 2;

    TestCoordinator(TransactionSettings settings) {
        coordinator = new TransactionCoordinator(
                settings, new MemoryTopics(), ids, markers, () -> transactionVersion, () -> PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            logs.add(new MemoryShardLog(loop));
            coordinator.elected(partition, logs.get(partition));
        }
        loop.turn();
    }

    /** Gives out ids in order, later in the same turn, unless there are none. */
    static final class Ids implements ProducerIdSource {
        private long next = 1_000;
        private @Nullable ErrorCode refusal;

        @Override
        public void next(Loop loop, LongConsumer then, Consumer<ErrorCode> refused) {
            loop.execute(() -> {
                ErrorCode why = refusal;
                if (why != null) {
                    refused.accept(why);
                } else {
                    then.accept(next++);
                }
            });
        }

        void refuse(@Nullable ErrorCode why) {
            refusal = why;
        }
    }

    VirtualLoop loop() {
        return loop;
    }

    MemoryMarkers markers() {
        return markers;
    }

    Ids ids() {
        return ids;
    }

    TransactionCoordinator coordinator() {
        return coordinator;
    }

    MemoryShardLog logOf(String id) {
        return logs.get(TransactionCoordinator.partitionOf(id, PARTITIONS));
    }

    void eachLog(Consumer<MemoryShardLog> change) {
        logs.forEach(change);
    }

    TransactionShard shardOf(String id) {
        return coordinator.hosts().stream()
                .skip(TransactionCoordinator.partitionOf(id, PARTITIONS))
                .findFirst()
                .orElseThrow()
                .shard();
    }

    @Override
    public void transactionVersion(int version) {
        transactionVersion = version;
    }

    int transactionVersion() {
        return transactionVersion;
    }

    @Override
    public void pass(Duration time) {
        loop.advance(time);
        loop.turn();
    }

    /** Another leader finds an id in another state than it was in. */
    void rewrite(String id, UnaryOperator<Transaction> change) {
        Transaction changed = change.apply(shardOf(id).transaction(id).orElseThrow());
        MemoryShardLog log = logOf(id);
        log.append(
                List.of(TransactionRecords.encode(
                        new TransactionRecord.Stored(changed, TransactionRecords.TAGGED_FORMAT))),
                new ShardLog.Appending() {
                    @Override
                    public void written(long endOffset) {}

                    @Override
                    public void refused(ErrorCode why) {
                        throw new AssertionError(why);
                    }
                });
        reload();
    }

    /** The leader goes with all it had not committed; another one is elected. */
    void loseLeader(int partition) {
        MemoryShardLog before = logs.get(partition);
        MemoryShardLog after = new MemoryShardLog(loop, before.committed(), before.leaderEpoch() + 1);
        coordinator.resigned(partition);
        logs.set(partition, after);
        coordinator.elected(partition, after);
        loop.turn();
    }

    @Override
    public void reload() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            loseLeader(partition);
        }
    }

    @Override
    public void holdMarkers(boolean hold) {
        markers.holds(hold);
        loop.turn();
    }

    @Override
    public InitProducerIdResponse init(InitProducerIdRequest request, int version) {
        return await(then -> coordinator.initProducerId(request, version, loop, then));
    }

    @Override
    public AddPartitionsToTxnResponse add(AddPartitionsToTxnRequest request, int version) {
        return await(then -> coordinator.addPartitions(request, version, loop, then));
    }

    @Override
    public AddOffsetsToTxnResponse addOffsets(AddOffsetsToTxnRequest request, int version) {
        return await(then -> coordinator.addOffsets(request, version, loop, then));
    }

    @Override
    public EndTxnResponse end(EndTxnRequest request, int version) {
        return await(then -> coordinator.endTxn(request, version, loop, then));
    }

    @Override
    public ListTransactionsResponse list(ListTransactionsRequest request, int version) {
        return await(then -> coordinator.list(request, loop, then));
    }

    @Override
    public DescribeTransactionsResponse describe(DescribeTransactionsRequest request) {
        return await(then -> coordinator.describe(request, loop, then));
    }

    private <A> A await(Consumer<Consumer<A>> ask) {
        List<A> answers = new ArrayList<>();
        ask.accept(answers::add);
        loop.turn();
        for (int i = 0; answers.isEmpty() && i < 100; i++) {
            loop.advance(Duration.ofMillis(100));
        }
        assertThat(answers).as("answers").hasSize(1);
        return answers.getFirst();
    }
}
