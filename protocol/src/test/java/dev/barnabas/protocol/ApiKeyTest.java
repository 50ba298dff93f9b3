package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** The table of APIs is that of Apache Kafka. */
final class ApiKeyTest {
    private static List<ApiKeys> official() {
        return Arrays.stream(ApiKeys.values()).filter(ApiKeys::hasValidVersion).toList();
    }

    @Test
    void thereAreTheApisOfKafka() {
        assertThat(Arrays.stream(ApiKey.values()).map(ApiKey::name))
                .containsExactlyElementsOf(
                        official().stream().map(ApiKeys::name).toList());
    }

    @Test
    void eachHasIdNameVersionsAndListenersOfKafka() {
        for (ApiKeys official : official()) {
            ApiKey api = ApiKey.valueOf(official.name());
            assertThat(api.id()).as(api.name()).isEqualTo(official.id);
            assertThat(api.apiName()).as(api.name()).isEqualTo(official.name);
            assertThat(api.lowestVersion()).as(api.name()).isEqualTo(official.messageType.lowestSupportedVersion());
            assertThat(api.highestVersion())
                    .as(api.name())
                    .isEqualTo(official.messageType.highestSupportedVersion(true));
            assertThat(api.highestStableVersion())
                    .as(api.name())
                    .isEqualTo(official.messageType.highestSupportedVersion(false));
            assertThat(api.latestVersionUnstable())
                    .as(api.name())
                    .isEqualTo(official.messageType.latestVersionUnstable());
            assertThat(api.onBroker()).as(api.name()).isEqualTo(official.inScope(ApiMessageType.ListenerType.BROKER));
            assertThat(api.onController())
                    .as(api.name())
                    .isEqualTo(official.inScope(ApiMessageType.ListenerType.CONTROLLER));
        }
    }

    @Test
    void eachVersionHasTheHeadersOfKafka() {
        for (ApiKeys official : official()) {
            ApiKey api = ApiKey.valueOf(official.name());
            for (int version = api.lowestVersion(); version <= api.highestVersion(); version++) {
                String what = api + " version " + version;
                assertThat(api.requestHeaderVersion(version)).as(what).isEqualTo(official.requestHeaderVersion((short)
                        version));
                assertThat(api.responseHeaderVersion(version)).as(what).isEqualTo(official.responseHeaderVersion((short)
                        version));
                assertThat(api.hasVersion(version)).isTrue();
            }
            assertThat(api.hasVersion(api.lowestVersion() - 1)).isFalse();
            assertThat(api.hasVersion(api.highestVersion() + 1)).isFalse();
        }
    }

    @Test
    void anIdThatIsNotOneIsNull() {
        assertThat(ApiKey.forId(0)).isEqualTo(ApiKey.PRODUCE);
        assertThat(ApiKey.forId(4)).isNull();
        assertThat(ApiKey.forId(-1)).isNull();
        assertThat(ApiKey.forId(Integer.MAX_VALUE)).isNull();
        for (ApiKey api : ApiKey.values()) {
            assertThat(ApiKey.forId(api.id())).isEqualTo(api);
        }
    }

    @Test
    void theCodecOfEachApiIsFoundByItsKey() {
        for (ApiKey api : ApiKey.values()) {
            for (Subject subject : Subject.all()) {
                int version = api.highestVersion();
                if (subject.toString().equals(api.apiName() + "Request")) {
                    Message message = new RandomMessages(Seed.random(api.name())).fitting(subject, version);
                    assertThat(((Request) message).apiKey()).isEqualTo(api);
                    ByteBuffer bytes = Encoded.message(message, version).flatten();
                    assertThat(api.readRequest(new Reader(bytes), version)).isEqualTo(message);
                } else if (subject.toString().equals(api.apiName() + "Response")) {
                    Message message = new RandomMessages(Seed.random(api.name())).fitting(subject, version);
                    assertThat(((Response) message).apiKey()).isEqualTo(api);
                    ByteBuffer bytes = Encoded.message(message, version).flatten();
                    assertThat(api.readResponse(new Reader(bytes), version)).isEqualTo(message);
                }
            }
        }
    }

    @Test
    void aVersionThatIsNotOneIsTheCallersMistake() {
        assertThatThrownBy(() -> ApiKey.FETCH.readRequest(new Reader(ByteBuffer.allocate(9)), 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("FetchRequest has no version 3");
    }
}
