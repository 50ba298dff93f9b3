package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class UuidTest {
    @Test
    void isWrittenAsKafkaWritesIt() {
        Random random = Seed.random("uuid");
        for (int i = 0; i < 1000; i++) {
            Uuid uuid = new Uuid(random.nextLong(), random.nextLong());
            org.apache.kafka.common.Uuid official =
                    new org.apache.kafka.common.Uuid(uuid.mostSignificantBits(), uuid.leastSignificantBits());

            assertThat(uuid).hasToString(official.toString());
            assertThat(Uuid.parse(official.toString())).isEqualTo(uuid);
        }
    }

    @Test
    void zeroIsTwentyTwoTimesA() {
        assertThat(Uuid.ZERO).hasToString("AAAAAAAAAAAAAAAAAAAAAA");
    }

    @Test
    void textThatIsNotOneIsRefused() {
        for (String text : new String[] {"", "A", "AAAAAAAAAAAAAAAAAAAAAAAA", "not base64 at all!!!!!"}) {
            assertThatThrownBy(() -> Uuid.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void isOrderedAsAnUnsignedNumber() {
        assertThat(new Uuid(-1, 0)).isGreaterThan(new Uuid(1, 0));
        assertThat(new Uuid(1, -1)).isGreaterThan(new Uuid(1, 1));
    }
}
