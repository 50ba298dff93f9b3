package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.coordinator.share.PersisterStateBatchCombiner;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What batches say together is what Kafka makes of them. To repeat one run: {@code mvn -pl share -am test
 * -Dtest=StateBatchesTest -Dsurefire.failIfNoSpecifiedTests=false -Dshare.seed=4711}; to try many:
 * {@code -Dshare.seeds=10000}.
 */
final class StateBatchesTest {
    private static final byte AVAILABLE = 0;
    private static final byte ACKNOWLEDGED = 2;

    static LongStream seeds() {
        Long seed = Long.getLong("share.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("share.seeds", 200));
    }

    private static StateBatch batch(long first, long last, int state, int count) {
        return new StateBatch(first, last, (byte) state, (short) count);
    }

    @Test
    void neighboursInTheSameStateBecomeOne() {
        StateBatches batches = new StateBatches();
        batches.add(batch(0, 4, ACKNOWLEDGED, 1));
        batches.add(batch(10, 14, ACKNOWLEDGED, 1));
        batches.add(batch(5, 9, ACKNOWLEDGED, 1));

        assertThat(batches.all()).containsExactly(batch(0, 14, ACKNOWLEDGED, 1));
    }

    @Test
    void whatWasDeliveredMoreOftenHoldsWhereBatchesOverlap() {
        StateBatches batches = new StateBatches();
        batches.add(batch(0, 10, AVAILABLE, 2));
        batches.add(batch(5, 15, ACKNOWLEDGED, 1));
        batches.add(batch(8, 8, ACKNOWLEDGED, 2));

        assertThat(batches.all())
                .containsExactly(
                        batch(0, 7, AVAILABLE, 2),
                        batch(8, 8, ACKNOWLEDGED, 2),
                        batch(9, 10, AVAILABLE, 2),
                        batch(11, 15, ACKNOWLEDGED, 1));
    }

    @Test
    void whatIsBeforeTheStartOffsetIsForgotten() {
        StateBatches batches = new StateBatches();
        batches.add(batch(0, 4, AVAILABLE, 1));
        batches.add(batch(6, 9, ACKNOWLEDGED, 1));
        batches.startAt(8);

        assertThat(batches.all()).containsExactly(batch(8, 9, ACKNOWLEDGED, 1));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatBatchesSayOfEachRecordIsWhatKafkaMakesOfThem(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StateBatches ours = new StateBatches();
        List<PersisterStateBatch> kafkas = List.of();
        for (int step = 0; step < 20; step++) {
            List<StateBatch> added = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                long first = random.nextInt(60);
                added.add(batch(first, first + random.nextInt(15), random.nextInt(3) * 2, random.nextInt(1, 4)));
            }
            long start = random.nextInt(4) == 0 ? random.nextInt(step + 1) : -1;

            ours.addAll(added);
            ours.startAt(start);
            List<PersisterStateBatch> asKafka = added.stream()
                    .map(one -> new PersisterStateBatch(
                            one.firstOffset(), one.lastOffset(), one.deliveryState(), one.deliveryCount()))
                    .toList();
            kafkas = new PersisterStateBatchCombiner(kafkas, asKafka, start).combineStateBatches();

            assertThat(byOffset(ours.all()))
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(byOffset(kafkas.stream()
                            .map(one -> batch(
                                    one.firstOffset(), one.lastOffset(), one.deliveryState(), one.deliveryCount()))
                            .toList()));
            for (int i = 1; i < ours.all().size(); i++) {
                StateBatch before = ours.all().get(i - 1);
                StateBatch after = ours.all().get(i);
                assertThat(before.lastOffset()).as("order").isLessThan(after.firstOffset());
                assertThat(before.lastOffset() + 1 == after.firstOffset() && before.saysTheSameAs(after))
                        .as("as few as possible, seed %d: %s", seed, ours.all())
                        .isFalse();
            }
        }
    }

    private static Map<Long, List<Integer>> byOffset(List<StateBatch> batches) {
        Map<Long, List<Integer>> byOffset = new TreeMap<>();
        for (StateBatch batch : batches) {
            for (long offset = batch.firstOffset(); offset <= batch.lastOffset(); offset++) {
                byOffset.put(offset, List.of((int) batch.deliveryState(), (int) batch.deliveryCount()));
            }
        }
        return byOffset;
    }
}
