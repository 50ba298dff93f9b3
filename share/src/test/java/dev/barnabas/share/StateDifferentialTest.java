package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryResponse;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.PartitionData;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.StateBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random requests get the answers of Kafka's own coordinator, although ours is loaded anew again and again. What
 * differs on purpose: a state that is begun anew keeps the leader epoch that fences older leaders, where in Kafka a
 * summary shows 0 until a leader has read it; a state that is begun a second time in the same epoch stays as it is.
 */
final class StateDifferentialTest {
    private static final int STEPS = 300;

    static LongStream seeds() {
        Long seed = Long.getLong("share.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("share.seeds", 60));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersAreThoseOfKafka(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int updatesPerSnapshot = random.nextInt(1, 6);
        TestStates ours = new TestStates(new ShareStateSettings(updatesPerSnapshot, 300_000, 5_000));
        KafkaStates kafka = new KafkaStates(updatesPerSnapshot);
        for (int step = 0; step < STEPS; step++) {
            String as = "seed " + seed + ", step " + step;
            String group = "g" + random.nextInt(2);
            int partition = random.nextInt(40) == 0 ? random.nextInt(-1, 9) : random.nextInt(2);
            int stateEpoch = random.nextInt(20) == 0 ? random.nextInt(-1, 4) : step / 100;
            int leaderEpoch = random.nextInt(10) == 0 ? random.nextInt(-1, 8) : step / 50;
            switch (random.nextInt(12)) {
                case 0 -> {
                    long start = random.nextInt(-1, step + 1);
                    if (hasBegun(ours, group, partition, stateEpoch, start)) {
                        continue;
                    }
                    assertThat(ours.initialize(group, partition, stateEpoch, start)
                                    .code())
                            .as(as)
                            .isEqualTo(kafka.initialize(group, partition, stateEpoch, start));
                }
                case 1, 2 ->
                    expectSame(as, ours.read(group, partition, leaderEpoch), kafka.read(group, partition, leaderEpoch));
                case 3, 4 -> expectSame(as, ours.summary(group, partition), kafka.summary(group, partition));
                case 5 -> {
                    if (random.nextInt(4) == 0) {
                        assertThat(ours.delete(group, partition).code())
                                .as(as)
                                .isEqualTo(kafka.delete(group, partition));
                    } else {
                        ours.reload();
                    }
                }
                default -> {
                    PartitionData write = write(random, partition, stateEpoch, leaderEpoch, step);
                    assertThat(ours.write(group, write).code()).as(as).isEqualTo(kafka.write(group, write));
                }
            }
        }
    }

    /** Asked again, Kafka forgets what was settled meanwhile. */
    private static boolean hasBegun(TestStates ours, String group, int partition, int stateEpoch, long start) {
        var summary = ours.summary(group, partition);
        boolean exists = summary.deliveryCompleteCount() >= 0 || summary.startOffset() >= 0 || summary.stateEpoch() > 0;
        return (exists || start < 0)
                && summary.stateEpoch() == stateEpoch
                && (start < 0 || summary.startOffset() == start);
    }

    private static PartitionData write(
            SplittableRandom random, int partition, int stateEpoch, int leaderEpoch, int step) {
        List<StateBatch> batches = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            long first = (long) step + random.nextInt(50);
            batches.add(new StateBatch(
                    first, first + random.nextInt(10), (byte) (random.nextInt(3) * 2), (short) random.nextInt(1, 4)));
        }
        long start = random.nextInt(5) == 0 ? -1 : random.nextInt(step + 1);
        return new PartitionData(partition, stateEpoch, leaderEpoch, start, random.nextInt(-1, 20), batches);
    }

    private static void expectSame(
            String as,
            ReadShareGroupStateResponse.PartitionResult ours,
            ReadShareGroupStateResponseData.PartitionResult kafka) {
        assertThat(ours.errorCode()).as(as).isEqualTo(kafka.errorCode());
        if (kafka.errorCode() == 0) {
            assertThat(ours.stateEpoch()).as(as).isEqualTo(kafka.stateEpoch());
            assertThat(ours.startOffset()).as(as).isEqualTo(kafka.startOffset());
            TreeMap<Long, List<Integer>> oursByOffset = new TreeMap<>();
            ours.stateBatches().forEach(batch -> {
                for (long offset = batch.firstOffset(); offset <= batch.lastOffset(); offset++) {
                    oursByOffset.put(offset, List.of((int) batch.deliveryState(), (int) batch.deliveryCount()));
                }
            });
            TreeMap<Long, List<Integer>> kafkaByOffset = new TreeMap<>();
            kafka.stateBatches().forEach(batch -> {
                for (long offset = batch.firstOffset(); offset <= batch.lastOffset(); offset++) {
                    kafkaByOffset.put(offset, List.of((int) batch.deliveryState(), (int) batch.deliveryCount()));
                }
            });
            assertThat(oursByOffset).as(as).isEqualTo(kafkaByOffset);
        }
    }

    private static void expectSame(
            String as,
            ReadShareGroupStateSummaryResponse.PartitionResult ours,
            ReadShareGroupStateSummaryResponseData.PartitionResult kafka) {
        assertThat(ours.errorCode()).as(as).isEqualTo(kafka.errorCode());
        if (kafka.errorCode() == 0) {
            assertThat(ours.stateEpoch()).as(as).isEqualTo(kafka.stateEpoch());
            assertThat(ours.startOffset()).as(as).isEqualTo(kafka.startOffset());
            assertThat(ours.deliveryCompleteCount()).as(as).isEqualTo(kafka.deliveryCompleteCount());
        }
    }
}
