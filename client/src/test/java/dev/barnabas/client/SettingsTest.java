package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.barnabas.client.ProducerSettings.Acks;
import dev.barnabas.host.Endpoint;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SettingsTest {

    @Test
    void bootstrapServersAreReadInKafkasNotation() {
        assertThat(ClusterSettings.of("one:9092, [2001:db8::1]:9093,,").bootstrap())
                .containsExactly(new Endpoint("one", 9092), new Endpoint("2001:db8::1", 9093));
    }

    @Test
    void aBootstrapServerThatIsNotOneIsNamed() {
        for (String wrong : new String[] {"localhost", "localhost:", ":9092", "localhost:99999", "::1:9092", "h:x"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ClusterSettings.of(wrong))
                    .withMessageContaining(wrong.equals("localhost:99999") ? "99999" : wrong);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> ClusterSettings.of(" , "));
    }

    @Test
    void anIdempotentProducerNeedsAllAcknowledgements() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProducerSettings.builder()
                        .acks(Acks.LEADER)
                        .idempotent(true)
                        .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProducerSettings.builder().maxInFlight(6).build());
        assertThat(ProducerSettings.builder().acks(Acks.LEADER).build().idempotent())
                .isFalse();
    }

    @Test
    void heartbeatsMustBeMoreFrequentThanTheSessionLasts() {
        ConsumerSettings.Group group = ConsumerSettings.Group.of("g");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> group.withTimes(Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(60)));
    }

    @Test
    void aMemberIsCooperativeOnlyIfAllItsAssignorsAre() {
        ConsumerSettings.Group group = ConsumerSettings.Group.of("g");

        assertThat(group.cooperative()).isFalse();
        assertThat(group.withAssignors(Assignor.COOPERATIVE_STICKY).cooperative())
                .isTrue();
    }
}
