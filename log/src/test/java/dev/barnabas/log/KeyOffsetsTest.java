package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class KeyOffsetsTest {
    private static ByteBuffer key(long number) {
        return ByteBuffer.wrap(Long.toString(number).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theGreatestOffsetOfEachKeyIsKept() {
        try (KeyOffsets offsets = new KeyOffsets(1 << 20, 0.9)) {
            for (long offset = 0; offset < 50_000; offset++) {
                assertThat(offsets.put(key(offset % 30_000), offset)).isTrue();
            }

            assertThat(offsets.keys()).isEqualTo(30_000);
            for (long number = 0; number < 30_000; number++) {
                assertThat(offsets.get(key(number))).isEqualTo(number < 20_000 ? number + 30_000 : number);
            }
            assertThat(offsets.get(key(30_000))).isEqualTo(KeyOffsets.NONE);
        }
    }

    @Test
    void theEmptyKeyIsAKey() {
        try (KeyOffsets offsets = new KeyOffsets(1 << 20, 0.9)) {
            assertThat(offsets.get(ByteBuffer.allocate(0))).isEqualTo(KeyOffsets.NONE);
            offsets.put(ByteBuffer.allocate(0), 0);
            assertThat(offsets.get(ByteBuffer.allocate(0))).isZero();
        }
    }

    @Test
    void memoryIsTakenAsItIsNeededAndNeverMoreThanAllowed() {
        int maxBytes = 1 << 20;
        try (KeyOffsets offsets = new KeyOffsets(maxBytes, 0.9)) {
            assertThat(offsets.sizeInBytes()).isLessThan(30_000);

            long keys = 0;
            while (offsets.put(key(keys), keys)) {
                keys++;
            }

            // The last table and the one that it was filled from.
            assertThat(offsets.sizeInBytes()).isLessThanOrEqualTo(maxBytes * 4 / 5);
            assertThat(keys).isGreaterThan(maxBytes / KeyOffsets.ENTRY_BYTES * 7 / 10);
            assertThat(offsets.put(key(0), keys)).isTrue();
            assertThat(offsets.put(key(keys), keys + 1)).isFalse();
            assertThat(offsets.get(key(0))).isEqualTo(keys);
        }
    }

    @Test
    void thereIsAlwaysRoomForOneKey() {
        try (KeyOffsets offsets = new KeyOffsets(0, 0.01)) {
            assertThat(offsets.put(key(1), 7)).isTrue();
            assertThat(offsets.put(key(2), 8)).isFalse();
            assertThat(offsets.put(key(1), 9)).isTrue();
            assertThat(offsets.get(key(1))).isEqualTo(9);
            assertThat(offsets.get(key(2))).isEqualTo(KeyOffsets.NONE);
        }
    }
}
