package dev.barnabas.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VarintsTest {

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1, 63, 64, -64, -65, 8191, 8192, -8193, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void anIntIsReadAsItWasWrittenAndTakesTheBytesThatWereForetold(int value) {
        ByteBuffer bytes = ByteBuffer.allocate(Varints.MAX_INT_SIZE);
        Varints.write(bytes, value);

        assertThat(bytes.position()).isEqualTo(Varints.sizeOf(value));
        assertThat(reader(bytes.flip()).readVarint()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 63, 64, 1L << 34, -(1L << 34), 1L << 48, Long.MAX_VALUE, Long.MIN_VALUE})
    void aLongIsReadAsItWasWrittenAndTakesTheBytesThatWereForetold(long value) {
        ByteBuffer bytes = ByteBuffer.allocate(Varints.MAX_LONG_SIZE);
        Varints.write(bytes, value);

        assertThat(bytes.position()).isEqualTo(Varints.sizeOf(value));
        assertThat(reader(bytes.flip()).readVarlong()).isEqualTo(value);
    }

    @Test
    void randomNumbersSurviveAsWell() {
        Seeds.each(200, random -> {
            long number = random.nextLong() >> random.nextInt(64);
            ByteBuffer bytes = ByteBuffer.allocate(Varints.MAX_LONG_SIZE + Varints.MAX_INT_SIZE);
            Varints.write(bytes, number);
            Varints.write(bytes, (int) number);

            assertThat(bytes.position()).isEqualTo(Varints.sizeOf(number) + Varints.sizeOf((int) number));
            RecordBytes reader = reader(bytes.flip());
            assertThat(reader.readVarlong()).isEqualTo(number);
            assertThat(reader.readVarint()).isEqualTo((int) number);
            assertThat(reader.exhausted()).isTrue();
        });
    }

    @Test
    void moreBytesThanTheTypeCanHaveAreRefused() {
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0xff);

        assertThatThrownBy(() -> reader(ByteBuffer.wrap(endless)).readVarint())
                .isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> reader(ByteBuffer.wrap(endless)).readVarlong())
                .isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void anEndWithinANumberIsRefused() {
        byte[] cut = {(byte) 0x80};

        assertThatThrownBy(() -> reader(ByteBuffer.wrap(cut)).readVarint()).isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> reader(ByteBuffer.wrap(cut)).readVarlong()).isInstanceOf(CorruptRecordException.class);
    }

    private static RecordBytes reader(ByteBuffer bytes) {
        return RecordBytes.of(bytes, 0, bytes.limit());
    }
}
