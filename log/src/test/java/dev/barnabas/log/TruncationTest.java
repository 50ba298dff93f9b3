package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.SimulatedHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TruncationTest {
    private final World world = new World(1);

    @Test
    void recordsFromTheOffsetOnAreGone() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a", "b");
        log.appendValues("c");
        log.appendValues("d");

        assertThat(log.truncate(3)).isEqualTo(3);

        assertThat(log.get().endOffset()).isEqualTo(3);
        assertThat(log.get().stableEndOffset()).isEqualTo(3);
        assertThat(log.values()).containsExactly("a", "b", "c");
        assertThat(log.append(Batches.of("new d")).appended().baseOffset()).isEqualTo(3);
        assertThat(log.values()).containsExactly("a", "b", "c", "new d");
    }

    @Test
    void aBatchThatHoldsTheOffsetIsGoneAltogether() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b", "c", "d");

        assertThat(log.truncate(3)).isEqualTo(1);
    }

    @Test
    void truncatingToTheEndChangesNothing() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");

        assertThat(log.truncate(1)).isEqualTo(1);
        assertThat(log.truncate(9)).isEqualTo(1);
    }

    @Test
    void wholeSegmentsAreRemoved() {
        TestLog log = world.open(LogSettings.DEFAULT.with(LogSettings.Segments.DEFAULT.withBytes(1_000)));
        for (int i = 0; i < 10; i++) {
            log.appendValues("x".repeat(400) + i);
        }

        assertThat(log.truncate(3)).isEqualTo(3);
        log.appendValues("new");

        assertThat(log.values()).hasSize(4).last().isEqualTo("new");
        assertThat(world.drive().files().keySet().stream().filter(each -> each.endsWith(".log")))
                .hasSize(2);
    }

    @Test
    void itCannotGoBeforeTheLogStart() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b");
        log.appendValues("c");
        log.deleteRecords(2);

        assertThat(world.<Long>ask(then -> log.get().truncate(1, then))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void producersAndEpochsAreThoseOfTheRecordsThatAreLeft() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of(7, 0, 0, "a"), AppendOrigin.CLIENT, 1);
        log.append(Batches.of(7, 0, 1, "b"), AppendOrigin.CLIENT, 2);
        log.append(Batches.of(8, 0, 0, "c"), AppendOrigin.CLIENT, 3);

        log.truncate(1);

        assertThat(log.get().latestLeaderEpoch()).hasValue(1);
        assertThat(log.get().producers())
                .extracting(ProducerSummary::producerId)
                .containsExactly(7L);
        assertThat(log.append(Batches.of(7, 0, 1, "b again")).appended().duplicate())
                .isFalse();
    }

    @Test
    void appendsWaitUntilItIsDone() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b");
        TestLog.Written meanwhile = new TestLog.Written();
        List<String> order = new ArrayList<>();

        world.on(() -> {
            log.get().truncate(1, new LogAnswer<>() {
                @Override
                public void done(Long result) {
                    order.add("truncated to " + result);
                }

                @Override
                public void refused(LogRefusal refusal) {
                    order.add(refusal.message());
                }
            });
            log.get().append(new Append(Batches.of("new"), AppendOrigin.CLIENT, 1), meanwhile);
        });
        world.simulation.runUntil("the append is answered", meanwhile::isThere, java.time.Duration.ofMinutes(1));

        assertThat(order).containsExactly("truncated to 1");
        assertThat(meanwhile.appended().baseOffset()).isEqualTo(1);
        assertThat(log.values()).containsExactly("a", "new");
    }

    @Test
    void nothingThatIsBeingRemovedIsRead() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b");

        world.on(() -> {
            log.get().truncate(1, new World.Answered<>());
            assertThat(log.get().read(1, 100, 2, true)).isInstanceOf(ReadResult.Nothing.class);
            assertThat(log.get().read(0, 100, 2, true)).isInstanceOf(ReadResult.Found.class);
        });
    }

    @Test
    void theLogCanBeginAnewElsewhere() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of(7, 0, 0, "a"));
        log.append(Batches.of("b"));

        assertThat(world.<Long>ask(then -> log.get().restartAt(1_000, then)).result())
                .isEqualTo(1_000);

        assertThat(log.get().logStartOffset()).isEqualTo(1_000);
        assertThat(log.get().endOffset()).isEqualTo(1_000);
        assertThat(log.get().producers()).isEmpty();
        assertThat(log.appendValues("c")).isEqualTo(1_000);
        world.crash(SimulatedHost.Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("c");
    }
}
