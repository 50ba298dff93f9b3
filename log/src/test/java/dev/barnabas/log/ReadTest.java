package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReadTest {
    private final World world = new World(1);

    @Test
    void aReadBeginsWithTheBatchThatHoldsTheOffset() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of("a", "b", "c"));
        log.append(Batches.of("d", "e"));

        assertThat(log.batches(log.read(1, 10_000)))
                .extracting(RecordBatch::baseOffset)
                .containsExactly(0L, 3L);
        assertThat(log.batches(log.read(3, 10_000)))
                .extracting(RecordBatch::baseOffset)
                .containsExactly(3L);
        assertThat(log.batches(log.read(4, 10_000)))
                .extracting(RecordBatch::baseOffset)
                .containsExactly(3L);
    }

    @Test
    void onlyWholeBatchesAreGivenOutAndAtLeastOne() {
        TestLog log = world.open(LogSettings.DEFAULT);
        for (int i = 0; i < 5; i++) {
            log.append(Batches.large(100));
        }
        int size = log.allBatches(0).getFirst().sizeInBytes();

        assertThat(log.batches(log.read(0, 2 * size + 1))).hasSize(2);
        assertThat(log.batches(log.read(0, 2 * size))).hasSize(2);
        assertThat(log.batches(log.read(0, 1))).hasSize(1);
        assertThat(world.call(() -> log.get().read(0, 1, Long.MAX_VALUE, false)))
                .isInstanceOf(ReadResult.Nothing.class);
    }

    @Test
    void noBatchThatReachesTheBoundIsGivenOut() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of("a", "b"));
        log.append(Batches.of("c", "d"));

        assertThat(log.batches(log.read(0, 10_000, 4))).hasSize(2);
        assertThat(log.batches(log.read(0, 10_000, 3))).hasSize(1);
        assertThat(log.batches(log.read(0, 10_000, 2))).hasSize(1);
        assertThat(log.read(0, 10_000, 1)).isInstanceOf(ReadResult.Nothing.class);
        assertThat(log.read(2, 10_000, 2)).isInstanceOf(ReadResult.Nothing.class);
    }

    @Test
    void theEndIsNothingAndBehindItIsOutOfRange() {
        TestLog log = world.open(LogSettings.DEFAULT);
        assertThat(log.read(0, 100)).isInstanceOf(ReadResult.Nothing.class);
        log.append(Batches.of("a", "b"));

        assertThat(log.read(2, 100)).isInstanceOf(ReadResult.Nothing.class);
        assertThat(log.read(3, 100)).isEqualTo(new ReadResult.OutOfRange(0, 2));
        assertThat(log.read(-1, 100)).isEqualTo(new ReadResult.OutOfRange(0, 2));
        assertThat(log.readCold(3, 100, 9)).isEqualTo(new ReadResult.OutOfRange(0, 2));
    }

    @Test
    void whatWasAppendedLongAgoIsCold() {
        world.directorySettings = new LogDirectorySettings(10, 0, 100_000, Duration.ofMinutes(5), Duration.ofDays(1));
        TestLog log = world.open(LogSettings.DEFAULT);
        TestLog other = world.open("other-0", LogSettings.DEFAULT);
        log.append(Batches.of("old"));
        assertThat(log.read(0, 100)).isInstanceOf(ReadResult.Found.class);

        other.append(Batches.large(60_000));
        other.append(Batches.large(60_000));

        assertThat(log.read(0, 100)).isInstanceOf(ReadResult.Cold.class);
        assertThat(log.batches(log.readCold(0, 100, 1))).hasSize(1);
        assertThat(other.read(1, 100)).isInstanceOf(ReadResult.Found.class);
        log.append(Batches.of("new"));
        assertThat(log.read(1, 100)).isInstanceOf(ReadResult.Found.class);
    }

    @Test
    void whatARestartFindsIsCold() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        world.restart();
        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(again.read(0, 100)).isInstanceOf(ReadResult.Cold.class);
        assertThat(again.values()).containsExactly("a");
    }

    @Test
    void coldBatchesAreCheckedBeforeTheyAreServed() throws IOException {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a".repeat(100));
        log.appendValues("b".repeat(100));
        world.drive().rot("orders-0/00000000000000000000.log", 250);

        assertThat(log.batches(log.readCold(0, 10_000, 2))).hasSize(1);
        assertThat(log.readCold(1, 10_000, 2)).isInstanceOf(ReadResult.Damaged.class);
        assertThat(log.faults).isEmpty();
        assertThat(log.append(Batches.of("goes on")).isRefused()).isFalse();
    }

    @Test
    void loadingBringsTheBatchesThemselves() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of("a", "b"));
        log.append(Batches.of("c"));

        ByteBuffer bytes =
                world.<ByteBuffer>ask(then -> log.get().load(0, 1_000, 3, then)).result();
        ByteBuffer none =
                world.<ByteBuffer>ask(then -> log.get().load(3, 1_000, 9, then)).result();

        assertThat(RecordBatch.at(bytes, 0).lastOffset()).isEqualTo(1);
        assertThat(bytes.remaining()).isEqualTo((int) log.get().sizeInBytes());
        assertThat(none.remaining()).isZero();
        assertThat(world.<ByteBuffer>ask(then -> log.get().load(9, 1_000, 9, then))
                        .refusal()
                        .error())
                .isEqualTo(dev.barnabas.protocol.ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void anOffsetThatCompactionRemovedIsReadFromTheNextOne() {
        TestLog log = world.open(LogSettings.DEFAULT.with(LogSettings.Segments.DEFAULT.withBytes(200)));
        log.append(Batches.replicated(0, 1, "a"), AppendOrigin.REPLICATION, 1);
        log.append(Batches.replicated(50, 1, "b".repeat(150)), AppendOrigin.REPLICATION, 1);
        log.append(Batches.replicated(90, 1, "c".repeat(150)), AppendOrigin.REPLICATION, 1);

        assertThat(log.batches(log.read(7, 1_000)).getFirst().baseOffset()).isEqualTo(50);
        assertThat(log.batches(log.read(51, 1_000)).getFirst().baseOffset()).isEqualTo(90);
        assertThat(log.batches(log.readCold(7, 1_000, 100)).getFirst().baseOffset())
                .isEqualTo(50);
        assertThat(log.batches(log.readCold(51, 1_000, 100)).getFirst().baseOffset())
                .isEqualTo(90);
        assertThat(log.values()).hasSize(3);
    }

    /** Reads of every kind agree with a list of the batches, whatever is in memory and whatever is not. */
    @Test
    void everyReadFindsWhatAListOfTheBatchesHas() {
        Seeds.check(40, ReadTest::readEverything);
    }

    private static void readEverything(Simulation simulation) {
        World world = new World(simulation);
        Dice dice = simulation.dice("reads");
        world.directorySettings = new LogDirectorySettings(
                (int) dice.between(1, 3),
                0,
                dice.pick(List.of(0L, 20_000L, 1L << 30)),
                Duration.ofMinutes(5),
                Duration.ofDays(1));
        TestLog log = world.open(LogSettings.DEFAULT.with(new LogSettings.Segments(
                (int) dice.magnitude(3_000, 200_000),
                604_800_000,
                0,
                10_485_760,
                (int) dice.magnitude(1, 2_000),
                false)));
        List<RecordBatch> batches = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String[] values = new String[(int) dice.between(1, 3)];
            java.util.Arrays.fill(values, "v".repeat((int) dice.magnitude(1, 300)));
            ByteBuffer batch = Batches.at(Batches.NOW_MS + i, values);
            Appended appended = log.append(batch).appended();
            RecordBatch known = RecordBatch.at(batch, 0);
            known.setBaseOffset(appended.baseOffset());
            batches.add(known);
        }
        world.drive().cached(dice.nextDouble());
        long end = log.get().endOffset();
        long offset = 0;
        for (int i = 0; i < 300; i++) {
            offset = offset < end && dice.chance(0.5) ? offset : dice.between(0, end - 1);
            int maxBytes = (int) dice.magnitude(1, 30_000);
            long upTo = dice.chance(0.5) ? Long.MAX_VALUE : dice.between(offset, end);
            ReadResult result =
                    dice.chance(0.3) ? log.readCold(offset, maxBytes, upTo) : log.readAnyhow(offset, maxBytes, upTo);
            offset = check(log.batches(result), batches, offset, maxBytes, upTo);
        }
    }

    /** Returns the offset after what was read. */
    private static long check(List<RecordBatch> found, List<RecordBatch> all, long offset, int maxBytes, long upTo) {
        int first = 0;
        while (all.get(first).lastOffset() < offset) {
            first++;
        }
        int bytes = 0;
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).baseOffset()).isEqualTo(all.get(first + i).baseOffset());
            assertThat(found.get(i).lastOffset()).isLessThan(upTo);
            bytes += found.get(i).sizeInBytes();
        }
        assertThat(found.size() <= 1 || bytes <= maxBytes).isTrue();
        if (found.isEmpty()) {
            assertThat(all.get(first).lastOffset()).isGreaterThanOrEqualTo(upTo);
            return offset;
        }
        return found.getLast().endOffset();
    }
}
