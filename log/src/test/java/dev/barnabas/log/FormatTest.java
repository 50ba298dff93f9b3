package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The files of our own are, byte for byte, what the package documentation says. */
final class FormatTest {
    private final World world = new World(1);

    private ByteBuffer file(String name) throws IOException {
        return ByteBuffer.wrap(world.drive().content(World.FOLDER + "/" + name));
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }

    @Test
    void anEmptyLogHasACheckpointAndNothingElse() throws IOException {
        world.open(LogSettings.DEFAULT);

        assertThat(world.drive().files().keySet()).containsExactly(World.FOLDER + "/00000000000000000001.checkpoint");
        ByteBuffer file = file("00000000000000000001.checkpoint");
        byte[] payload = new byte[file.limit() - 8];
        file.get(8, payload);
        assertThat(HexFormat.of().formatHex(payload))
                .isEqualTo(
                        "0102" // the whole state, version 2
                                + "0000000000000000" // log start offset
                                + "0000000000000000" // high watermark
                                + "0000000000000000" // end offset
                                + "06" // no gaps; compaction is told of; every epoch is known
                                + "0000000000000000" // gaps before
                                + "0000000000000000" // compacted up to
                                + "00000000" // segments
                                + "00000000" // leader epochs
                                + "00000000" // producers
                                + "00000000" // ended transactions
                                + "00000000"); // aborted transactions
        assertThat(file.getInt(0)).isEqualTo(file.limit() - 8);
        assertThat(file.getInt(4)).isEqualTo(crc(file, 8, file.limit()));
    }

    @Test
    void theStateOfALogIsWrittenFieldByField() throws IOException {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.transactional(7, 3, 5, "a", "b"), AppendOrigin.CLIENT, 9);
        world.on(() -> log.get().highWatermark(1));
        int size = (int) log.get().sizeInBytes();
        world.restart();

        ByteBuffer file = file("00000000000000000001.checkpoint");
        file.position(8 + file.getInt(0));
        ByteBuffer epoch = file.slice();
        file.position(file.position() + 8 + epoch.getInt());
        ByteBuffer state = file.slice();

        assertThat(epoch.getInt()).isEqualTo(crc(epoch, 8, 22));
        assertThat(epoch.getShort()).isEqualTo((short) 0x0602);
        assertThat(epoch.getLong()).as("from this offset on").isZero();
        assertThat(epoch.getInt()).as("leader epoch").isEqualTo(9);

