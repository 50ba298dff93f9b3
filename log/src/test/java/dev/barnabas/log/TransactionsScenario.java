package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.log.ModelledTransactions.Entry;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A few producers write, in transactions and without; coordinators of the present and of the past end transactions, the
 * same one twice; the log is cut, closed, killed. After every step the log gives the same account of its transactions
 * as {@link ModelledTransactions}.
 */
final class TransactionsScenario implements Scenario {
    private static final int STEPS = 120;

    @Override
    public void run(Simulation simulation) {
        new Run(simulation).run();
    }

    private static final class Run {
        private final World world;
        private final Dice dice;
        private final LogSettings settings;
        private final ModelledTransactions model = new ModelledTransactions();
        private TestLog log;
        private long highWatermark;
        private int coordinatorEpoch;

        Run(Simulation simulation) {
            this.world = new World(simulation);
            this.dice = simulation.dice("workload");
            this.settings = new LogSettings(
                    new LogSettings.Segments((int) dice.magnitude(300, 20_000), 604_800_000L, 0, 10_485_760, 64, false),
                    LogSettings.DEFAULT.retention(),
                    LogSettings.Flush.DEFAULT,
                    LogSettings.Batches.DEFAULT,
                    LogSettings.Compaction.DEFAULT);
            this.log = world.open(settings);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                switch ((int) dice.between(0, 19)) {
                    case 0 -> truncate();
                    case 1 -> {
                        world.restart();
                        reopen();
                    }
                    case 2 -> {
                        log.awaitStable(log.get().endOffset());
                        world.crash(dice.pick(List.of(SimulatedHost.Crash.PROCESS, SimulatedHost.Crash.POWER)));
                        reopen();
                    }
                    case 3, 4, 5 -> moveHighWatermark();
                    case 6 -> coordinatorEpoch++;
                    case 7 -> log.rollNow();
                    default -> appendSome();
                }
                check();
            }
        }

        private void reopen() {
            log = world.open(settings);
            long known = highWatermark;
            world.on(() -> log.get().highWatermark(known));
        }

        private void truncate() {
            if (model.endOffset() <= highWatermark) {
                return;
            }
            long to = dice.between(highWatermark, model.endOffset());
            long end = log.truncate(to);
            model.truncate(to);
            assertThat(end).isEqualTo(model.endOffset());
        }

        private void moveHighWatermark() {
            log.awaitStable(log.get().endOffset());
            highWatermark = Math.max(highWatermark, model.endBefore(dice.between(highWatermark, model.endOffset())));
            world.on(() -> log.get().highWatermark(highWatermark));
        }

        /** Several in one turn: none sees more of the others than the log will have of them. */
        private void appendSome() {
            List<Append> appends = new ArrayList<>();
            List<@Nullable ErrorCode> expected = new ArrayList<>();
            int count = (int) dice.magnitude(1, 6);
            for (int i = 0; i < count; i++) {
                boolean bumpsEpoch = dice.chance(0.5);
                Entry entry = dice.chance(0.25) ? marker(bumpsEpoch) : data();
                ErrorCode outcome = model.outcome(entry, bumpsEpoch);
                if (outcome == null) {
                    model.add(entry);
                }
                expected.add(outcome);
                AppendOrigin origin = entry.isMarker() ? AppendOrigin.COORDINATOR : AppendOrigin.CLIENT;
                appends.add(new Append(bytes(entry), origin, 1, Verifications.NOT_REQUIRED, bumpsEpoch));
            }
            List<TestLog.Written> written = log.appendTogether(appends);
            for (int i = 0; i < count; i++) {
                ErrorCode outcome = outcome(written.get(i));
                // Within a turn the log remembers more batches than it does later on.
                boolean remembersMore = i > 0
                        && outcome == ErrorCode.DUPLICATE_SEQUENCE_NUMBER
                        && expected.get(i) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
                if (!remembersMore) {
                    assertThat(outcome).isEqualTo(expected.get(i));
                }
            }
        }

        private static @Nullable ErrorCode outcome(TestLog.Written written) {
            if (written.isRefused()) {
                return written.refusal().error();
            }
            return written.appended().duplicate() ? ErrorCode.DUPLICATE_SEQUENCE_NUMBER : null;
        }

        private Entry data() {
            long producer = dice.between(1, 3);
            int epoch = nearly(model.epoch(producer));
            int sequence = dice.chance(0.9) ? model.nextSequence(producer, epoch) : (int) dice.between(0, 5);
            boolean transactional = dice.chance(model.isOpen(producer) ? 0.95 : 0.7);
            int records = (int) dice.between(1, 3);
            return new Entry(model.endOffset(), records, producer, epoch, sequence, transactional, null, -1);
        }

        private Entry marker(boolean bumpsEpoch) {
            long producer = dice.between(1, 3);
            int epoch = Math.max(0, model.epoch(producer) + (bumpsEpoch && dice.chance(0.8) ? 1 : 0));
            int coordinator = dice.chance(0.9) ? coordinatorEpoch : (int) dice.between(0, coordinatorEpoch);
            return new Entry(model.endOffset(), 1, producer, epoch, -1, true, dice.chance(0.5), coordinator);
        }

        private int nearly(int epoch) {
            return dice.chance(0.9) ? epoch : Math.max(0, epoch + (int) dice.between(-1, 1));
        }

        private static ByteBuffer bytes(Entry entry) {
            Boolean committed = entry.committed();
            if (committed != null) {
                return Batches.marker(entry.producer(), entry.epoch(), committed, entry.coordinatorEpoch());
            }
            String[] values = new String[entry.records()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(entry, i);
            }
            return entry.transactional()
                    ? Batches.transactional(entry.producer(), entry.epoch(), entry.sequence(), values)
                    : Batches.of(entry.producer(), entry.epoch(), entry.sequence(), values);
        }

        private static String value(Entry entry, int index) {
            return entry.producer() + "/" + entry.epoch() + "/" + (entry.sequence() + index);
        }

        private void check() {
            assertThat(log.get().endOffset()).isEqualTo(model.endOffset());
            assertThat(log.get().firstUnstableOffset()).isEqualTo(model.firstUnstable(highWatermark));
            long from = dice.between(0, model.endOffset());
            long upTo = dice.between(from, model.endOffset());
            assertThat(log.get().abortedTransactions(from, upTo))
                    .containsExactlyInAnyOrderElementsOf(model.aborted(from, upTo));
            for (ProducerSummary producer : log.get().producers()) {
                assertThat(producer.transactionStartOffset() >= 0).isEqualTo(model.isOpen(producer.producerId()));
                assertThat(producer.producerEpoch()).isEqualTo((short) model.epoch(producer.producerId()));
            }
        }
    }
}
