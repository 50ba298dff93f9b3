package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WriterTest {
    /** One of each length in UTF-8, and halves of pairs. */
    private static final String ALPHABET = "aZ\u007f\u0080\u07ff\u0800\uffff\ud83d\ude80\udfff";

    @Test
    void stringsTakeTheBytesThatJavaGivesThem() {
        Random random = Seed.random("utf-8");
        for (int i = 0; i < 5000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(6); length > 0; length--) {
                text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            byte[] expected = text.toString().getBytes(StandardCharsets.UTF_8);

            assertThat(Sizes.utf8Length(text.toString())).isEqualTo(expected.length);
            Writer out = new Writer(Sizes.string(text.toString(), false));
            out.string("X", text.toString(), false);
            assertThat(out.finish().bytes().slice(2, expected.length)).isEqualTo(ByteBuffer.wrap(expected));
        }
    }

    @Test
    void aVarintTakesAsManyBytesAsItsSizeSays() {
        for (int bits = 0; bits <= 32; bits++) {
            for (int delta = -1; delta <= 1; delta++) {
                int value = (int) (1L << bits) + delta;
                Writer out = new Writer(Sizes.unsignedVarint(value));
                out.unsignedVarint(value);
                assertThat(new Reader(out.finish().bytes()).unsignedVarint("X")).isEqualTo(value);
            }
        }
    }

    @Test
    void aStringThatNoVersionCanExpressIsRefused() {
        Writer out = new Writer(50_000);

        assertThatThrownBy(() -> out.string("X.name", "x".repeat(32_768), true))
                .isInstanceOf(UnsupportedFieldException.class)
                .hasMessage("X.name is too long: 32768 bytes");
    }

    @Test
    void aBufferThatIsNotFilledIsADefect() {
        Writer out = new Writer(5);
        out.int32(1);

        assertThatThrownBy(out::finish).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void recordsAreSplicedInWhereTheyBelong() {
        MemoryRecords first = new MemoryRecords(ByteBuffer.wrap(new byte[] {1, 1}));
        MemoryRecords second = new MemoryRecords(ByteBuffer.wrap(new byte[] {2}));
        Writer out = new Writer(5);
        out.records(first, true);
        out.records(null, true);
        out.records(MemoryRecords.EMPTY, true);
        out.records(second, true);
        out.int8((byte) 9);

        Encoded encoded = out.finish();

        assertThat(encoded.splices()).isEqualTo(List.of(new Encoded.Splice(1, first), new Encoded.Splice(4, second)));
        assertThat(encoded.size()).isEqualTo(8);
        assertThat(encoded.flatten()).isEqualTo(ByteBuffer.wrap(new byte[] {3, 1, 1, 0, 1, 2, 2, 9}));
    }
}
