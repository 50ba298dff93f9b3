package dev.barnabas.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PayloadTest {
    private final Message message = new Message("producer-1", 4711);

    @Test
    void aWholeValueSaysWhichMessageItIs() {
        byte[] value = Payload.encode(message, 200);

        assertThat(value).hasSize(200);
        assertThat(Payload.decode(ByteBuffer.wrap(value))).contains(message);
        assertThat(Payload.decode(ByteBuffer.wrap(Payload.encode(message, 0)))).contains(message);
    }

    @Test
    void anyBitThatIsTurnedIsNoticed() {
        byte[] value = Payload.encode(message, 50);

        for (int bit = 0; bit < value.length * 8; bit++) {
            value[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Payload.decode(ByteBuffer.wrap(value))).isEmpty();
            value[bit / 8] ^= (byte) (1 << (bit % 8));
        }
    }

    @Test
    void aValueThatIsCutIsNoticed() {
        byte[] value = Payload.encode(message, 50);

        for (int length = 0; length < value.length; length++) {
            assertThat(Payload.decode(ByteBuffer.wrap(Arrays.copyOf(value, length))))
                    .isEmpty();
            assertThat(Payload.decode(ByteBuffer.wrap(value, 0, length))).isEmpty();
        }
        assertThat(Payload.decode(ByteBuffer.wrap(Arrays.copyOf(value, 60)))).isEmpty();
    }
}
