package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LogDumpTest {
    private static final String SEGMENT = "orders-0/00000000000000000000.log";

    private final World world = new World(1);

    private List<String> dump() {
        return world.call(() -> {
            List<String> lines = new ArrayList<>();
            try (LogDump dump = LogDump.open(world.disk(), SEGMENT)) {
                for (Optional<LogDump.Entry> next = dump.next(); next.isPresent(); next = dump.next()) {
                    LogDump.Entry entry = next.get();
                    lines.add(entry.position() + ": " + entry.batch().baseOffset() + " " + entry.crcFits());
                }
                dump.damage().ifPresent(lines::add);
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
            return lines;
        });
    }

    @Test
    void batchesAreShownInOrder() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of("a", "b"));
        log.append(Batches.of("c"));
        int first = log.allBatches(0).getFirst().sizeInBytes();

        assertThat(dump()).containsExactly("0: 0 true", first + ": 2 true");
    }

    @Test
    void damageIsShownAndWhatStandsBehindABadCrcToo() throws IOException {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b");
        int first = log.allBatches(0).getFirst().sizeInBytes();
        world.drive().rot(SEGMENT, first - 1);
        assertThat(dump()).containsExactly("0: 0 false", first + ": 1 true");

        world.on(() -> {
            try {
                world.disk().open(SEGMENT).append(java.nio.ByteBuffer.allocate(100));
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        });
        assertThat(dump()).hasSize(3).last().asString().contains("at position").contains("magic");
    }

    @Test
    void aFileThatIsNotThereIsNotCreated() {
        assertThatThrownBy(() -> LogDump.open(world.disk(), "nowhere/00000000000000000000.log"))
                .isInstanceOf(IOException.class);
        assertThat(world.drive().files()).isEmpty();
    }
}
