package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class ReaderTest {
    private static Reader reader(String hex) {
        return new Reader(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    private static void assertMalformed(String message, ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage(message);
    }

    @Test
    void namesTheFieldThatDoesNotFit() {
        assertMalformed(
                "X.size: 4 bytes wanted, but 3 are left", () -> reader("000000").int32("X.size"));
    }

    @Test
    void anArrayCannotHaveMoreElementsThanTheRestOfTheMessageHasRoomFor() {
        assertThat(reader("00000002" + "0000").count("X.list", false, 1)).isEqualTo(2);
        assertMalformed(
                "X.list: 3 elements, but 2 bytes are left",
                () -> reader("00000003" + "0000").count("X.list", false, 1));
        assertMalformed(
                "X.list: 2 elements, but 2 bytes are left",
                () -> reader("00000002" + "0000").count("X.list", false, 2));
        assertMalformed(
                "X.list: 2147483647 elements, but 0 bytes are left",
                () -> reader("7fffffff").count("X.list", false, 0));
    }

    @Test
    void anArrayCannotHaveMoreThanAMillionElements() {
        ByteBuffer frame = ByteBuffer.allocate(4 + 1_000_001).putInt(0, 1_000_001);

        assertMalformed(
                "X.list: 1000001 elements, but 1000001 bytes are left",
                () -> new Reader(frame).count("X.list", false, 1));
        assertThat(new Reader(frame.putInt(0, 1_000_000)).count("X.list", false, 1))
                .isEqualTo(1_000_000);
    }

    @Test
    void aStructCannotHaveMoreThanTenThousandTags() {
        ByteBuffer frame =
                ByteBuffer.allocate(100_000).put((byte) 0x91).put((byte) 0x4e).rewind();

        assertMalformed("X: 10001 tagged fields, but 99998 bytes are left", () -> new Reader(frame).tagCount("X"));
        assertThat(new Reader(frame.put(0, (byte) 0x90)).tagCount("X")).isEqualTo(10_000);
    }

    @Test
    void aTaggedFieldMustBeAsLongAsItSays() {
        Reader in = reader("04" + "00000001" + "00");

        int end = in.tagEnd("X.tagged");
        in.int32("X.tagged");
        in.endTag("X.tagged", end);
        assertMalformed("X.tagged: a tagged field with a wrong size", () -> in.endTag("X.tagged", end + 1));
        assertMalformed(
                "X.tagged: 6 bytes wanted, but 5 are left",
                () -> reader("060000000001").tagEnd("X.tagged"));
    }

    @Test
    void aVarintHasAtMost32Bits() {
        assertThat(reader("00").unsignedVarint("X")).isZero();
        assertThat(reader("ac02").unsignedVarint("X")).isEqualTo(300);
        assertThat(reader("ffffffff0f").unsignedVarint("X")).isEqualTo(-1);
        assertMalformed(
                "X: a varint of more than 32 bits", () -> reader("ffffffff1f").unsignedVarint("X"));
        assertMalformed(
                "X: a varint of more than 32 bits", () -> reader("808080808000").unsignedVarint("X"));
        assertMalformed("X: 1 bytes wanted, but 0 are left", () -> reader("ff").unsignedVarint("X"));
    }

    @Test
    void nullIsOnlyReadWhereItMayBe() {
        assertThat(reader("ffff").nullableString("X", false)).isNull();
        assertThat(reader("00").nullableString("X", true)).isNull();
        assertThat(reader("ffffffff").nullableRecords("X", false)).isNull();
        assertThat(reader("ffffffff").nullableInt32List("X", false)).isNull();
        assertMalformed("X must not be null", () -> reader("ffff").string("X", false));
        assertMalformed("X must not be null", () -> reader("00").string("X", true));
        assertMalformed("X must not be null", () -> reader("00").records("X", true));
        assertMalformed("X must not be null", () -> reader("ffffffff").count("X", false, 1));
        assertMalformed("X must not be null", () -> reader("00000001" + "ffff").stringList("X", false));
    }

    @Test
    void bytesAndRecordsAreViewsOfTheFrame() {
        byte[] frame = HexFormat.of().parseHex("03" + "0102" + "03" + "0304");
        Reader in = new Reader(ByteBuffer.wrap(frame));

        ByteBuffer bytes = in.bytes("X", true);
        MemoryRecords records = (MemoryRecords) in.records("X", true);
        frame[1] = 9;
        frame[5] = 8;

        assertThat(bytes).isEqualTo(ByteBuffer.wrap(new byte[] {9, 2}));
        assertThat(records.buffer()).isEqualTo(ByteBuffer.wrap(new byte[] {3, 8}));
    }

    @Test
    void stringsAreReadFromAnyKindOfBuffer() {
        byte[] frame = HexFormat.of().parseHex("ff" + "0004" + "e7958c41");
        ByteBuffer direct = ByteBuffer.allocateDirect(7).put(frame).position(1);
        ByteBuffer readOnly = ByteBuffer.wrap(frame).position(1).asReadOnlyBuffer();
        ByteBuffer offset = ByteBuffer.wrap(frame, 1, 6);

        for (ByteBuffer buffer : List.of(direct, readOnly, offset)) {
            assertThat(new Reader(buffer).string("X", false)).isEqualTo("界A");
        }
    }

    @Test
    void unsignedNumbersAreNotNegative() {
        assertThat(reader("ffff").uint16("X")).isEqualTo(65_535);
        assertThat(reader("ffffffff").uint32("X")).isEqualTo(4_294_967_295L);
    }

    @Test
    void theCallersBufferIsNotMoved() {
        ByteBuffer frame = ByteBuffer.wrap(new byte[8]).position(2);

        new Reader(frame).int32("X");

        assertThat(frame.position()).isEqualTo(2);
    }
}