        assertThat(state.getInt()).isEqualTo(state.limit() - 8);
        assertThat(state.getInt()).isEqualTo(crc(state, 8, state.limit()));
        assertThat(state.getShort()).isEqualTo((short) 0x0102);
        assertThat(state.getLong()).isZero();
        assertThat(state.getLong()).isEqualTo(1);
        assertThat(state.getLong()).isEqualTo(2);
        assertThat(state.get()).as("flags").isEqualTo((byte) 6);
        assertThat(state.getLong()).as("gaps before").isZero();
        assertThat(state.getLong()).as("compacted up to").isZero();
        assertThat(state.getInt()).as("segments").isEqualTo(1);
        assertThat(state.getLong()).as("base offset").isZero();
        assertThat(state.getInt()).as("size").isEqualTo(size);
        assertThat(state.getInt()).as("index blocks").isZero();
        assertThat(state.getLong()).as("maximum timestamp").isEqualTo(Batches.NOW_MS);
        assertThat(state.getLong()).as("first timestamp").isEqualTo(Batches.NOW_MS);
        assertThat(state.getLong()).as("last append").isBetween(Batches.NOW_MS, Batches.NOW_MS + 1_000);
        assertThat(state.getInt()).as("epochs").isEqualTo(1);
        assertThat(state.getInt()).isEqualTo(9);
        assertThat(state.getLong()).isZero();
        assertThat(state.getInt()).as("producers").isEqualTo(1);
        assertThat(state.getLong()).isEqualTo(7);
        assertThat(state.getShort()).isEqualTo((short) 3);
        assertThat(state.getInt()).as("coordinator epoch").isEqualTo(-1);
        assertThat(state.getLong()).as("transaction start").isZero();
        assertThat(state.getLong()).as("last timestamp").isEqualTo(Batches.NOW_MS);
        assertThat(state.getLong()).as("last seen").isBetween(Batches.NOW_MS, Batches.NOW_MS + 1_000);
        assertThat(state.get()).as("batches").isEqualTo((byte) 1);
        assertThat(state.getInt()).isEqualTo(5);
        assertThat(state.getInt()).isEqualTo(6);
        assertThat(state.getLong()).as("last offset").isEqualTo(1);
        assertThat(state.getLong()).isEqualTo(Batches.NOW_MS);
        assertThat(state.getInt()).as("ended transactions").isZero();
        assertThat(state.getInt()).as("aborted transactions").isZero();
        assertThat(state.getLong()).as("delete horizon").isEqualTo(Long.MAX_VALUE);
        assertThat(state.hasRemaining()).isFalse();
    }

    @Test
    void aStateOfTheFirstBuildsKnowsNothingOfCompaction() {
        LogContents read = CheckpointCodec.state(
                World.FOLDER,
                ByteBuffer.wrap(HexFormat.of()
                        .parseHex("0101" + "0000000000000003" + "0000000000000005" + "0000000000000007" + "01"
                                + "00000000".repeat(5))));

        assertThat(read).isNotNull();
        assertThat(read.startOffset).isEqualTo(3);
        assertThat(read.nextOffset).isEqualTo(7);
        assertThat(read.hasGaps).isTrue();
        assertThat(read.compactedEnd).isEqualTo(3);
    }

    @Test
    void aReplacementIsWrittenFieldByField() {
        Replacement replacement =
                new Replacement(1, 9, "00000000000000ab", 77, 2, 100, 90, 110, 500, java.util.List.of(6L));

        ByteBuffer entry = CheckpointCodec.replaced(replacement);
        byte[] payload = new byte[entry.limit() - 8];
        entry.get(8, payload);

        assertThat(HexFormat.of().formatHex(payload))
                .isEqualTo(
                        "0702" // a replacement, version 2
                                + "0000000000000001" // base offset
                                + "0000000000000009" // where it ends
                                + "00000000000000ab" // id
                                + "0000004d" // size
                                + "0000000000000064" // greatest timestamp
                                + "000000000000005a" // of the first batch
                                + "000000000000006e" // appended to last
                                + "00000000000001f4" // delete horizon
                                + "00000002" // blocks of its index
                                + "00000001" // removed markers
                                + "0000000000000006");
        assertThat(CheckpointCodec.replacement(ByteBuffer.wrap(payload))).isEqualTo(replacement);
    }

    @Test
    void anIndexConsistsOfBlocks() throws IOException {
        TestLog log = world.open(
                LogSettings.DEFAULT.with(new LogSettings.Segments(1 << 20, 604_800_000, 0, 1 << 20, 1, false)));
        for (int i = 0; i < 300; i++) {
            log.append(Batches.at(1_000 + i, "v"));
        }
        int batch = log.allBatches(0).getFirst().sizeInBytes();
        world.restart();

        ByteBuffer file = file("00000000000000000000.index");

        assertThat(file.limit()).isEqualTo(2 * 4_096);
        assertThat(file.getInt(0)).isEqualTo(crc(file, 4, 4_096));
        assertThat(file.get(4)).as("version").isEqualTo((byte) 1);
        assertThat(file.getShort(6)).as("entries").isEqualTo((short) 255);
        assertThat(file.getLong(8)).as("base offset").isZero();
        assertThat(file.getInt(16)).as("relative offset").isEqualTo(1);
        assertThat(file.getInt(20)).as("position").isEqualTo(batch);
        assertThat(file.getLong(24)).as("maximum timestamp before").isEqualTo(1_000);
        assertThat(file.getShort(4_096 + 6)).isEqualTo((short) 44);
    }
}
